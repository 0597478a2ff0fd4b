"""What a reader's day takes: bytes by table, and milliseconds to store, on both engines.

A day of 500 candidates with 20 on the page, ranked without a model, and one of which 100 were
judged, each stored for many readers with the same categories. Titles and abstracts are of the
recorded corpus (`../shared`, or where PAPERLARK_SHARED says); PostgreSQL is a server of its own.
What all readers share, the texts of papers and the set of those scanned, is counted apart.

    python benchmarks/stored_days.py --readers 500

Exit code 1 when a reader's day without a model takes more than 40 kB.
"""

from __future__ import annotations

import argparse
import json
import lzma
import os
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from itertools import islice
from pathlib import Path
from random import Random

from paperlark.domain.announcement import AnnounceType, Feed, Listing, Via
from paperlark.domain.database_place import DatabasePlace, DatabaseServer
from paperlark.domain.digest import Digest, Entry, Funnel, Placement, Ranked, Status
from paperlark.domain.judgement import Judgement, Match, Precedent
from paperlark.domain.paper import Author, Paper, PaperId
from paperlark.domain.profile import Cutoffs
from paperlark.store.announcements import AnnouncementStore
from paperlark.store.connection import DatabaseConnection
from paperlark.store.database import open_database
from paperlark.store.digests import DigestStore, packed

ROOT = Path(__file__).resolve().parent.parent
SHARED = Path(os.environ.get("PAPERLARK_SHARED", ROOT.parent / "shared"))
CORPUS = SHARED / "corpus" / "abstracts.jsonl.xz"
AUTHORS = tuple(Author(f"{given} {family}") for given in "ABCDE" for family in ("Gauss", "Noether"))
DAY = date(2025, 3, 3)
CANDIDATES, SHOWN, JUDGED, EARLIER = 500, 20, 100, 500
IN_A_BLOCK = 100
LIMIT = 40_000
"""Bytes a reader and day."""
SHARED_TABLES = frozenset(
    {"papers", "places", "listings", "batches", "paper_sets", "paper_set_members"}
    | {"search_waiting", "search_texts", "search_words"}
)
TOPICS = ("Structure of proteins", "Learning from few examples", "Efficient inference", None)
_SIZES = """
    SELECT c.relname, pg_total_relation_size(c.oid) FROM pg_class c
    WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace
"""
_PAGES = """
    SELECT m.tbl_name, sum(s.pgsize) FROM dbstat s JOIN sqlite_master m ON m.name = s.name
    GROUP BY m.tbl_name
"""


def main() -> int:
    """Print a table for each engine and kind of day."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--readers", type=int, default=500)
    readers = parser.parse_args().readers
    corpus = list(islice(_read_papers(), CANDIDATES + EARLIER))
    over = False
    for judged in (0, JUDGED):
        for engine in ("sqlite", "postgresql"):
            digests = [_digest(corpus, f"reader-{n:08}", n, judged) for n in range(readers)]
            with _opened(engine) as (connection, database):
                total = _measure(engine, connection, database, digests, corpus[:CANDIDATES])
            over |= not judged and total > LIMIT
    return int(over)


def _read_papers() -> Iterator[Paper]:
    """Yield the corpus, each paper with four authors made up."""
    with lzma.open(CORPUS, "rt", encoding="utf-8") as lines:
        for number, row in enumerate(map(json.loads, lines)):
            yield Paper(
                id=PaperId(row["id"]),
                version=1,
                title=row["title"],
                authors=tuple(AUTHORS[number % 7 : number % 7 + 4]),
                abstract=row["abstract"],
                categories=tuple(row["categories"]),
            )


def _measure(
    engine: str,
    connection: DatabaseConnection,
    database: DatabasePlace,
    digests: Sequence[Digest],
    papers: Sequence[Paper],
) -> float:
    """Store the digests, print what they took, and return the bytes of one reader's."""
    listings = tuple(Listing(one, AnnounceType.NEW) for one in papers)
    feed = Feed("cs.LG", DAY, listings, origin="recorded", via=Via.RSS)
    AnnouncementStore(connection, database).keep(feed, DAY)
    store = DigestStore(connection, database)
    before = _sizes(connection, engine)
    packing = storing = 0.0
    for first in range(0, len(digests), IN_A_BLOCK):
        begin = time.process_time()
        block = [packed(one) for one in digests[first : first + IN_A_BLOCK]]
        packing += time.process_time() - begin
        begin = time.perf_counter()
        store.save_many(block)
        storing += time.perf_counter() - begin
    after = _sizes(connection, engine)
    grown = {table: size - before.get(table, 0) for table, size in after.items()}
    count = len(digests)
    own = {
        table: size / count
        for table, size in grown.items()
        if table not in SHARED_TABLES and size > 0
    }
    shared = sum(size for table, size in grown.items() if table in SHARED_TABLES)
    judged = f"{len(digests[0].judgements)} judged"
    print(f"\n{engine}, {count} readers, {judged}:")
    for table, size in sorted(own.items(), key=lambda row: -row[1]):
        print(f"  {table:<20}{size:>10,.0f} B a reader")
    print(f"  {'in all':<20}{sum(own.values()):>10,.0f} B a reader")
    print(f"  {'shared by all':<20}{shared:>10,.0f} B")
    print(f"  pack {packing / count * 1e3:.2f} ms, store {storing / count * 1e3:.2f} ms a reader")
    return sum(own.values())


