"""A site of 400 days and 120,000 papers: from nothing, after one new day, and byte for byte.

Whole processes, as a user starts them. The papers are those of the recorded corpus, in days of 300
with 30 on the page; needs it at `../shared` or where PAPERLARK_SHARED says.

    python benchmarks/site.py [--days 400]

Exit code 1 when a figure is over its limit, or a site that grew differs from one built at once.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import lzma
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import islice
from pathlib import Path
from random import Random

from light_and_fast import Usage, run

from paperlark.domain.announcement import AnnounceType
from paperlark.domain.digest import Digest, Entry, Funnel, Placement, Ranked, Status
from paperlark.domain.judgement import Judgement, Match
from paperlark.domain.paper import Author, Paper, PaperId
from paperlark.domain.profile import Cutoffs
from paperlark.domain.spending import Cost, Spend, Tokens
from paperlark.store.announcements import keep_papers
from paperlark.store.connection import transaction
from paperlark.store.database import open_database
from paperlark.store.digests import DigestStore

ROOT = Path(__file__).resolve().parent.parent
SHARED = Path(os.environ.get("PAPERLARK_SHARED", ROOT.parent / "shared"))
CORPUS = SHARED / "corpus" / "abstracts.jsonl.xz"
FIRST = date(2024, 1, 1)
A_DAY, JUDGED, SELECTED = 300, 100, 30
PROFILE = "Everything"
TOPICS = ("Structure", "Motion", "Light", "Matter", "Proof", "Language", "Life", "Decision")
AUTHORS = tuple(Author(f"{given} {family}") for given in "ABCDE" for family in ("Gauss", "Noether"))
LIMITS = {"from nothing, s": 120.0, "one new day, s": 3.0, "peak, MB": 500.0}


@dataclass(frozen=True)
class Step:
    """One build: what it used, and how many files of how many bytes there are then."""

    name: str
    usage: Usage
    files: int
    megabytes: float


def main() -> int:
    """Print a row per build and say whether every limit holds."""
    days = _options().days
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        papers = read_papers()
        profile = lay_out(folder)
        for number in range(days - 1):
            file_day(folder, number, list(islice(papers, A_DAY)))
        first = build(profile, folder / "site", "from nothing")
        file_day(folder, days - 1, list(islice(papers, A_DAY)))
        grown = build(profile, folder / "site", "one new day")
        again = build(profile, folder / "site", "nothing new")
        whole = build(profile, folder / "other", "from nothing, whole")
        same = fingerprint(folder / "site") == fingerprint(folder / "other")
    for step in (first, grown, again, whole):
        print(
            f"{step.name:<22}{step.usage.wall:>8.2f} s{step.usage.cpu:>8.2f} CPU s"
            f"{step.usage.megabytes:>8.0f} MB peak{step.files:>8} files{step.megabytes:>8.0f} MB"
        )
    print("grown as built at once, byte for byte" if same else "GROWN AND BUILT AT ONCE DIFFER")
    figures = {
        "from nothing, s": whole.usage.wall,
        "one new day, s": grown.usage.wall,
        "peak, MB": max(step.usage.megabytes for step in (first, grown, whole)),
    }
    over = [name for name, limit in LIMITS.items() if figures[name] > limit]
    for name in over:
        print(f"OVER: {name} {figures[name]:.2f}, limit {LIMITS[name]:.0f}")
    return int(bool(over) or not same)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--days", type=int, default=400)
    return parser.parse_args()


def lay_out(folder: Path) -> Path:
    """Write a profile, and give its file."""
    (folder / "criteria.md").write_text("## Structure\n- **Relevant:** structure\n", "utf-8")
    profile = folder / "paperlark.toml"
    profile.write_text(
        f'name = "{PROFILE}"\ncategories = ["cs.LG"]\ncriteria = "criteria.md"\n', "utf-8"
    )
    return profile


def read_papers() -> Iterator[Paper]:
    """Return the corpus, one paper after the other."""
    with lzma.open(CORPUS, "rt", encoding="utf-8") as lines:
        for number, line in enumerate(lines):
            row = json.loads(line)
            yield Paper(
                id=PaperId(row["id"]),
                version=1,
                title=row["title"],
                authors=(AUTHORS[number % len(AUTHORS)], AUTHORS[number // 7 % len(AUTHORS)]),
                abstract=row["abstract"],
                categories=tuple(row["categories"]),
            )


def file_day(folder: Path, number: int, papers: Sequence[Paper]) -> None:
    """File a day of judged papers, as a run would."""
    database = folder / "paperlark.db"
    with open_database(database) as connection:
        # What a power cut would take can be made again here.
        connection.execute("PRAGMA synchronous = OFF")
        with transaction(connection):
            keep_papers(connection, papers)
        DigestStore(connection, database).save(digest(number, papers))


def digest(number: int, papers: Sequence[Paper]) -> Digest:
    """Make up a day: which papers are on its page is drawn, and the same for the same number."""
    chance = Random(number)  # noqa: S311  # nothing is secret here
    day = FIRST + timedelta(days=number // 5 * 7 + number % 5)
    matches = [
        Match(
            score=1 - rank / len(papers),
            rank=rank,
            of=len(papers),
            topic=chance.choice(TOPICS),
            words_for=("structure", "motion"),
            words_against=("noise",),
            probability=(1 - rank / len(papers)) ** 2,
        )
        for rank in range(1, len(papers) + 1)
    ]
    judgements = tuple(
        Judgement(one.id, 1, chance.randint(7, 10), chance.randint(6, 10), "It is about structure.")
        if place < SELECTED
        else Judgement(one.id, 1, chance.randint(1, 6), chance.randint(1, 10), "")
        for place, one in enumerate(papers[:JUDGED])
    )
    return Digest(
        day=day,
        profile=PROFILE,
        categories=("cs.LG",),
        status=Status.COMPLETE,
        model="a-model",
        spend=Spend(Tokens(40_000, 6_000), Cost(Decimal("0.1"), Decimal("0.06"))),
        cutoffs=Cutoffs(7, 6),
        funnel=Funnel(
            feeds=1,
            announced=len(papers),
            announced_listings=len(papers),
            scanned=len(papers),
            scanned_listings=len(papers),
            followed=0,
            shortlisted=JUDGED,
            judged=JUDGED,
            unjudged=0,
            not_recorded=0,
            selected=SELECTED,
            unread=len(papers) - JUDGED,
        ),
        entries=tuple(
            Entry(
                place=place + 1,
                paper=papers[place],
                type=AnnounceType.NEW,
                match=matches[place],
                judgement=judgements[place],
            )
            for place in range(SELECTED)
        ),
        unjudged=(),
        prompt="Judge the papers.",
        judgements=judgements,
        scanned=tuple(one.id for one in papers),
        ranked=tuple(
            Ranked(one.id, 1, Placement.ABOVE if match.rank <= JUDGED else Placement.BELOW, match)
            for one, match in zip(papers, matches, strict=True)
        ),
    )


def build(profile: Path, folder: Path, name: str) -> Step:
    """Run the command."""
    paperlark = str(Path(sys.executable).with_name("paperlark"))
    usage = run([paperlark, "site", "--profile", str(profile), "--out", str(folder)])
    sizes = [one.stat().st_size for one in files_of(folder)]
    return Step(name, usage, len(sizes), sum(sizes) / 1e6)


def files_of(folder: Path) -> list[Path]:
    """Return every file of a site, in order."""
    return sorted(one for one in folder.resolve().rglob("*") if one.is_file())


def fingerprint(folder: Path) -> str:
    """Name a site by the names and bytes of its files."""
    whole = hashlib.sha256()
    for file in files_of(folder):
        whole.update(str(file.relative_to(folder.resolve())).encode() + b"\0")
        whole.update(hashlib.sha256(file.read_bytes()).digest())
    return whole.hexdigest()


if __name__ == "__main__":
    sys.exit(main())
