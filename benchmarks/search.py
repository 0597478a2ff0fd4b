"""How long a search of 200,000 papers takes, in a warm process, in a new one, and as a command.

The archive is the recorded corpus; what it lacks to the number is papers of it again under other
identifiers. Each was announced to one reader, in days of 300, of which 100 were judged and 30
selected. The corpus has no authors: names are made up, some of them borne by many. Needs the
corpus at `../shared` or where PAPERLARK_SHARED says.

    python benchmarks/search.py [--papers 200000] [--keep FOLDER]

Exit code 1 when the median of a warm search is over its limit. With --keep the archive is made in
that folder and left there, or taken from there.
"""

from __future__ import annotations

import argparse
import json
import lzma
import os
import resource
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import chain, islice
from pathlib import Path
from random import Random
from typing import Any

from light_and_fast import run

from paperlark.archive.search import ArchiveSearch, open_search
from paperlark.domain.archive import PaperVector
from paperlark.domain.database_place import file_beside
from paperlark.domain.digest import Placement, Ranked
from paperlark.domain.judgement import Match
from paperlark.domain.paper import Author, Paper, PaperId
from paperlark.domain.search import SearchQuery, read_name, read_terms
from paperlark.rankers.embedding import Embedding, PaperEncoder, pack
from paperlark.settings import Settings, load_settings
from paperlark.store.announcements import keep_papers
from paperlark.store.connection import DatabaseConnection, transaction
from paperlark.store.database import open_database
from paperlark.store.day_values import pack_digest, pack_ranking
from paperlark.store.derived import VectorStore
from paperlark.store.paper_sets import keep_paper_set
from paperlark.testing import Silent

ROOT = Path(__file__).resolve().parent.parent
SHARED = Path(os.environ.get("PAPERLARK_SHARED", ROOT.parent / "shared"))
CORPUS = SHARED / "corpus" / "abstracts.jsonl.xz"
PROFILE = "Everything"
FIRST, A_DAY, JUDGED, SELECTED = date(2020, 1, 6), 300, 100, 30
LIMIT = 50.0
"""Milliseconds that a warm search may take, in the median."""
GIVEN = (
    "Wei",
    "Ada",
    "Carl",
    "Emmy",
    "Jun",
    "Maria",
    "Li",
    "Ahmed",
    "Anna",
    "Kurt",
    "Ravi",
    "Yuki",
)
FAMILY = ("Wang", "Zhang", "Li", "Kim", "Gauss", "Noether", "Singh", "Tanaka", "Garcia", "Novak")
COMMON = ("learning", "model", "neural network", "data", "quantum", "graph", "energy", "of the",
          "theory", "large language model", "deep learning", "we propose a method", "results show",
          "field", "time series", "phase transition", "attention is all you need")  # fmt: skip
FILTERED: Sequence[Mapping[str, Any]] = (
    {"first": date(2021, 3, 1), "last": date(2021, 3, 31)},
    {"selected": True},
    {"score": 9},
    {"score": 9, "selected": True},
    {"category": "cs.LG"},
    {"category": "math"},
)


def main() -> int:
    """Print a row per kind of question and say whether the limit holds."""
    options = _options()
    if options.cold:
        return first_search(Path(options.cold))
    kept = options.keep
    with nullcontext(kept) if kept else tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        profile = lay_out(folder)
        if not (folder / "paperlark.db").exists():
            fill(folder / "paperlark.db", options.papers)
        settings = load_settings(profile)
        catch_up(settings)
        every = measure(settings, kinds(folder / "paperlark.db"))
        measure_new_processes(profile)
        measure_opening(folder / "paperlark.db")
    middle = statistics.median(every)
    over = middle > LIMIT
    print(f"{'OVER' if over else 'within'} the limit: median {middle:.1f} ms, limit {LIMIT:.0f} ms")
    return int(over)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--papers", type=int, default=200_000)
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--cold", help=argparse.SUPPRESS)
    return parser.parse_args()


def lay_out(folder: Path) -> Path:
    """Write a profile, and give its file."""
    folder.mkdir(exist_ok=True)
    (folder / "criteria.md").write_text("## Structure\n- **Relevant:** structure\n", "utf-8")
    profile = folder / "paperlark.toml"
    profile.write_text(
        f'name = "{PROFILE}"\ncategories = ["cs.LG"]\ncriteria = "criteria.md"\n', "utf-8"
    )
    return profile


