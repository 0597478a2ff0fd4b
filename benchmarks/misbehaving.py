"""Judge 1,000 seeded days by a server of every bad habit, and hold what must hold.

    python benchmarks/misbehaving.py [--days 1000] [--seed 0]

Every paper ends judged, or unjudged with a reason; what the server billed is recorded to the
token, and what it did not tell as unknown; nothing is paid for twice; no budget is passed; and
the pages in the end are those of a server without bad habits. Any breach ends it with exit code
1 and names the seed.
"""

from __future__ import annotations

import argparse
import logging
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import stamina
from pytest_httpserver import HTTPServer

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from standins.misbehaving import HABITS
from standins.troubled_days import DAYS, Tally, misbehave

AT_ONCE = 25
"""Trials of one server."""
MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108  # folders of our own in it
"""Where there is such a folder, days are not made to wait for a disk."""


def main() -> int:
    """Live through the days, and print what happened."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--days", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0)
    wanted = parser.parse_args()
    trials = -(-wanted.days // len(DAYS))
    seeds = range(wanted.seed, wanted.seed + trials)
    tally = Tally()
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as processes:
        for outcome in processes.map(_trials, _batched(seeds)):
            if isinstance(outcome, str):
                print(outcome)
                processes.shutdown(cancel_futures=True)
                return 1
            tally += outcome
            print(f"{tally.days} days", file=sys.stderr, flush=True)
    _print(tally)
    return 0


def _batched(seeds: range) -> Iterator[range]:
    """Part seeds into as many as are worth a server of their own."""
    return (seeds[start : start + AT_ONCE] for start in range(0, len(seeds), AT_ONCE))


def _trials(seeds: range) -> Tally | str:
    """Live through the trials of these seeds; gives what was breached, if anything was."""
    for noisy in ("werkzeug", "stamina"):
        logging.getLogger(noisy).setLevel(logging.CRITICAL)
    tally = Tally()
    at_once = stamina.set_testing(True, attempts=10, cap=True)
    with HTTPServer(host="127.0.0.1", threaded=True) as server, at_once:
        for seed in seeds:
            with tempfile.TemporaryDirectory(dir=MEMORY) as folder:
                try:
                    tally += misbehave(seed, server, Path(folder))
                except AssertionError as breach:
                    return f"seed {seed}: {breach}"
    return tally


def _print(tally: Tally) -> None:
    """Return how much of what there was."""
    for name, count in (
        ("days", tally.days),
        ("papers", tally.papers),
        ("runs of a day without a judgement", tally.failed),
        ("papers unjudged, with a reason", tally.unjudged),
        ("runs of two days within a budget", tally.bounded),
        ("papers that a budget left out", tally.over_budget),
        ("requests", sum(tally.habits.values())),
        ("answered badly", sum(tally.habits[name] for name in HABITS)),
        ("bad habits seen", f"{len(+_bad(tally))} of {len(HABITS)}"),
        ("answers billed and told", tally.told),
        ("tokens of these, billed", tally.tokens),
        ("tokens of these, recorded", tally.recorded),
        ("answers billed and not told", tally.untold),
        ("of these recorded as unknown", tally.unknown),
        ("judgements paid for twice", 0),
        ("days unlike undisturbed ones", 0),
    ):
        print(f"{name:<36} {count if isinstance(count, str) else format(count, ',')}")


def _bad(tally: Tally) -> Counter[str]:
    return Counter({name: tally.habits[name] for name in HABITS})


if __name__ == "__main__":
    sys.exit(main())
