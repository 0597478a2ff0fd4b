"""End runs within a budget 300 times while they ask a model, and hold the books against its bill.

    python benchmarks/books.py [--endings 300] [--seed 0]

KILL, TERM, HUP and INT come at random moments, with 1 to 8 questions under way. The stand-in model
bills what it receives. Its bill is never above a cap of the run, the day or the month; what
`paperlark cost` tells, with what was under way at its most, is never less than the bill; TERM, HUP
and INT lose no answer, and TERM and HUP end a run within 10 seconds. Any breach ends it with exit
code 1.
"""

from __future__ import annotations

import argparse
import logging
import random
import sys
import tempfile
from pathlib import Path

from pytest_httpserver import HTTPServer

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from standins.books import BOUND, Tally, anew, one_day
from standins.forked import Forked


def main() -> int:
    """Make days until runs were ended often enough, and print what was seen."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--endings", type=int, default=300)
    parser.add_argument("--seed", type=int, default=0)
    wanted = parser.parse_args()
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    dice = random.Random(wanted.seed)  # noqa: S311  # nothing secret hangs on it
    tally = Tally()
    with tempfile.TemporaryDirectory() as folder, HTTPServer(host="127.0.0.1", threaded=True) as at:
        while (done := tally.endings.total()) < wanted.endings:
            try:
                home, most = Path(folder) / str(tally.days), min(12, wanted.endings - done)
                # To start Python takes longest and is the same every time: one day in ten does.
                start = Forked if tally.days % 10 else anew
                one_day(home, at, dice, tally, most, start)
            except AssertionError as breach:
                print(f"day {tally.days}: {breach}")
                return 1
            print(f"{tally.endings.total()} endings", file=sys.stderr, flush=True)
    left = ", ".join(
        f"{count} x {questions}" for questions, count in sorted(tally.under_way.items())
    )
    print(f"runs ended                     {tally.endings.total()}: {dict(tally.endings)}")
    print(f"days, questions                {tally.days}, {tally.asked}")
    print(f"questions cut off by an ending {left}")
    print("bills above a cap              0")
    print("books below the bill           0")
    print("answers lost by TERM, HUP, INT 0")
    print(f"slowest end after TERM, HUP    {tally.slowest:.1f} s of {BOUND:.0f} s")
    return 0 if tally.slowest <= BOUND else 1


if __name__ == "__main__":
    sys.exit(main())
