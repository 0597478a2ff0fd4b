"""Runs of `paperlark` that are killed at random moments, and what must hold all the same.

A day of 60 papers, each of which costs one request to a stand-in model, is made by a process of
its own that gets SIGKILL at a random moment, again and again, until it comes to its end.
"""

from __future__ import annotations

import json
import os
import random
import re
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from standins.engines import FILE, named, place_of, rows
from standins.feeds import item, rss
from standins.openai import StandIn, judges, papers_of

PAPERS, AT_ONCE = 60, 4
AT_ANY_TIME = 0.25
"""Of all kills: while it starts, between requests, or while pages are written."""
ANSWER = 0.03
"""Seconds that the stand-in takes for an answer."""

CUT_OFF = re.compile(
    rb'<p class="remark">Besides: [^<]*</p>|Besides: .*\n\n'
    rb'|,\n  "under_way": {[^{}]*({[^{}]*})?[^{}]*}'
)
"""What a page says of questions under way when a run was killed."""

_PROFILE = """\
{database}name = "Killed"
categories = ["cs.LG"]
[cutoffs]
relevance = 5
novelty = 1
[judge]
model = "gpt-4o"
base_url = "{url}"
batch_size = 1
parallel = {at_once}
"""


class Run(Protocol):
    """A process that makes a day."""

    def poll(self) -> int | None:
        """Return the exit code if it has ended."""

    def wait(self, seconds: float, /) -> int:
        """Return the exit code when it has ended, or the signal as a negative number."""

    def kill(self) -> None:
        """Send it SIGKILL."""


Start = Callable[[Sequence[str], Mapping[str, str]], Run]
"""Starts `paperlark` with these arguments in this environment."""


@dataclass(frozen=True, slots=True)
class Trial:
    """One day made in spite of kills: how many there were, and how many requests it took.

    `seconds` are those of the last run.
    """

    kills: int
    requests: int
    pages: dict[str, bytes]
    seconds: float


def lay_out(folder: Path, server: StandIn, database: str = FILE) -> None:
    """Write profile, criteria and feed; `database` is as a profile names it."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "criteria.md").write_text("## Bats\nRelevant: sonar.")
    (folder / "paperlark.toml").write_text(
        _PROFILE.format(database=named(database), url=server.base_url, at_once=AT_ONCE)
    )
    names = (f"2502.{n:05}" for n in range(PAPERS))
    entries = (item(f"oai:arXiv.org:{name}v1", title=f"Bat {name}") for name in names)
    (folder / "2025-02-26.cs.LG.rss.xml").write_bytes(rss(*entries))


def slowly(standing: StandIn, request: Request) -> Response:
    """Judge well, in a moment."""
    time.sleep(ANSWER)
    return judges()(standing, request)


def anew(arguments: Sequence[str], environment: Mapping[str, str]) -> Run:
    """Start Python and all, as a reader does."""
    return subprocess.Popen(  # noqa: S603
        [sys.executable, "-m", "paperlark", *arguments],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def undisturbed(folder: Path, server: StandIn, start: Start = anew) -> Trial:
    """Make the day in peace."""
    lay_out(folder, server)
    begun = time.monotonic()
    assert _start(folder, start).wait(60) == 0
    return Trial(0, len(server.questions), pages_of(folder), time.monotonic() - begun)


def killed(
    folder: Path,
    server: StandIn,
    dice: random.Random,
    *,
    most: int,
    longest: float,
    start: Start = anew,
    database: str = FILE,
) -> Trial:
    """Make the day in spite of up to `most` kills, and check after each what must hold.

    Most kills come around a request; the others within `longest` seconds, as long as a whole run
    takes here and now.
    """
    lay_out(folder, server, database)
    kills = 0
    while True:
        known, asked = stored(folder), len(server.questions)
        begun, process = time.monotonic(), _start(folder, start)
        if kills < most:
            _wait_for_a_moment(process, server, dice, left=PAPERS - len(known), longest=longest)
            # One that came to its end before is not hurt any more.
            process.kill()
        code = process.wait(60)
        kills += code < 0
        check_pages(folder)
        check_database(folder)
        _wait_for_silence(server)
        again = {papers_of(question)[0]["id"] for question in server.questions[asked:]}
        assert not again & known, f"{again & known} were stored and asked again"
        if code == 0:
            break
        assert code < 0, f"exit code {code}"
    _check_requests(server, kills)
    return Trial(kills, len(server.questions), pages_of(folder), time.monotonic() - begun)


def fresh(server: HTTPServer) -> StandIn:
    """Return a stand-in that has been asked nothing yet."""
    standing = StandIn(server)
    standing.always = slowly
    return standing


def this_tree() -> Mapping[str, str]:
    """Return what has a process run the code under test where that is not what is installed."""
    return {key: value for key, value in os.environ.items() if key == "PYTHONPATH"}


def _start(folder: Path, start: Start) -> Run:
    options = ["--profile", str(folder / "paperlark.toml"), "--feeds", str(folder)]
    environment = {"OPENAI_API_KEY": "sk-nothing", "PATH": "", "HOME": str(folder)}
    environment |= this_tree()
    return start(["run", "--date", "2025-02-26", *options], environment)


def _wait_for_a_moment(
    process: Run,
    server: StandIn,
    dice: random.Random,
    *,
    left: int,
    longest: float,
) -> None:
    """Wait until one of the requests that are left, or for as long as a run may take."""
    if not left or dice.random() < AT_ANY_TIME:
        time.sleep(dice.uniform(0, longest))
        return
    wanted = len(server.questions) + dice.randint(1, left)
    while process.poll() is None and len(server.questions) < wanted:
        time.sleep(ANSWER / 10)
    time.sleep(dice.uniform(0, 2 * ANSWER))


def _check_requests(server: StandIn, kills: int) -> None:
    """Hold that nothing was asked twice but what was under way at a kill."""
    times = Counter(papers_of(question)[0]["id"] for question in server.questions)
    assert len(times) == PAPERS
    assert sum(times.values()) - PAPERS <= kills * AT_ONCE


def check_pages(folder: Path) -> None:
    """Hold that every file that is there is whole."""
    for name, content in pages_of(folder).items():
        if name.endswith(".json"):
            json.loads(content)
        elif name.endswith(".html"):
            assert content.endswith(b"</html>\n"), name
        else:
            assert b"## How this page was made" in content, name


def check_database(folder: Path) -> None:
    """Hold that the database is whole; that of a server is the server's."""
    place = place_of(folder / "paperlark.toml")
    if isinstance(place, Path) and place.exists():
        assert rows(place, "PRAGMA integrity_check") == [("ok",)]


def stored(folder: Path) -> set[str]:
    """Return the papers whose judgement is stored."""
    place = place_of(folder / "paperlark.toml")
    return {paper for (paper,) in rows(place, "SELECT paper_id FROM judgements")}


def pages_of(folder: Path) -> dict[str, bytes]:
    """Return all files that a reader sees, but for what they say of questions that were cut off."""
    pages = folder / "pages"
    files = pages.iterdir() if pages.is_dir() else ()
    return {
        file.name: CUT_OFF.sub(b"", file.read_bytes())
        for file in files
        if not file.name.startswith(".")
    }


def _wait_for_silence(server: StandIn) -> None:
    """Let the answers to a dead process end, so that they are not taken for the next one's."""
    asked = -1
    while asked != len(server.questions):
        asked = len(server.questions)
        time.sleep(3 * ANSWER)
