"""Run every command in some 30 odd situations, and time what is told where there is no network.

    python benchmarks/situations.py [--jobs 2] [--only SITUATION ...] [--commands NAME ...]

Each run must work, or end with a line that says what is wrong: no traceback, no silence, no hang.
Commands are those of the command line's parser. Servers are names that cannot exist (.invalid), so
that arXiv is never asked. Without a network a weekday's run must tell so within 15 s, a Saturday's
must end within 2 s, and a second run must not have to wait. Any breach ends it with exit code 1.
A situation that needs rights which are not there is skipped and named.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shlex
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import click

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from paperlark.cli import cli
from paperlark.domain.calendar import expects_announcement
from paperlark.store.lock import run_lock
from standins.feeds import item, rss

DAY = "2025-02-26"
ARGUMENTS: Mapping[str, Sequence[str]] = {
    "init": ("new",),
    "morning": ("--no-wait",),
    "run": ("--date", DAY, "--feeds", "feeds"),
    "schedule systemd": ("--show",),
    "schedule cron": ("--show",),
    "schedule github": ("--yes",),
    "schedule docker": ("--yes",),
    "search": ("bats",),
    "why": ("2502.00007",),
    "vote": ("2502.00007", "--no-effect"),
    "follow": ("Ada Lovelace",),
    "import": ("library.bib",),
    "read": ("--no-open", "--feeds", "feeds"),
    "secret set": ("A_KEY",),
    "secret remove": ("A_KEY",),
    "eval": ("--help",),
    "demo": ("--help",),
}
"""What each command is given; nothing where it is not named. Evaluations take minutes."""
SERVES, SERVED = {"read"}, 8.0
"""Commands that end when they are told to, here after so many seconds."""
LIMIT = 60.0
"""Seconds after which a run hangs."""
WEEKDAY, SATURDAY = 15.0, 2.0
PROFILE = """name = "Bats"
id = "bats"
categories = ["cs.LG"]
[sources]
rss = "https://rss.papers.invalid/rss"
pages = "https://papers.invalid"
oai = "https://oai.papers.invalid/oai"
search = "https://export.papers.invalid/api/query"
contact = "ada@example.org"
"""
LIBRARY = "@article{a, title={Sonar of bats}, eprint={2502.00007}, archiveprefix={arXiv}}\n"


@dataclass
class Trial:
    """One run: its folder, variables, and how a shell starts it; `finish` ends what was begun."""

    home: Path
    variables: dict[str, str]
    shell: str = "{command}"
    finish: ExitStack = field(default_factory=ExitStack)


Prepare = Callable[[Trial], None]


def environment(**variables: str) -> Prepare:
    """Set variables; an empty value removes one."""

    def prepare(trial: Trial) -> None:
        for name, value in variables.items():
            if value:
                trial.variables[name] = value.replace("HOME", str(trial.home))
            else:
                trial.variables.pop(name, None)

    return prepare


def shell(line: str) -> Prepare:
    """Start the command by a line of a shell."""

    def prepare(trial: Trial) -> None:
        trial.shell = line.replace("HOME", shlex.quote(str(trial.home)))

    return prepare


def written(name: str, content: bytes) -> Prepare:
    """Put other bytes into a file."""
    return lambda trial: void(trial.home.joinpath(name).write_bytes(content))


def void(_: object) -> None:
    """Return nothing."""


def answering(answer: bytes | None, scheme: str = "http") -> Prepare:
    """Name a proxy that answers with these bytes, or never."""

    def prepare(trial: Trial) -> None:
        listening = trial.finish.enter_context(socket.create_server(("127.0.0.1", 0)))
        trial.variables["ALL_PROXY"] = f"{scheme}://127.0.0.1:{listening.getsockname()[1]}"
        taken: list[socket.socket] = []

        def serve() -> None:
            with suppress(OSError):
                while True:
                    client, _ = listening.accept()
                    taken.append(client)
                    if answer is not None:
                        client.sendall(answer)
                        client.close()

        threading.Thread(target=serve, daemon=True).start()

    return prepare


def directory(name: str) -> Prepare:
    """Put a folder where a file is expected."""

    def prepare(trial: Trial) -> None:
        trial.home.joinpath(name).unlink(missing_ok=True)
        trial.home.joinpath(name).mkdir()

    return prepare


def locked(trial: Trial) -> None:
    """Keep the database locked by another connection."""
    connection = sqlite3.connect(trial.home / "paperlark.db", check_same_thread=False)
    connection.execute("BEGIN EXCLUSIVE")
    trial.finish.callback(connection.close)


def hung(trial: Trial) -> None:
    """Hold the run's lock since yesterday."""
    database = trial.home / "paperlark.db"
    trial.finish.enter_context(run_lock(database, patience=0))
    started = (datetime.now(UTC) - timedelta(days=1)).isoformat(timespec="seconds")
    note = {"process": os.getpid(), "started": started, "at_most": 7200}
    database.with_name("paperlark.db.run").write_text(json.dumps(note))


