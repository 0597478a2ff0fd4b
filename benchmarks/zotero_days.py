"""Save papers to Zotero on 300 seeded days of saves, deletions, conflicts, failures and kills.

    python benchmarks/zotero_days.py [--days 300] [--seeds 5] [--first 0]

Zotero is stood in for on loopback. Its reader changes, moves, trashes and deletes items, also while
a run is at work; requests are refused, answers are lost, the key or the collection is away for a
day; runs are killed before and after their notes. After three days without trouble each paper must
be there once, none lost, none that was deleted back, no change of the reader's undone, and every
other item up to date. Any breach ends it with exit code 1 and names the seed.
"""

from __future__ import annotations

import argparse
import logging
import sys
import tempfile
import time
from dataclasses import asdict
from pathlib import Path

from pytest_httpserver import HTTPServer

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from standins.zotero import Zotero
from standins.zotero_days import live


def main() -> int:
    """Live the days of each seed; return the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--days", type=int, default=300)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--first", type=int, default=0)
    chosen = parser.parse_args()
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    wrong = 0
    with HTTPServer(host="127.0.0.1", threaded=True) as server, tempfile.TemporaryDirectory() as at:
        for seed in range(chosen.first, chosen.first + chosen.seeds):
            began, zotero = time.monotonic(), Zotero(server)
            tally, faults = live(seed, chosen.days, zotero, Path(at))
            said = ", ".join(f"{name} {count}" for name, count in asdict(tally).items())
            requests, took = len(zotero.asked), time.monotonic() - began
            print(f"seed {seed}: {said}; {requests} requests; {took:.1f} s")
            for fault in faults:
                print(f"  wrong: {fault}")
            wrong += len(faults)
    print("each paper is there once, none is lost" if not wrong else f"{wrong} faults")
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
