"""What ranking costs for many readers of one field: seconds of a core and memory, and their growth.

Readers are made from the two recorded ones: each has some of their topics and keywords, and some
of the labels of one of them. What was learned of them is kept in a database; a few models are
learned and then kept for everyone, as learning is not what is measured. Every figure is of a
process of its own. Needs the recorded input at `../shared` or where PAPERLARK_SHARED says. Writes
docs/figures/many-readers.svg and docs/many-readers.md.

    python benchmarks/many_readers.py --quick     # a thousand readers only, writes nothing
    python benchmarks/many_readers.py --growth    # up to a thousand, fewer days and papers

Exit code 1 when a figure is over its limit.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path

from drawing import Panel, drawing, growth
from light_and_fast import ROOT, SHARED, peak_megabytes

from paperlark.domain.archive import CacheEntry
from paperlark.domain.criteria import Criteria, parse_criteria
from paperlark.domain.feedback import Evidence, Example
from paperlark.domain.paper import Paper, PaperId
from paperlark.domain.profile import Profile
from paperlark.evaluation.cases import LabelledReader
from paperlark.evaluation.folder import read_folder
from paperlark.evaluation.splits import KnownBefore
from paperlark.ports import ReaderToRank
from paperlark.store.database import open_database
from paperlark.store.day_values import pack_digest
from paperlark.store.derived import CacheStore, derived_stores
from paperlark.store.examples import ExampleStore
from paperlark.store.paper_sets import keep_paper_set

PAPERS, DAYS, STREAM = 300, 20, 6_000
READERS, SOME, FINGERPRINTED = (1, 10, 100, 1_000, 10_000), 100, 50
OVER_DAYS, OVER_PAPERS = (1, 5, 20, 50, 100), (100, 300, 600, 1_200)
SMALLER = ((1, 10, 100, 1_000), (5, 20, 50), (100, 300, 600))
"""Of these as many as take a few minutes."""
LIMITS = {1_000: 12.0, 10_000: 120.0}
"""Seconds of one core."""
MOST_MEGABYTES = 1_000
LEARNED, STORED = 3, 1_000
"""Models that are learned, and readers whose models are stored; more readers are these again."""
DOCS = ROOT / "docs"

Papers = tuple[Paper, ...]
Figures = Mapping[str, float]
"""What one process measured: `seconds` and `megabytes`, and `kilobytes` of a kept model."""


def main() -> int:
    """Measure, print, write; return whether every limit holds."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="a thousand readers, writes nothing")
    parser.add_argument("--growth", action="store_true", help="writes all in a few minutes")
    parser.add_argument("--trial", nargs=3, type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.trial:
        print(json.dumps(_rank(*options.trial)))
        return 0
    if options.quick:
        return int(not _holds(1_000, _trial(1_000)))
    counts = SMALLER if options.growth else (READERS, OVER_DAYS, OVER_PAPERS)
    readers = {count: _trial(count) for count in counts[0]}
    days = {count: _trial(SOME, count) for count in counts[1]}
    papers = {count: _trial(SOME, DAYS, count) for count in counts[2]}
    (DOCS / "figures").mkdir(exist_ok=True)
    (DOCS / "figures" / "many-readers.svg").write_text(_drawn(readers, days, papers), "utf-8")
    page = "\n".join(_page(readers, days, papers))
    (DOCS / "many-readers.md").write_text(f"{page}\n", "utf-8")
    return int(not all(_holds(count, found) for count, found in readers.items()))


def _holds(count: int, found: Figures) -> bool:
    fast = count not in LIMITS or found["seconds"] <= LIMITS[count]
    return fast and found["megabytes"] <= MOST_MEGABYTES


def _trial(readers: int, days: int = DAYS, papers: int = PAPERS) -> Figures:
    """Return what so many readers cost, measured once."""
    return _measured(readers, days, papers)


@cache
def _measured(readers: int, days: int, papers: int) -> Figures:
    """Rank in a process of its own: children inherit the peak of this one."""
    command = [sys.executable, __file__, "--trial", *map(str, (readers, days, papers))]
    found: Figures = json.loads(subprocess.check_output(command))
    each = found["seconds"] / readers * 1e3
    print(
        f"{readers:>6,} readers, {days:>3} judged days, {papers:>5,} papers:"
        f" {found['seconds']:8.2f} s, {each:6.1f} ms each, {found['megabytes']:4.0f} MB,"
        f" {found['kilobytes']:4.0f} kB of a model",
        flush=True,
    )
    return found


# What the processes do.


def _rank(readers: int, days: int, papers: int) -> Figures:
    """Rank a day for so many readers with kept models; seconds are of one core."""
    from paperlark.rankers.embedded import ranker_and_precedents  # noqa: PLC0415

    recorded = read_folder(SHARED / "readers" / "ml-foundations")
    today, stream, examples = _case(recorded, days, papers)
    pool = [recorded.days[-1].criteria]
    pool.append(read_folder(SHARED / "readers" / "astro-dwarfs").days[0].criteria)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "paperlark.db"
        with open_database(path) as connection:
            stores = derived_stores(connection, path)
            asked = [_reader(number, pool, examples, stream) for number in range(STORED)]
            asked = asked[: min(readers, STORED)]
            ranker, _ = ranker_and_precedents(*stores)
            list(ranker.rank_readers(today, stream, asked[:LEARNED]))
            size = _keep_for_all(stores[2], asked)
        with open_database(path) as connection:
            ranker, _ = ranker_and_precedents(*derived_stores(connection, path))
            again = (asked[at % len(asked)] for at in range(readers))
            start = time.process_time()
            ranked = ranker.rank_readers(today, stream, again)
            matches = sum(len(one.matches) for one in ranked)
            seconds = time.process_time() - start
            if matches != readers * papers:
                raise ValueError(f"{matches} matches")
    return {
        "readers": readers,
        "seconds": seconds,
        "megabytes": peak_megabytes(resource.getrusage(resource.RUSAGE_SELF)),
        "kilobytes": size / 1000,
    }


def _case(
    recorded: LabelledReader, days: int, papers: int
) -> tuple[Papers, Papers, Sequence[Example]]:
    """Return a day's papers, those of several days where one has too few, and what was known."""
    place = max(at for at, one in enumerate(recorded.days) if len(one.papers) >= PAPERS)
    today: dict[str, Paper] = {}
    while len(today) < papers:
        today |= {one.id: one for one in recorded.days[place].papers}
        place -= 1
    before = KnownBefore(recorded.days, place + 1)
    stream = [one for one in before.stream if one.id not in today][:STREAM]
    examples = [one for one in before.history(days).examples if one.paper.id not in today]
    return tuple(today.values())[:papers], tuple(stream), examples


def _reader(
    number: int, recorded: Sequence[Criteria], examples: Sequence[Example], stream: Papers
) -> ReaderToRank:
    """Make a reader with topics, keywords and labels of their own."""
    dice = random.Random(number)  # noqa: S311  # nothing secret hangs on it
    criteria = drawn_criteria(number, recorded, dice)
    share = dice.uniform(0.5, 1)

    def evidence() -> Evidence:
        kept = (replace(one, wanted=one.wanted and dice.random() < share) for one in examples)
        return Evidence(tuple(kept), stream)

    return ReaderToRank(f"reader {number}", criteria, f"evidence {number}", evidence)


def drawn_criteria(number: int, recorded: Sequence[Criteria], dice: random.Random) -> Criteria:
    """Draw some of the topics and keywords of recorded readers."""
    topics = [topic for one in recorded for topic in one.topics]
    words = [word for one in recorded for word in one.keywords]
    unwanted = [phrase for one in recorded for phrase in one.unwanted]
    return Criteria(
        f"{number}",
        tuple(dice.sample(topics, 5)),
        tuple(dice.sample(words, 10)),
        tuple(dice.sample(unwanted, len(unwanted) // 2)),
    )


def _keep_for_all(models: CacheStore, asked: Sequence[ReaderToRank]) -> int:
    """Keep the models of the first few for all others too; return the bytes of one."""
    from paperlark.rankers.embedded import model_name  # noqa: PLC0415
    from paperlark.rankers.embedding import Embedding  # noqa: PLC0415

    embedding = Embedding.shipped().fingerprint
    names = [model_name(one, embedding) for one in asked]
    learned = models.find_all(dict(names[:LEARNED]))
    contents = [learned[key] for key, _ in names[:LEARNED]]
    models.keep(
        CacheEntry(key, made_of, contents[at % len(contents)])
        for at, (key, made_of) in enumerate(names)
    )
    return len(contents[0])


def _fingerprints(days: int) -> float:
    """Return the milliseconds that the fingerprint of one reader's evidence takes."""
    profile = Profile("0", ("cs.LG",), parse_criteria(""))
    first = date(2025, 3, 3)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "paperlark.db"
        with open_database(path) as connection:
            for reader in range(FINGERPRINTED):
                for day in (first + timedelta(at) for at in range(days)):
                    papers = [PaperId(f"{day} {at}") for at in range(PAPERS)]
                    connection.execute(
                        "INSERT INTO digests (profile, day, paper_set, fingerprint, digest)"
                        " VALUES (?, ?, ?, ?, ?)",
                        (
                            f"{reader}",
                            f"{day}",
                            keep_paper_set(connection, dict.fromkeys(papers, 1)),
                            f"{reader} {day}",
                            pack_digest("{}"),
                        ),
                    )
                    connection.executemany(
                        "INSERT INTO shown_or_judged VALUES (?, ?, ?, 0, NULL, 1, 3, 5)",
                        ((f"{reader}", f"{day}", paper) for paper in papers),
                    )
            store = ExampleStore(connection, path)
            start = time.process_time()
            for reader in range(FINGERPRINTED):
                store.fingerprint(replace(profile, id=f"{reader}"), date(2025, 12, 1))
            return (time.process_time() - start) / FINGERPRINTED * 1e3


# What is told.


def _page(
    readers: Mapping[int, Figures], days: Mapping[int, Figures], papers: Mapping[int, Figures]
) -> Iterator[str]:
    yield "# What ranking for many readers costs"
    yield ""
    yield (
        f"Measured on {datetime.now(UTC).date()} by `benchmarks/many_readers.py`, which writes this"
        f" page (`make bench-ranking`; up to 1,000 readers with --growth): {os.cpu_count()} shared"
        f" cores of a virtual machine, on which others work too (load {os.getloadavg()[0]:.1f} at"
        f" the end). Seconds are of one core, in one process, for"
        f" readers of one field whose models are kept: opening the models, ranking, and the matches"
        f" of all papers. {PAPERS} papers, {DAYS} judged days and {STREAM:,} earlier papers where"
        " nothing else is said. Making the field itself, once, is part of it."
    )
    yield "\n## Readers\n\n![Growth over readers, days and papers](figures/many-readers.svg)\n"
    yield from _table("readers", readers, LIMITS)
    yield f"\n## Judged days, {SOME} readers\n"
    yield from _table("judged days", days, {})
    yield f"\n## Papers, {SOME} readers\n"
    yield from _table("papers", papers, {})
    yield (
        f"\nTo know that nothing was judged or voted since takes another"
        f" {_fingerprints(DAYS):.1f} ms a reader after {DAYS} days of {PAPERS} papers"
        f" (`ExampleStore.fingerprint`)."
    )


def _table(what: str, rows: Mapping[int, Figures], limits: Mapping[int, float]) -> Iterator[str]:
    yield f"| {what} | s | limit, s | ms a reader | peak MB | kB of a kept model |"
    yield "| --- | ---: | ---: | ---: | ---: | ---: |"
    for amount, found in rows.items():
        limit = f"{limits[amount]:g}" if amount in limits else ""
        each = found["seconds"] / found["readers"] * 1e3
        yield (
            f"| {amount:,} | {found['seconds']:.2f} | {limit} | {each:.1f}"
            f" | {found['megabytes']:.0f} | {found['kilobytes']:.0f} |"
        )


def _drawn(
    readers: Mapping[int, Figures], days: Mapping[int, Figures], papers: Mapping[int, Figures]
) -> str:
    def of(rows: Mapping[int, Figures], name: str) -> Mapping[int, float]:
        return {amount: found[name] for amount, found in rows.items()}

    each, peak = f"for {SOME}", "peak"
    return drawing(
        "What ranking for many readers costs, over readers, judged days and papers",
        [
            Panel("Seconds", "readers", growth({"for all": of(readers, "seconds")}), "for all"),
            Panel("Megabytes", "readers", growth({peak: of(readers, "megabytes")}), peak),
            Panel("Seconds", "judged days", growth({each: of(days, "seconds")}), each),
            Panel("Seconds", "papers", growth({each: of(papers, "seconds")}), each),
        ],
    )


if __name__ == "__main__":
    sys.exit(main())