def loop(trial: Trial) -> None:
    """Make the profile a link to itself."""
    profile = trial.home / "paperlark.toml"
    profile.unlink()
    profile.symlink_to(profile)


def long_output(trial: Trial) -> None:
    """Name folders for pages and site that no file system takes."""
    with (trial.home / "paperlark.toml").open("a") as profile:
        profile.write(f'[site]\nfolder = "{"x" * 300}"\n')
    text = (trial.home / "paperlark.toml").read_text()
    (trial.home / "paperlark.toml").write_text(f'output = "{"y/" * 2500}"\n{text}')


_READ_ONLY = (
    'exec unshare -m sh -c \'mount --bind "$0" "$0" && mount -o remount,ro,bind "$0" &&'
    ' cd "$0" && {{ {inner}; }}\' HOME'
)

SITUATIONS: Mapping[str, Prepare] = {
    "as it should be": lambda _: None,
    "no network": shell("exec unshare -n {command}"),
    "proxy refuses": environment(ALL_PROXY="http://127.0.0.1:1"),
    "proxy never answers": answering(None),
    "proxy answers garbage": answering(b"\xff\x00" * 100),
    "proxy wants a password": answering(b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n"),
    "SOCKS proxy refuses": environment(ALL_PROXY="socks5://127.0.0.1:1"),
    "SOCKS proxy answers garbage": answering(b"HTTP/1.1 400 Bad Request\r\n\r\n", "socks5h"),
    "proxy of an unknown kind": environment(ALL_PROXY="ftp://127.0.0.1:1"),
    "proxy address is garbage": environment(https_proxy="http://ada:secret@[::1:x"),
    "certificates missing": environment(SSL_CERT_FILE="HOME/none.pem"),
    "certificates garbage": environment(SSL_CERT_FILE="HOME/criteria.md"),
    "certificate folder missing": environment(SSL_CERT_DIR="HOME/none"),
    "bundle missing": environment(REQUESTS_CA_BUNDLE="HOME/none.pem"),
    "read-only folder": shell(_READ_ONLY),
    "paths too long": long_output,
    "standard output is full": shell("exec {command} >/dev/full"),
    "standard output is closed": shell("exec {command} >&-"),
    "nobody reads the output": shell("{command} | head -c 0; exit 0"),
    "both outputs are full": shell("exec {command} >/dev/full 2>/dev/full"),
    "standard input is closed": shell("exec {command} <&-"),
    "database is locked": locked,
    "another run hangs": hung,
    "database is garbage": written("paperlark.db", b"garbage" * 5000),
    "database is empty": written("paperlark.db", b""),
    "database is a folder": directory("paperlark.db"),
    "relative XDG folders": environment(
        XDG_CONFIG_HOME="c", XDG_DATA_HOME="d", XDG_CACHE_HOME="k", XDG_STATE_HOME="s"
    ),
    "cache is no folder": environment(XDG_CACHE_HOME="HOME/criteria.md"),
    "no HOME": environment(HOME=""),
    "profile is a loop": loop,
    "profile is a folder": directory("paperlark.toml"),
    "profile is garbage": written("paperlark.toml", bytes(range(256))),
    "criteria are garbage": written("criteria.md", bytes(range(256)) * 9),
    "an ASCII locale": environment(
        LC_ALL="C", LANG="C", PYTHONUTF8="0", PYTHONCOERCECLOCALE="0", PYTHONIOENCODING="ascii"
    ),
    "a dumb terminal": environment(TERM="dumb", COLUMNS="1", LINES="1"),
    "no temporary folder": environment(TMPDIR="HOME/none"),
    "the folder is gone": shell("mkdir gone && cd gone && rmdir ../gone && exec {command}"),
    "variables are empty": environment(PATH="/none", USER="", LOGNAME="", SHELL="", TZ="No/Where"),
}


UNHEARD = {"both outputs are full", "standard output is closed"}
"""Where a command cannot say what it has to say; Python ends a process with 120 then."""


def commands() -> Iterator[tuple[str, ...]]:
    """Yield every command that the parser knows."""

    def inside(command: click.Command, path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
        context = click.Context(command)
        if not isinstance(command, click.Group):
            yield path
            return
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            if below is not None:
                yield from inside(below, (*path, name))

    return inside(cli, ())


@dataclass(frozen=True, slots=True)
class Ended:
    """How a run ended; `code` None where it hung. `worked` are seconds of the processor."""

    code: int | None
    output: str
    errors: str
    seconds: float
    worked: float


def start(trial: Trial, arguments: Sequence[str], seconds: float = LIMIT) -> Ended:
    """Run the command line by a shell, in the trial's folder."""
    command = shlex.join([sys.executable, "-m", "paperlark", *arguments])
    line = trial.shell.replace("{inner}", command).replace("{command}", command)
    line = line.replace("{{", "{").replace("}}", "}")
    began, worked = time.monotonic(), _worked()
    process = subprocess.Popen(
        ["/bin/sh", "-c", line],
        cwd=trial.home,
        env=trial.variables,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    until_told = SERVED if arguments[0] in SERVES else seconds
    for patience, number in ((until_told, signal.SIGTERM), (seconds - until_told, signal.SIGKILL)):
        try:
            output, errors = process.communicate(timeout=patience)
            code: int | None = process.returncode
            break
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, number)
    else:
        output, errors = process.communicate()
        code = None
    if arguments[0] in SERVES and code == -signal.SIGTERM:
        code = 0  # of the shell, which was told to end as well
    taken, worked = time.monotonic() - began, _worked() - worked
    texts = output.decode(errors="replace"), errors.decode(errors="replace")
    return Ended(code, *texts, taken, worked)


def _worked() -> float:
    """Return the seconds that the processor has worked for all runs so far."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def breach(ended: Ended, situation: str) -> str | None:
    """Return what is wrong with the end of a run, None where it worked or said why not."""
    text = ended.output + ended.errors
    if ended.code is None:
        return f"hung for {LIMIT:g} s"
    if "Traceback (most recent call last)" in text or "Exception ignored" in text:
        return f"a traceback: {text.strip().splitlines()[-1][:150]}"
    unheard = situation in UNHEARD
    if ended.code not in ({0, 1, 2, 3, 4, 120} if unheard else {0, 1, 2, 3, 4}):
        return f"exit code {ended.code}: {text.strip()[-150:]}"
    if ended.code in {1, 2} and not text.strip() and not unheard:
        return f"exit code {ended.code} and not a word"
    return None


@contextmanager
def trial_in(template: Path, situation: str) -> Iterator[Trial]:
    """Prepare a copy of the reader's folder."""
    with tempfile.TemporaryDirectory(prefix="situation-") as folder:
        home = Path(folder) / "home"
        shutil.copytree(template, home)
        trial = Trial(home, variables_of(home))
        with trial.finish:
            SITUATIONS[situation](trial)
            yield trial


def variables_of(home: Path) -> dict[str, str]:
    """Return the variables of a reader without any setting of this machine's."""
    return {
        "PATH": os.environ.get("PATH", "/usr/bin:/bin"),
        "PYTHONPATH": os.environ.get("PYTHONPATH", ""),
        "HOME": str(home),
        "LANG": "C.UTF-8",
        "OPENBLAS_NUM_THREADS": "1",
        "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
        "BROWSER": "true",
    }


def template_in(folder: Path) -> Path:
    """Make a reader's folder with a page."""
    home = folder / "template"
    (home / "feeds").mkdir(parents=True)
    (home / "paperlark.toml").write_text(PROFILE)
    (home / "criteria.md").write_text("## Bats\nRelevant: bats and sonar.\n")
    (home / "library.bib").write_text(LIBRARY)
    papers = [item(f"oai:arXiv.org:2502.0000{n}v1", title=f"Bats {n}") for n in (7, 8, 9)]
    (home / "feeds" / f"{DAY}.cs.LG.rss.xml").write_bytes(rss(*papers))
    made = start(Trial(home, variables_of(home)), ("run", *ARGUMENTS["run"]), 600)
    if made.code != 0:
        raise SystemExit(f"no page in the first place: {made.errors}")
    return home


def may_unshare() -> bool:
    """Return whether networks and mounts can be taken away here."""
    try:
        ran = subprocess.run(["unshare", "-n", "-m", "true"], check=False, capture_output=True)  # noqa: S607
    except OSError:
        return False
    return ran.returncode == 0


def table(template: Path, situations: Sequence[str], names: Sequence[str], jobs: int) -> int:
    """Run every command in every situation, print what went wrong, and return how often."""
    known = {" ".join(one): one for one in commands()}
    chosen = [name for name in known if not names or name.split()[0] in names]

    def ended(case: tuple[str, str]) -> tuple[str, str, str | None]:
        situation, name = case
        with trial_in(template, situation) as trial:
            arguments = (*known[name], *ARGUMENTS.get(name, ()))
            return situation, name, breach(start(trial, arguments), situation)

    cases = [(situation, name) for situation in situations for name in chosen]
    breaches = 0
    with ThreadPoolExecutor(jobs) as pool:
        for situation, name, wrong in pool.map(ended, cases):
            if wrong is not None:
                breaches += 1
                print(f"{situation}: {name}: {wrong}", flush=True)
    print(f"{len(chosen)} commands in {len(situations)} situations: {breaches} breaches")
    return breaches


def without_network(template: Path) -> int:
    """Print how soon a missing network is told of, and return how often that was too late."""
    weekday = datetime.now(UTC).date() - timedelta(days=1)
    while not expects_announcement(weekday):
        weekday -= timedelta(days=1)
    saturday = weekday
    while saturday.strftime("%A") != "Saturday":
        saturday -= timedelta(days=1)
    breaches = 0
    for situation in ("no network", "proxy refuses", "proxy unreachable", "name server silent"):
        for day, most in ((weekday, WEEKDAY), (saturday, SATURDAY)):
            breaches += _timed(template, situation, day, most)
    breaches += _second_run(template, weekday)
    return breaches


HANGING = """
import socket, sys, time
socket.getaddrinfo = lambda *_, **__: time.sleep(3600)
sys.argv = ["paperlark", *sys.argv[1:]]
from paperlark.cli import main
main()
"""


def _offline(trial: Trial, situation: str) -> None:
    if situation == "no network":
        trial.shell = "exec unshare -n {command}" if may_unshare() else "exec {command}"
    elif situation == "proxy refuses":
        trial.variables["ALL_PROXY"] = "http://127.0.0.1:1"
    elif situation == "proxy unreachable":
        trial.variables["ALL_PROXY"] = "socks5h://192.0.2.1:1080"  # an address for examples
    else:
        script = trial.home / "hanging.py"
        script.write_text(HANGING)
        trial.shell = f"exec {shlex.quote(sys.executable)} {script} {{arguments}}"


def _run(trial: Trial, day: date) -> Ended:
    arguments = ("run", "--date", str(day))
    trial.shell = trial.shell.replace("{arguments}", shlex.join(arguments))
    return start(trial, arguments)


def _timed(template: Path, situation: str, day: date, most: float) -> int:
    with trial_in(template, "as it should be") as trial:
        _offline(trial, situation)
        ended = _run(trial, day)
    told = "No network: " in ended.errors if expects_announcement(day) else ended.code == 0
    what = "as it must" if told else ended.errors.strip()[-200:]
    print(
        f"{situation}, {day:%A}: {ended.seconds:.1f} s ({ended.worked:.1f} s of computing), {what}"
    )
    return int(not told or ended.seconds > most)


def _second_run(template: Path, day: date) -> int:
    """Start a run of recorded feeds while another one looks for a network."""
    with trial_in(template, "as it should be") as trial, ThreadPoolExecutor(1) as pool:
        _offline(trial, "name server silent")
        first = pool.submit(_run, trial, day)
        asked = trial.home / ".cache" / "paperlark" / "arxiv" / "arxiv.asked"
        while not asked.exists() and not first.done():
            time.sleep(0.1)
        second = start(Trial(trial.home, trial.variables), ("run", *ARGUMENTS["run"], "--no-wait"))
        waited_for = not first.done()
        first.result()
    print(f"second run meanwhile: exit code {second.code} after {second.seconds:.1f} s")
    return int(second.code != 0 or not waited_for)


def main() -> int:
    """Print every breach."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--only", nargs="*", default=[], metavar="SITUATION")
    parser.add_argument("--commands", nargs="*", default=[], metavar="NAME")
    wanted = parser.parse_args()
    needs_rights = {"no network", "read-only folder"}
    skipped = set() if may_unshare() else needs_rights
    situations = [one for one in wanted.only or SITUATIONS if one not in skipped]
    for one in sorted(skipped):
        print(f"{one}: skipped, for unshare is not allowed here")
    with tempfile.TemporaryDirectory() as folder:
        template = template_in(Path(folder))
        breaches = without_network(template) if not wanted.only else 0
        breaches += table(template, situations, wanted.commands, wanted.jobs)
    return int(breaches > 0)


if __name__ == "__main__":
    sys.exit(main())
