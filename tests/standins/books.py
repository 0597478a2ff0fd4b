"""Runs of `paperlark` that are ended at random moments within a budget, and the server's bill.

A stand-in model bills every question that it receives, whether its answer is heard or not. A day of
40 papers is made by processes that get KILL, TERM, HUP or INT while 1 to 8 questions are under way,
until one comes to its end. After each of them the books must hold.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from threading import Lock
from typing import Protocol

from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from paperlark import open_profile
from paperlark.domain.spending import Prices
from standins.engines import FILE, named, place_of, rows
from standins.feeds import item, rss
from standins.killing import this_tree
from standins.openai import StandIn, judges

PAPERS, DAY = 40, "2025-02-26"
ENDINGS = (signal.SIGKILL, signal.SIGTERM, signal.SIGHUP, signal.SIGINT)
PRICES = Prices(prompt=Decimal("2.50"), completion=Decimal(10))
BOUND = 10.0
"""Seconds within which a run ends after TERM and HUP."""
_MILLION = 10**6
_ENDED = (0, 3)
"""Exit codes of a run that came to its end, its budget perhaps used up."""

_PROFILE = """\
{database}name = "Books"
categories = ["cs.LG"]
[cutoffs]
relevance = 5
novelty = 1
[judge]
model = "gpt-4o"
base_url = "{url}"
batch_size = 1
parallel = {parallel}
[judge.prices]
prompt = 2.50
completion = 10
[budget]
run = {run}
day = {day}
month = {month}
"""


class Run(Protocol):
    """A process that makes a day."""

    @property
    def pid(self) -> int:
        """Its number."""

    def poll(self) -> int | None:
        """Return the exit code if it has ended."""

    def wait(self, seconds: float, /) -> int:
        """Return the exit code when it has ended, or the signal as a negative number."""


Start = Callable[[Sequence[str], Mapping[str, str]], Run]


@dataclass
class Till:
    """A behaviour of the stand-in: bills a question when it is received, and answers later."""

    seconds: float
    billed: Decimal = Decimal(0)
    received: int = 0
    _lock: Lock = field(default_factory=Lock)

    def __call__(self, standing: StandIn, request: Request) -> Response:
        answer = judges()(standing, request)
        usage = answer.get_json()["usage"]
        most = json.loads(request.data)["max_tokens"]
        assert usage["completion_tokens"] <= most
        cost = usage["prompt_tokens"] * PRICES.prompt + most * PRICES.completion
        with self._lock:
            # As dear as the question allows: what is cut off may have been answered at length.
            self.billed += cost / _MILLION
            self.received += 1
        time.sleep(self.seconds)
        usage["completion_tokens"] = most
        return Response(
            json.dumps(answer.get_json() | {"usage": usage}), content_type="application/json"
        )


@dataclass(frozen=True)
class Caps:
    """US dollars that a run, the day and the month may cost."""

    run: Decimal
    day: Decimal
    month: Decimal


@dataclass
class Tally:
    """What was seen: endings by signal, breaches, and the questions under way at an ending."""

    endings: Counter[str] = field(default_factory=Counter)
    under_way: Counter[int] = field(default_factory=Counter)
    days: int = 0
    asked: int = 0
    slowest: float = 0.0


def anew(arguments: Sequence[str], environment: Mapping[str, str]) -> Run:
    """Start Python and all, deaf to no signal, however this program was started."""

    def hear() -> None:
        for number in (signal.SIGINT, signal.SIGHUP, signal.SIGTERM):
            signal.signal(number, signal.SIG_DFL)

    return subprocess.Popen(  # noqa: S603
        [sys.executable, "-m", "paperlark", *arguments],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        preexec_fn=hear,  # noqa: PLW1509  # no thread of this program holds a lock of signals
    )


def one_day(  # noqa: PLR0917  # all that a day takes
    folder: Path,
    server: HTTPServer,
    dice: random.Random,
    tally: Tally,
    most: int,
    start: Start = anew,
    database: str = FILE,
) -> None:
    """Make a day that is ended up to `most` times, and hold the books after each ending."""
    standing = StandIn(server)
    till = Till(dice.choice((0.02, 0.05, 0.2)))
    standing.always = till
    caps = Caps(*(Decimal(dice.randint(15, 150)) / 100 for _ in range(3)))
    _lay_out(folder, standing.base_url, dice.randint(1, 8), caps, database)
    endings = 0
    while True:
        received, billed, known = till.received, till.billed, _stored(folder)
        process = _start(folder, start)
        ending = dice.choice(ENDINGS) if endings < most else None
        if ending is not None:
            _wait_for_a_moment(process, till, dice)
        if ending is not None and process.poll() is None:
            began = time.monotonic()
            os.kill(process.pid, ending)
            code = process.wait(60)
            if ending in {signal.SIGTERM, signal.SIGHUP}:
                tally.slowest = max(tally.slowest, time.monotonic() - began)
        else:
            code = process.wait(120)
        _wait_for_silence(till)
        hold(folder, till, caps, billed)
        if code in _ENDED:
            break
        assert ending is not None, f"exit code {code}"
        # Ctrl-C before anything is asked is Click's to answer.
        early = {1} if ending == signal.SIGINT and till.received == received else set()
        assert code in {-ending, 128 + ending, *early}, f"exit code {code} after {ending.name}"
        tally.endings[ending.name] += 1
        tally.under_way[_under_way(folder) - known[1]] += 1
        endings += 1
        if ending != signal.SIGKILL:
            answers = _stored(folder)[0] - known[0]
            assert answers == till.received - received, f"{ending.name} lost an answer"
    tally.days += 1
    tally.asked += till.received


def hold(folder: Path, till: Till, caps: Caps, billed: Decimal = Decimal(0)) -> None:
    """Hold that no bill is above its cap, and that no book is below the bill.

    `billed` is the bill before the last run.
    """
    assert till.billed <= caps.day, f"billed {till.billed} of {caps.day} for the day"
    assert till.billed <= caps.month, f"billed {till.billed} of {caps.month} for the month"
    assert till.billed - billed <= caps.run, f"{till.billed - billed} of {caps.run} for the run"
    told = _told(folder)
    assert told >= till.billed, f"told {told} of {till.billed}"


def _told(folder: Path) -> Decimal:
    """Return what `paperlark cost` knows to be spent, and what is under way at most."""
    report = open_profile(folder / "paperlark.toml").spending()
    known = [one.cost.total + (one.most or Decimal(0)) for one in report.expenses]
    left = [one.under_way.most for one in report.outstanding]
    return sum(known, Decimal(0)) + sum((most for most in left if most), Decimal(0))


def _lay_out(folder: Path, url: str, parallel: int, caps: Caps, database: str) -> None:
    folder.mkdir(parents=True)
    (folder / "criteria.md").write_text("## Bats\nRelevant: sonar.")
    budget = {"run": caps.run, "day": caps.day, "month": caps.month}
    (folder / "paperlark.toml").write_text(
        _PROFILE.format(database=named(database), url=url, parallel=parallel, **budget)
    )
    names = (f"2502.{n:05}" for n in range(PAPERS))
    entries = (item(f"oai:arXiv.org:{name}v1", title=f"Bat {name}") for name in names)
    (folder / f"{DAY}.cs.LG.rss.xml").write_bytes(rss(*entries))


def _start(folder: Path, start: Start) -> Run:
    options = ["--profile", str(folder / "paperlark.toml"), "--feeds", str(folder)]
    environment = {"OPENAI_API_KEY": "sk-nothing", "PATH": "", "HOME": str(folder)}
    environment |= this_tree()
    return start(["run", "--date", DAY, *options], environment)


def _wait_for_a_moment(process: Run, till: Till, dice: random.Random) -> None:
    """Wait for one of the next questions, and a little longer; now and then for anything."""
    if dice.random() < 0.1:
        time.sleep(dice.uniform(0, 1.5))
        return
    wanted = till.received + dice.randint(1, 12)
    until = time.monotonic() + 20
    while process.poll() is None and till.received < wanted and time.monotonic() < until:
        time.sleep(0.002)
    time.sleep(dice.uniform(0, 2 * till.seconds))


def _wait_for_silence(till: Till) -> None:
    """Let questions that are still in the network arrive, and their answers end."""
    before = -1
    while before != till.received:
        before = till.received
        time.sleep(till.seconds + 0.05)


def _stored(folder: Path) -> tuple[int, int]:
    """Return how many calls are stored, and how many are under way."""
    place = place_of(folder / "paperlark.toml")
    ((stored, left),) = rows(
        place, "SELECT (SELECT count(*) FROM exchanges), (SELECT count(*) FROM under_way)"
    ) or [(0, 0)]
    return stored, left


def _under_way(folder: Path) -> int:
    return _stored(folder)[1]
