"""How long a day of 300 papers takes to find its precedents in an archive, in how much memory.

The archive is a real month's papers, each moved a little as often as is needed:
`python benchmarks/precedents.py [PAPERS]` (100,000 unless told).
"""

from __future__ import annotations

import os
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import numpy as np

from paperlark.domain.announcement import AnnounceType
from paperlark.domain.archive import PaperVector
from paperlark.domain.errors import SourceError
from paperlark.domain.paper import Paper, PaperId
from paperlark.rankers.embedding import Embedding, PaperEncoder, Vectors, pack, unit
from paperlark.rankers.knn import ArchivePrecedents
from paperlark.sources.rss import RecordedFeeds
from paperlark.store.database import open_database
from paperlark.store.derived import VectorStore

DAY = date(2025, 4, 1)
A_DAY = 300
MOVED = 0.25
"""The length of what is added to a direction of length 1: cosine 0.97."""


def main() -> None:
    """Measure and print."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    shared = Path(os.environ.get("PAPERLARK_SHARED", Path(__file__).parents[2] / "shared"))
    papers = list(new_papers(shared / "feeds" / "month"))
    encoder = PaperEncoder(Embedding.shipped())
    _, vectors = encoder.encode(papers)
    today = papers[-A_DAY:]
    with tempfile.TemporaryDirectory() as folder, open_database(Path(folder) / "db") as connection:
        places = VectorStore(connection, Path(folder) / "db")
        places.keep(archive(vectors[:-A_DAY], count), encoder.embedding.fingerprint)
        precedent_finder = ArchivePrecedents(places, encoder)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        for run in ("first", "again", "again"):
            wall, busy = time.perf_counter(), time.process_time()
            found = precedent_finder.precedents(today, DAY)
            wall, busy = time.perf_counter() - wall, time.process_time() - busy
            print(f"{run}: {wall:.3f} s, {busy:.3f} s of one processor, {len(found)} have some")
        start = time.process_time()
        shelves = sum(1 for _ in places.before(DAY, encoder.embedding.fingerprint))
        print(f"of that reading {shelves} shelves: {time.process_time() - start:.3f} s")
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(f"{count} papers before, {len(today)} that day, {(after - before) / 1024:.0f} MB more")


def new_papers(folder: Path) -> Iterator[Paper]:
    """Return the month's papers, each once, in their order."""
    feeds, seen = RecordedFeeds(folder), set[PaperId]()
    for day in feeds.days(date.min, date.max):
        for category in ("cs.LG", "cs.AI"):
            try:
                listings = feeds.feed(category, day).listings
            except SourceError:
                continue
            for one in listings:
                new = one.type in {AnnounceType.NEW, AnnounceType.CROSS}
                if new and one.paper.id not in seen:
                    seen.add(one.paper.id)
                    yield one.paper


def archive(vectors: Vectors, count: int) -> Iterator[PaperVector]:
    """Return that many places of days before, in random company of the month's."""
    random = np.random.default_rng(0)
    for start in range(0, count, 10_000):
        size = min(10_000, count - start)
        moved = random.normal(size=(size, vectors.shape[1])).astype(np.float32)
        rows = vectors[random.integers(0, len(vectors), size)] + MOVED * unit(moved)
        for at, vector in enumerate(pack(unit(rows)), start):
            paper = PaperId(f"{2000 + at // 50_000}.{at % 50_000:05}")
            yield PaperVector(paper, DAY - timedelta(1 + at // A_DAY), f"Title {at}", vector)


if __name__ == "__main__":
    main()
