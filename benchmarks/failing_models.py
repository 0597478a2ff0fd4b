"""Fail a model in every way on a real day, and hold what that may cost and must not.

    python benchmarks/failing_models.py [--parallel 8] [--only 503 --only slow]

Each fault is met by every way of asking: `today`, `morning`, and the batch service, known or not.
There is a page every time; a run costs at most 1.2 times the requests of a good day and 5, and so
does every run after it; once the model is back the page is completed, and no paper is judged twice.
A cell shows the requests of the first run and the most of a later one; in a batch each line counts
as one. Exit code 1 when anything does not hold.

Needs the recorded month at `../shared` or where PAPERLARK_SHARED says.
"""

from __future__ import annotations

import argparse
import logging
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import stamina
from pytest_httpserver import HTTPServer

ROOT = Path(__file__).resolve().parent.parent
SHARED = Path(os.environ.get("PAPERLARK_SHARED", ROOT.parent / "shared"))
sys.path.insert(0, str(ROOT / "tests"))

from standins.batched_days import DAY, Home, home_at  # noqa: E402
from standins.failing_models import FAULTS, WAYS, Outcome, Trial, good_day, live  # noqa: E402

MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108  # folders of our own in it
CATEGORY = "cs.LG"


def main() -> int:
    """Live through all cells, and print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--parallel", type=int, default=8, help="questions at once")
    parser.add_argument("--batch-size", type=int, default=16, help="papers in a question")
    parser.add_argument("--only", action="append", choices=list(FAULTS), help="this fault only")
    parser.add_argument("--processes", type=int, default=2, help="how many ways at once")
    options = parser.parse_args()
    faults = options.only or list(FAULTS)
    started, bad = time.monotonic(), 0
    print(f"{'requests (later run)':<24}" + "".join(f"{way:>22}" for way in WAYS))
    rows: dict[str, dict[str, Outcome]] = {fault: {} for fault in faults}
    with ProcessPoolExecutor(options.processes, mp_context=get_context("spawn")) as workers:
        cells = [
            workers.submit(_way, way, faults, options.parallel, options.batch_size) for way in WAYS
        ]
        for way, cell in zip(WAYS, cells, strict=True):
            for fault, outcome in cell.result().items():
                rows[fault][way] = outcome
    first = next(iter(rows.values()))
    print(f"{'a good day':<24}" + "".join(f"{one.good_day:>22}" for one in first.values()))
    for fault, outcomes in rows.items():
        cells_shown = (f"{one.requests[0]} ({max(one.requests[1:])})" for one in outcomes.values())
        print(f"{fault:<24}" + "".join(f"{cell:>22}" for cell in cells_shown))
    for fault, outcomes in rows.items():
        for way, outcome in outcomes.items():
            bad += bool(outcome.breaches)
            for breach in outcome.breaches:
                print(f"BREACH: {fault}, {way}: {breach}")
    cells_count = sum(map(len, rows.values()))
    print(f"\n{bad} of {cells_count} cells breached, in {time.monotonic() - started:.0f} s")
    return int(bool(bad))


def _way(way: str, faults: Sequence[str], parallel: int, size: int) -> dict[str, Outcome]:
    """Live through the faults of one way, on a server of this process."""
    for noisy in ("werkzeug", "stamina"):
        logging.getLogger(noisy).setLevel(logging.CRITICAL)
    outcomes: dict[str, Outcome] = {}
    with (
        HTTPServer(host="127.0.0.1", threaded=True) as server,
        stamina.set_testing(True, attempts=10, cap=True),
    ):
        good = 0
        for home, fault in _homes(server, (None, *faults), parallel, size):
            trial = Trial(home, WAYS[way])
            if fault is None:
                good = good_day(trial)
            else:
                outcomes[fault] = live(trial, FAULTS[fault], good)
                home.server.released.set()
    return outcomes


def _homes(
    server: HTTPServer, faults: Sequence[str | None], parallel: int, size: int
) -> Iterator[tuple[Home, str | None]]:
    """Yield a new folder with the real day for each fault; its days before stay as they are."""
    for fault in faults:
        with tempfile.TemporaryDirectory(dir=MEMORY) as name:
            server.clear()
            home = home_at(Path(name), server, papers=1, more="timeout = 2")
            profile = home.profile.read_text().replace("parallel = 1", f"parallel = {parallel}")
            home.profile.write_text(profile.replace("batch_size = 4", f"batch_size = {size}"))
            (home.folder / f"{DAY}.{CATEGORY}.rss.xml").unlink()
            feed = f"{DAY}.{CATEGORY}.rss.xml.gz"
            shutil.copy(SHARED / "feeds" / "month" / feed, home.folder / feed)
            yield home, fault


if __name__ == "__main__":
    raise SystemExit(main())
