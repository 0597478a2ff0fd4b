"""How the app of a group on PostgreSQL answers 200 readers who read and vote at once.

The app is a real `paperlark read --group` process, the server one of its own in a folder, with
what is committed on the disk. Readers sign in by a proxy's header over loopback, each with their
own connection and session. They sign in within 10 s. Then each opens a page every 2 to 4 s and
votes every 4 to 8 s, so that 200 of them ask for some 100 answers a second: more than people would
who read what they open. Pages are the latest day, lists and topics.

    python benchmarks/app_load.py                     # 60 s: readers alone
    python benchmarks/app_load.py --with-morning      # then also while a fleet makes a morning

Prints percentiles of pages and votes, and errors; exit code 1 when a limit is broken.
"""

from __future__ import annotations

import argparse
import asyncio
import math
import os
import random
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlencode

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from paperlark.domain.calendar import is_weekend
from paperlark.domain.database_place import DatabaseServer
from standins.fleet_group import FleetGroup, recent_day
from standins.postgresql import Server, running, server_programs

LIMITS = {"page": 200.0, "vote": 100.0, "sign-in": math.inf}
"""Milliseconds of the slowest answer but one in a hundred; a reader's first page opens them."""
SIGN_IN = 10.0
"""Seconds within which all readers sign in."""
PAGE_EVERY, VOTE_EVERY = (2.0, 4.0), (4.0, 8.0)
"""Seconds that a reader thinks."""
PAPERS = 150
"""Of each of two categories, on one day."""
PATIENCE = 10.0
PATHS = ("/", "/", "/", "/list/saved", "/list/wanted", "/list/unread", "/topics")
_TOKEN = re.compile(rb'name="token" value="([^"]+)"')
_WANT = re.compile(rb'value="(-?want [^"]+)"')
_MADE = {0, 3}
"""Exit codes of a morning in which every reader got a page: 3 says that no day before has one."""


@dataclass
class Answers:
    """Milliseconds of each answer by kind, and what went wrong."""

    times: dict[str, list[float]] = field(default_factory=lambda: {kind: [] for kind in LIMITS})
    errors: Counter[str] = field(default_factory=Counter)


@dataclass
class Reader:
    """One reader: a connection that stays open, a session, and what their last page had."""

    name: str
    host: str
    port: int
    answers: Answers
    dice: random.Random
    cookie: str = ""
    token: str = ""
    papers: list[str] = field(default_factory=list)
    _streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def live(self, until: float) -> None:
        """Sign in, and then read and vote until then, each at moments of one's own."""
        await asyncio.sleep(self.dice.uniform(0, SIGN_IN))
        await self._read("/", "sign-in")
        page, vote = self._later(PAGE_EVERY), self._later(VOTE_EVERY)
        while (due := min(page, vote)) < until:
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            if due == page:
                await self._read(self.dice.choice(PATHS))
                page = self._later(PAGE_EVERY)
            else:
                await self._vote()
                vote = self._later(VOTE_EVERY)
        self._close()

    def _later(self, between: tuple[float, float]) -> float:
        return time.perf_counter() + self.dice.uniform(*between)

    async def _read(self, path: str, kind: str = "page") -> None:
        body = await self._timed(kind, "GET", f"/r/{self.name}{path}")
        token, papers = _TOKEN.search(body), _WANT.findall(body)
        self.token = token[1].decode() if token else self.token
        self.papers = [one.decode() for one in papers] or self.papers

    async def _vote(self) -> None:
        if not self.papers:
            self.answers.errors["no paper to vote on"] += 1
            return
        chosen = self.dice.choice(self.papers)
        event = f"{self.dice.getrandbits(64):x}"
        form = {"token": self.token, "event": event, "do": chosen, "page": chosen.split()[2]}
        await self._timed("vote", "POST", f"/r/{self.name}/act", urlencode(form))

    async def _timed(self, kind: str, method: str, path: str, body: str = "") -> bytes:
        begun = time.perf_counter()
        try:
            async with asyncio.timeout(PATIENCE):
                status, content = await self._ask(method, path, body)
        except (OSError, TimeoutError, asyncio.IncompleteReadError, ValueError) as error:
            self.answers.errors[f"{kind}: {type(error).__name__}"] += 1
            self._close()
            return b""
        self.answers.times[kind].append(1e3 * (time.perf_counter() - begun))
        if status != 200:  # noqa: PLR2004  # OK
            self.answers.errors[f"{kind}: {status} {content[:80]!r}"] += 1
        return content

    async def _ask(self, method: str, path: str, body: str) -> tuple[int, bytes]:
        if self._streams is None:
            self._streams = await asyncio.open_connection("127.0.0.1", self.port, limit=2**20)
        reader, writer = self._streams
        accept = "application/json" if method == "POST" else "text/html"
        head = (
            f"{method} {path} HTTP/1.1\r\nHost: {self.host}\r\nRemote-User: {self.name}\r\n"
            f"Accept: {accept}\r\nContent-Length: {len(body)}\r\n"
            f"Content-Type: application/x-www-form-urlencoded\r\nCookie: {self.cookie}\r\n\r\n"
        )
        writer.write((head + body).encode())
        answered = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        for line in answered.split("\r\n"):
            if line.lower().startswith("set-cookie:") and "-session=" in line:
                self.cookie = line.partition(":")[2].partition(";")[0].strip()
        return int(answered.split()[1]), await _body(reader, answered.lower())

    def _close(self) -> None:
        if self._streams is not None:
            self._streams[1].close()
        self._streams = None


