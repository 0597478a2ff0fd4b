"""A real month over and over, while arXiv, the model and the run go wrong: no page may lie.

    python benchmarks/replay_month.py [--months 200] [--harder 50] [--model 50] [--processes 2]

Every month is replayed day by day over HTTP on loopback, from an empty database to its last page,
with faults of its own seed: `--months` in which one feed in ten is stale, wrongly empty or
truncated; `--harder` ones in which every door of arXiv has faults and on some days nobody knows;
`--model` ones in which the recorded judgements come from a model's server that fails as well,
budgets are reached, and runs are ended by signals. A page equals that of the undisturbed month
(papers, order, scores, comments, counts) or is not called complete and says what it lacks; it is
made again when all is well, and equals then. The books have what the model's server billed, and
nothing is paid twice.

What is spared, in every month alike: each right answer is printed once for all months of a
process, the very same bytes are parsed once, the ranker remembers what it ranked before and nobody
learns from earlier days, papers are not indexed for searching, and of the three forms of a page
only JSON is rendered, with a model Markdown too. Everything else runs as on any day: client,
examination, database, judge.

Needs the recorded month and reader at `../shared` or where PAPERLARK_SHARED says. Exit code 1 when
a page differs silently.
"""

from __future__ import annotations

import argparse
import logging
import os
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path

import stamina
from pytest_httpserver import HTTPServer

ROOT = Path(__file__).resolve().parent.parent
SHARED = Path(os.environ.get("PAPERLARK_SHARED", ROOT.parent / "shared"))
sys.path.insert(0, str(ROOT / "tests"))

from paperlark.sources import listing, rss  # noqa: E402
from paperlark.store.search_index import FullTextIndex  # noqa: E402
from standins.faults import FEEDS, HARD, MODEL  # noqa: E402
from standins.page_comparison import End  # noqa: E402
from standins.replay import Replay, Result  # noqa: E402

_MOODS = {mood.name: mood for mood in (FEEDS, HARD, MODEL)}
_MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108  # a folder of our own
_PAGES = 500
"""So many parsed answers are kept: all that are whole, and the latest of the others."""
_OPEN: list[object] = []
"""Keeps what a worker opened for as long as it lives."""


@dataclass(frozen=True)
class Month:
    """What came of one month."""

    mood: str
    seed: int
    results: list[Result]
    shown: Counter[str]
    seconds: float


@dataclass
class Row:
    """All months of one kind, added up."""

    months: int = 0
    ends: Counter[End] = field(default_factory=Counter)
    mended: Counter[End | None] = field(default_factory=Counter)
    shown: Counter[str] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)

    def add(self, month: Month) -> None:
        """Count one month more."""
        self.months += 1
        self.ends.update(result.end for result in month.results)
        self.mended.update(one.mended for one in month.results if one.end is not End.EQUAL)
        self.shown += month.shown
        self.seconds.append(month.seconds)


def main() -> int:
    """Replay, print the table and say whether any page lied."""
    options = _options()
    wanted = {FEEDS.name: options.months, HARD.name: options.harder, MODEL.name: options.model}
    work = [(name, seed) for name, months in wanted.items() for seed in range(1, months + 1)]
    work.sort(key=lambda one: one[1] / wanted[one[0]])
    rows = {name: Row() for name in _MOODS}
    silent: list[tuple[str, int, Result]] = []
    for done, month in enumerate(_months(work, options.processes), 1):
        rows[month.mood].add(month)
        bad = (one for one in month.results if End.SILENT in {one.end, one.mended})
        silent += [(month.mood, month.seed, one) for one in bad]
        print(f"\r{done} of {len(work)} months, {len(silent)} silent", end="", file=sys.stderr)
        sys.stderr.flush()
    print(file=sys.stderr)
    _print(rows)
    for mood, seed, result in silent:
        print(f"SILENT: {mood}, seed {seed}, {result.day}: {result.why}")
    return int(bool(silent))


def _months(work: Sequence[tuple[str, int]], processes: int) -> Iterator[Month]:
    """Return months as they are done; Ctrl-C ends it, and the table is of those that were."""
    with ProcessPoolExecutor(processes) as workers:
        waiting = [workers.submit(replay, *one) for one in work]
        try:
            for future in as_completed(waiting):
                yield future.result()
        except KeyboardInterrupt:
            workers.shutdown(wait=False, cancel_futures=True)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--months", type=int, default=200, help="with faults of feeds only")
    parser.add_argument("--harder", type=int, default=50, help="with faults at every door")
    parser.add_argument("--model", type=int, default=50, help="with faults of model and run, too")
    parser.add_argument("--processes", type=int, default=2, help="how many at once")
    return parser.parse_args()


def replay(mood: str, seed: int) -> Month:
    """Replay one month in this process."""
    month = _replay()
    month.reference_of(_MOODS[mood])  # made before time is taken
    began = time.process_time()
    results, shown = month.month(_MOODS[mood], seed)
    return Month(mood, seed, results, shown, time.process_time() - began)


@cache
def _replay() -> Replay:
    """Open a server for all months of this process, and make the undisturbed month."""
    for noisy in ("werkzeug", "paperlark"):
        logging.getLogger(noisy).setLevel(logging.ERROR)
    stamina.set_testing(True, attempts=10, cap=True)  # no pauses between questions to a model
    # Pure functions, and half the time of a day.
    listing.parse_page = lru_cache(_PAGES)(listing.parse_page)  # type: ignore[attr-defined]
    rss.parse_feed = lru_cache(_PAGES)(rss.parse_feed)  # type: ignore[attr-defined]
    # Nobody searches there.
    FullTextIndex.catch_up = lambda *_: None  # type: ignore[method-assign]
    server, models = (HTTPServer(host="127.0.0.1", threaded=True) for _ in range(2))
    server.start()
    models.start()
    folder = tempfile.TemporaryDirectory(dir=_MEMORY)
    _OPEN.extend((server, models, folder))
    feeds, reader = SHARED / "feeds" / "month", SHARED / "readers" / "ml-foundations"
    return Replay(feeds, reader, server, models, Path(folder.name))


def _print(rows: dict[str, Row]) -> None:
    print(f"{'faults of':<50}" + "".join(f"{name:>15}" for name in rows))
    _line("months", (row.months for row in rows.values()))
    _line("days", (row.ends.total() for row in rows.values()))
    for end in End:
        _line(f"pages: {end}", (row.ends[end] for row in rows.values()))
    _line("of those not equal, equal after", (row.mended[End.EQUAL] for row in rows.values()))
    _line("... and not", (row.mended.total() - row.mended[End.EQUAL] for row in rows.values()))
    middle = [statistics.median(row.seconds) if row.seconds else 0.0 for row in rows.values()]
    _line("median seconds of a core a month", (f"{one:.1f}" for one in middle))
    for fault in sorted({fault for row in rows.values() for fault in row.shown}):
        _line(fault, (row.shown[fault] for row in rows.values()))


def _line(name: str, values: Iterable[object]) -> None:
    print(f"{name:<50}" + "".join(f"{value!s:>15}" for value in values))


if __name__ == "__main__":
    sys.exit(main())
