"""Count unwanted titles on first pages: criteria written as sentences with `not …`.

    python benchmarks/negation.py            # the table (needs the recorded input; 5 minutes)
    python benchmarks/negation.py --write    # write it into docs/negation-figures.md
    python benchmarks/negation.py --earlier  # the earlier days, on which the settings were chosen

Each reader writes what they want and what they do not want. Papers are ranked by these criteria in
three wordings: as written, with the unwanted part deleted, and with it under `Not relevant:`. Those
of the first 20 titles of a day that name something unwanted are counted.
"""

from __future__ import annotations

import argparse
import os
import re
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from paperlark.domain.criteria import parse_criteria
from paperlark.domain.paper import Paper
from paperlark.evaluation.folder import read_folder
from paperlark.rankers.embedded import EmbeddedRanker

PROFILES = Path(__file__).with_name("negation_profiles.toml")
SHARED = Path(os.environ.get("PAPERLARK_SHARED", "../shared"))
DOCUMENT = Path(__file__).parent.parent / "docs" / "negation-figures.md"
FIELDS = ("ml-foundations", "astro-dwarfs")
WORDINGS = ("written", "deleted", "explicit")
DAYS, TOP = 5, 20
INTRODUCTION = """\
# Unwanted titles on first pages

Written by `python benchmarks/negation.py --write`. Twenty made-up readers, each with what they want
and a sentence that says what they do not want; five recorded days each, later than those on which
the settings were chosen; nothing learned. How many of the first 20 titles of the five days name
something unwanted: with the criteria as written, with the negation deleted, and with the same
phrases under `Not relevant:`. How it works: [criteria](design/018-criteria.md).
"""


@dataclass(frozen=True, slots=True)
class Profile:
    """What one reader wants, the sentence that negates, its phrases, and titles that show them."""

    name: str
    field: str
    wanted: str
    negation: str
    unwanted: str
    titles: re.Pattern[str]

    def wordings(self) -> dict[str, str]:
        """Return the criteria in all WORDINGS."""
        texts = (
            f"{self.wanted} {self.negation}\n",
            f"{self.wanted}\n",
            f"{self.wanted}\n\nNot relevant: {self.unwanted}\n",
        )
        return dict(zip(WORDINGS, texts, strict=True))


def profiles() -> tuple[Profile, ...]:
    """Read the 20 profiles."""
    rows = tomllib.loads(PROFILES.read_text("utf-8"))["profile"]
    return tuple(
        Profile(**{**row, "titles": re.compile(row["titles"], re.IGNORECASE)}) for row in rows
    )


def days(field: str, *, earlier: bool) -> Iterator[Sequence[Paper]]:
    """Yield the papers of five days, evenly spaced over the earlier or the later half."""
    recorded = read_folder(SHARED / "readers" / field).days
    half = len(recorded) // 2
    part = recorded[:half] if earlier else recorded[half:]
    for at in range(DAYS):
        yield part[(2 * at + 1) * len(part) // (2 * DAYS)].papers


@dataclass(frozen=True, slots=True)
class Row:
    """How many unwanted titles are in the first 20 of all days, by wording, of how many titles."""

    name: str
    counts: Mapping[str, int]
    of: int

    def __str__(self) -> str:
        return f"| {self.name} | {' | '.join(map(str, self.counts.values()))} | {self.of:,} |"


def rows(*, earlier: bool) -> Iterator[Row]:
    """Yield a row a reader, and the sums last."""
    ranker = EmbeddedRanker()
    known = {field: tuple(days(field, earlier=earlier)) for field in FIELDS}
    sums = Counter[str]()
    for one in profiles():
        counts = {
            how: sum(unwanted(ranker, papers, text, one) for papers in known[one.field])
            for how, text in one.wordings().items()
        }
        sums.update(counts)
        yield Row(one.name, counts, DAYS * TOP)
    yield Row("all", {how: sums[how] for how in WORDINGS}, len(profiles()) * DAYS * TOP)


def document(table: str) -> str:
    """Return the page of the documentation with the table."""
    return f"{INTRODUCTION}\n{table}\n"


def main() -> None:
    """Print a row a reader and the sums, and write them into the documentation."""
    parser = argparse.ArgumentParser(description="Count unwanted titles on first pages.")
    parser.add_argument(
        "--earlier", action="store_true", help="the days that settings were chosen on"
    )
    parser.add_argument("--write", action="store_true", help=f"write docs/{DOCUMENT.name}")
    options = parser.parse_args()
    lines = [f"| reader | {' | '.join(WORDINGS)} | of |", f"|---|{'---:|' * (len(WORDINGS) + 1)}"]
    print(*lines, sep="\n")
    for row in rows(earlier=options.earlier):
        lines.append(str(row))
        print(row, flush=True)
    if options.write and not options.earlier:
        DOCUMENT.write_text(document("\n".join(lines)), "utf-8")


def unwanted(ranker: EmbeddedRanker, papers: Sequence[Paper], text: str, one: Profile) -> int:
    """Count the unwanted titles among the first 20 of a day."""
    matches = ranker.rank(papers, parse_criteria(text))
    first = [paper for paper, match in zip(papers, matches, strict=True) if match.rank <= TOP]
    return sum(bool(one.titles.search(paper.title)) for paper in first)


if __name__ == "__main__":
    main()