def fill(database: Path, count: int) -> None:
    """Make an archive of that many papers, day by day."""
    again = (replace(one, id=PaperId(f"9912.{at:05}")) for at, one in enumerate(read_papers()))
    papers = islice(chain(read_papers(), again), count)
    encoder, known = PaperEncoder(Embedding.shipped()), 0
    with open_database(database) as connection:
        # What a power cut would take can be made again here.
        connection.execute("PRAGMA synchronous = OFF")
        places = VectorStore(connection, database)
        for number in range(-(-count // A_DAY)):
            day = list(islice(papers, A_DAY))
            known += sum(not one.id.startswith("9912.") for one in day)
            file_day(connection, places, encoder, number, day)
    print(f"{known:,} papers of the corpus and {count - known:,} of them again as others")


def file_day(
    connection: DatabaseConnection,
    places: VectorStore,
    encoder: PaperEncoder,
    number: int,
    papers: Sequence[Paper],
) -> None:
    """Write what a day leaves behind for searching: texts, places, and what was said of them."""
    day = FIRST + timedelta(days=number // 5 * 7 + number % 5)
    chance = Random(number)  # noqa: S311  # nothing is secret here
    with transaction(connection):
        keep_papers(connection, papers)
        ranked: list[Ranked] = []
        for at, paper in enumerate(papers):
            scores = (chance.randint(1, 10), chance.randint(1, 10)) if at < JUDGED else (None, None)
            place = at + 1 if at < SELECTED else None
            if at < max(JUDGED, SELECTED):
                connection.execute(
                    "INSERT INTO shown_or_judged"
                    " (profile, day, paper_id, on_page, version, place, relevance, novelty)"
                    " VALUES (?, ?, ?, ?, 1, ?, ?, ?)",
                    (PROFILE, day.isoformat(), paper.id, at < SELECTED, place, *scores),
                )
            match = Match(
                0.5, at + 1, len(papers), words_for=("structure",), probability=chance.random()
            )
            ranked.append(Ranked(paper.id, 1, Placement.ABOVE, match))
        connection.execute(
            "INSERT INTO digests (profile, day, paper_set, digest, ranking) VALUES (?, ?, ?, ?, ?)",
            (
                PROFILE,
                day.isoformat(),
                keep_paper_set(connection, {paper.id: 1 for paper in papers}),
                pack_digest("{}"),
                pack_ranking(ranked),
            ),
        )
    _, vectors = encoder.encode(papers)
    places.keep(
        (
            PaperVector(paper.id, day, paper.title, vector)
            for paper, vector in zip(papers, pack(vectors), strict=True)
        ),
        encoder.embedding.fingerprint,
    )


def read_papers() -> Iterator[Paper]:
    """Return the corpus, one paper after the other, with authors made up."""
    chance = Random(0)  # noqa: S311  # nothing is secret here
    with lzma.open(CORPUS, "rt", encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            yield Paper(
                id=PaperId(row["id"]),
                version=1,
                title=row["title"],
                authors=tuple(Author(_name(chance)) for _ in range(chance.randint(1, 6))),
                abstract=row["abstract"],
                categories=tuple(row["categories"]),
            )


def _name(chance: Random) -> str:
    """Return a name: one in five is borne by many, the others by a few."""
    given = chance.choice(GIVEN)
    if chance.random() < 0.2:  # noqa: PLR2004
        return f"{given} {chance.choice(FAMILY)}"
    syllables = "".join(chance.choice("bdfgklmnprstvz") + chance.choice("aeiou") for _ in range(3))
    return f"{given} {chance.choice('ABCDEFGHJKLM')}. {syllables.capitalize()}"


def catch_up(settings: Settings) -> None:
    """Read all texts, as the first search of an old archive does."""
    file = file_beside(settings.database, "")
    size = file.stat().st_size
    start = time.perf_counter()
    with open_search(settings, Silent()):
        pass
    grown = (file.stat().st_size - size) / 1e6
    print(
        f"first search reads what waits: {time.perf_counter() - start:.1f} s, {grown:.0f} MB more"
    )


def kinds(database: Path) -> Mapping[str, Sequence[SearchQuery]]:
    """Return questions of every kind; words come from papers drawn by lot, the same each time."""
    chance = Random(1)  # noqa: S311  # nothing is secret here
    with open_database(database) as connection:
        (last,) = connection.execute("SELECT max(number) FROM search_texts").fetchone()
        drawn = [
            connection.execute(
                "SELECT p.title, p.abstract, p.authors FROM search_texts x"
                " JOIN papers p ON p.id = x.paper_id WHERE x.number = ?",
                (chance.randint(1, last),),
            ).fetchone()
            for _ in range(40)
        ]
    texts = [text.split() for _, text, _ in drawn]
    words = [[word for word in text if word.isalpha()] for text in texts]
    middles = [some[len(some) // 2 :][:20] for some in words]
    return {
        "rare words": [
            asked(" ".join(sorted(set(some), key=len)[-2:]))
            for some in middles
            if len(some) > 2  # noqa: PLR2004
        ],
        "titles": [asked(title) for title, _, _ in drawn],
        "words of abstracts": [
            asked(" ".join(chance.sample(some, min(4, len(some))))) for some in middles
        ],
        "common words": [asked(text) for text in COMMON],
        "phrases": [asked(f'"{" ".join(some[5:8])}"') for some in texts],
        "beginnings": [asked(f"{some[-1][:4]}*") for some in middles if some and len(some[-1]) > 3],  # noqa: PLR2004
        "authors": [
            SearchQuery(author=read_name(json.loads(authors)[0][0])) for _, _, authors in drawn[:20]
        ]
        + [SearchQuery(author=name) for name in ("Wei Wang", "Emmy Noether", "Gauss", "Ada")],
        "common words, filtered": [
            replace(asked(text), **some) for text in COMMON[:6] for some in FILTERED
        ],
        "no words": [SearchQuery(**some) for some in FILTERED],
        "no paper has all": [asked(f"{title} zebra accordion") for title, _, _ in drawn[:20]],
    }


def asked(text: str) -> SearchQuery:
    """Return a question of words."""
    return SearchQuery(text, read_terms(text))


def measure(settings: Settings, questions: Mapping[str, Sequence[SearchQuery]]) -> list[float]:
    """Ask every question once in a warm process, print a row a kind, give all milliseconds."""
    every: list[Took] = []
    with open_search(settings, Silent()) as archive:
        archive.answer(asked("warm up"), 20)
        print(f"{'milliseconds, warm':<26}{'':>10}{'wall':>9}{'':>18}{'processor':>9}")
        print(f"{'':<26}{'questions':>10}" + f"{'median':>9}{'95 %':>9}{'worst':>9}" * 2)
        for kind, questions_of_kind in questions.items():
            took = [ask(archive, question) for question in questions_of_kind]
            print(row(kind, took))
            every += took
        print(row("all", every))
        alone = ask(archive, asked("automobilelike driverlessness"))
        print(row("by meaning alone", [alone] * 2))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak memory {peak:.0f} MB")
    return [one.wall for one in every]


@dataclass(frozen=True)
class Took:
    """Milliseconds of one search: of the clock, and of a processor."""

    wall: float
    busy: float


def ask(archive: ArchiveSearch, question: SearchQuery) -> Took:
    """Time one search."""
    wall, busy = time.perf_counter(), time.process_time()
    archive.answer(question, 20)
    return Took((time.perf_counter() - wall) * 1000, (time.process_time() - busy) * 1000)


def row(name: str, took: Sequence[Took]) -> str:
    """Return a line of the table."""
    cells = ""
    for times in ([one.wall for one in took], [one.busy for one in took]):
        high = statistics.quantiles(times, n=20, method="inclusive")[-1]
        cells += f"{statistics.median(times):>9.1f}{high:>9.1f}{max(times):>9.1f}"
    return f"{name:<26}{len(took):>10}{cells}"


def measure_new_processes(profile: Path) -> None:
    """Print what the first search of a process takes, and the whole command."""
    sys.stdout.flush()
    for _ in range(3):
        subprocess.run([sys.executable, __file__, "--cold", str(profile)], check=True)
    paperlark = str(Path(sys.executable).with_name("paperlark"))
    walls = [
        run([paperlark, "search", *words.split(), "--profile", str(profile)]).wall
        for words in ("graph neural network", "quantum error correction", "dwarf galaxies") * 2
    ]
    listed = [run([paperlark, "search", "--selected", "--profile", str(profile)]).wall]
    print(f"paperlark search WORDS: median {statistics.median(walls):.2f} s")
    print(f"paperlark search --selected: {listed[0]:.2f} s")


def first_search(profile: Path) -> int:
    """Time the first search of this process, which brings the space along."""
    settings = load_settings(profile)
    start = time.perf_counter()
    with open_search(settings, Silent()) as archive:
        opened = time.perf_counter()
        archive.answer(asked("graph neural network"), 20)
        first = time.perf_counter()
    opening, searching = (opened - start) * 1000, (first - opened) * 1000
    print(f"cold: opened in {opening:.0f} ms, first search {searching:.0f} ms")
    return 0


def measure_opening(database: Path) -> None:
    """Print what checking the database takes each time that it is opened."""
    connection = sqlite3.connect(database)
    times = []
    for _ in range(3):
        start = time.perf_counter()
        connection.execute("PRAGMA quick_check(1)").fetchone()
        times.append(time.perf_counter() - start)
    connection.close()
    size = database.stat().st_size / 1e6
    print(f"quick_check of {size:.0f} MB: median {statistics.median(times):.2f} s")


if __name__ == "__main__":
    sys.exit(main())