async def _body(reader: asyncio.StreamReader, head: str) -> bytes:
    if found := re.search(r"content-length: (\d+)", head):
        return await reader.readexactly(int(found[1]))
    content = b""
    while size := int(await reader.readline(), 16):
        content += await reader.readexactly(size)
        await reader.readexactly(2)
    await reader.readline()
    return content


def main() -> int:
    """Measure, print, and return whether a limit is broken."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--readers", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--with-morning", action="store_true")
    options = parser.parse_args()
    programs = server_programs()
    if programs is None:
        sys.exit("no PostgreSQL server is installed: Debian's package is `postgresql`")
    # Told to end, it takes its server along.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    broken = False
    with running(programs) as server, tempfile.TemporaryDirectory() as folder:
        group = _laid_out(server, Path(folder), options.readers)
        server.stop()
        server.settings = ()
        server.start()
        with _app(group) as port:
            broken |= _measure("readers alone", group, port, options.seconds)
            if options.with_morning:
                morning = _next_morning(group)
                broken |= _measure("while a morning runs", group, port, options.seconds)
                broken |= _ended(morning)
    return int(broken)


def _laid_out(server: Server, folder: Path, readers: int) -> FleetGroup:
    """Return a group whose readers have a page of the last day but one."""
    day = recent_day() - timedelta(days=1)
    while is_weekend(day):
        day -= timedelta(days=1)
    place = DatabaseServer(server.database(), folder)
    group = FleetGroup(folder, place, day, readers=readers, papers=PAPERS).lay_out()
    code, told, error = group.run(*_morning(group, 2))
    if code not in _MADE:
        sys.exit(f"the first morning ended with {code}: {told}{error}")
    return group


@contextmanager
def _app(group: FleetGroup) -> Iterator[int]:
    """Run the app, and yield its port."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "paperlark", "read", f"--group={group.file}", "--no-open"]
    command += [f"--port={port}", "--drain=0", f"--feeds={group.folder / 'feeds'}"]
    with (group.folder / "app.log").open("w") as log:
        app = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True)
        try:
            if app.stdout is None or not app.stdout.readline():
                sys.exit((group.folder / "app.log").read_text())
            yield port
            print(f"the app used {_cpu(app.pid):.0f} s of a core, and {_megabytes(app.pid)} MB")
        finally:
            app.terminate()
            app.wait(timeout=30)


def _cpu(process: int) -> float:
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _megabytes(process: int) -> int:
    status = Path(f"/proc/{process}/status").read_text()
    found = re.search(r"VmHWM:\s+(\d+)", status)
    return int(found[1]) // 1024 if found else 0


def _next_morning(group: FleetGroup) -> subprocess.Popen[str]:
    group.day = recent_day()
    group.write_files()
    return group.start(*_morning(group, 1))


def _morning(group: FleetGroup, workers: int) -> tuple[str, ...]:
    feeds = f"--feeds={group.folder / 'feeds'}"
    return "morning", f"--date={group.day}", f"--workers={workers}", feeds


def _ended(morning: subprocess.Popen[str]) -> bool:
    _, error = morning.communicate(timeout=600)
    print(f"the morning ended with {morning.returncode}")
    if morning.returncode not in _MADE:
        print(error)
    return morning.returncode not in _MADE


def _measure(what: str, group: FleetGroup, port: int, seconds: float) -> bool:
    """Let all readers read and vote, print what they waited, and return if that is too long."""
    answers = Answers()
    asyncio.run(_live(group, port, seconds, answers))
    count = sum(map(len, answers.times.values()))
    print(
        f"{what}: {len(group.names)} readers, {seconds:g} s, {count / seconds:.0f} answers a second"
    )
    broken = bool(answers.errors)
    for kind, times in answers.times.items():
        times.sort()
        if not times:
            print(f"  no {kind} was answered")
            broken = True
            continue
        found = [times[int(share * (len(times) - 1))] for share in (0.5, 0.95, 0.99, 1.0)]
        over = found[2] > LIMITS[kind]
        broken |= over
        told = "".join(f"{one:>8.0f}" for one in found)
        limit = f"  at most {LIMITS[kind]:g}{'  OVER' if over else ''}"
        print(f"  {kind} (ms: 50, 95, 99, 100 %){told}{limit}")
    for error, times_seen in answers.errors.most_common(9):
        print(f"  {times_seen} times {error}")
    return broken


async def _live(group: FleetGroup, port: int, seconds: float, answers: Answers) -> None:
    until = time.perf_counter() + seconds
    readers = [
        Reader(name, "papers.example.org", port, answers, random.Random(name))  # noqa: S311
        for name in group.names
    ]
    await asyncio.gather(*(one.live(until) for one in readers))


if __name__ == "__main__":
    sys.exit(main())