def _sizes(connection: DatabaseConnection, engine: str) -> Mapping[str, int]:
    if engine == "postgresql":
        connection.execute("VACUUM")
    return dict(connection.execute(_PAGES if engine == "sqlite" else _SIZES).fetchall())


@contextmanager
def _opened(engine: str) -> Iterator[tuple[DatabaseConnection, DatabasePlace]]:
    if engine == "sqlite":
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "paperlark.db"
            with open_database(path) as connection:
                yield connection, path
        return
    sys.path.append(str(ROOT / "tests"))
    from standins.postgresql import running, server_programs  # noqa: PLC0415  # as tests do

    programs = server_programs()
    if programs is None:
        raise SystemExit("no PostgreSQL server is installed: Debian's package is `postgresql`")
    with running(programs) as server:
        database = DatabaseServer(server.database(), server.folder)
        with open_database(database) as connection:
            yield connection, database


def _digest(corpus: Sequence[Paper], reader: str, seed: int, judged: int) -> Digest:
    """Make up a reader's day: which papers are best is drawn, the same for the same seed."""
    chance = Random(seed)  # noqa: S311  # nothing is secret here
    papers, earlier = corpus[:CANDIDATES], corpus[CANDIDATES:]
    best = chance.sample(papers, len(papers))
    ranked = tuple(_ranked(paper, rank, chance, earlier) for rank, paper in enumerate(best, 1))
    comment = "It proposes what the first criterion asks for, and compares it on two data sets."
    judgements = tuple(
        Judgement(one.id, 1, chance.randint(1, 10), chance.randint(1, 10), comment)
        for one in best[:judged]
    )
    entries = tuple(
        Entry(
            place,
            paper,
            AnnounceType.NEW,
            one.match,
            judgement=judgements[place - 1] if judged else None,
            precedents=one.precedents,
        )
        for place, (paper, one) in enumerate(zip(best[:SHOWN], ranked, strict=False), 1)
    )
    of = len(papers)
    funnel = Funnel(
        1, of, of, of, of, 0, judged, judged, 0, 0, SHOWN, unread=judged and of - judged
    )
    return Digest(
        day=DAY,
        profile="Efficient inference",
        reader=reader,
        categories=("cs.LG",),
        status=Status.COMPLETE,
        model="a-model" if judged else None,
        spend=None,
        cutoffs=Cutoffs(),
        funnel=funnel,
        entries=entries,
        unjudged=(),
        prompt=None,
        judgements=judgements,
        scanned=tuple(one.id for one in papers),
        ranked=ranked,
    )


def _ranked(paper: Paper, rank: int, chance: Random, earlier: Sequence[Paper]) -> Ranked:
    match = Match(
        score=chance.gauss(0, 2),
        rank=rank,
        of=CANDIDATES,
        topic=chance.choice(TOPICS),
        probability=chance.random() / rank,
    )
    if rank <= SHOWN:
        words = tuple(paper.title.split())
        match = replace(match, words_for=words[:5], words_against=words[5:7])
    near = chance.sample(earlier, 3) if chance.random() < 1 / 10 else ()
    return Ranked(
        paper.id,
        1,
        Placement.ABOVE if rank <= SHOWN else Placement.BELOW,
        match,
        tuple(Precedent(one.id, one.title, DAY, chance.random()) for one in near),
    )


if __name__ == "__main__":
    sys.exit(main())
