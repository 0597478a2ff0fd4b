"""Count unwanted titles on first pages: criteria written as sentences with `not …`.

    python benchmarks/negation.py            table for the documentation (needs the recorded input)
    python benchmarks/negation.py --earlier  the earlier days, on which the settings were chosen

Each reader writes what they want and what they do not want. Their criteria are ranked four ways:
as written, with the unwanted part deleted, with it under `Not relevant:`, and without any. The
first 20 titles of a day that name something unwanted are counted.
"""

from __future__ import annotations

import argparse
import os
import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from paperlark.domain.criteria import parse_criteria
from paperlark.domain.paper import Paper
from paperlark.evaluation.folder import read_folder
from paperlark.rankers.embedded import EmbeddedRanker

PROFILES = Path(__file__).with_name("negation_profiles.toml")
SHARED = Path(os.environ.get("PAPERLARK_SHARED", "../shared"))
DAYS, TOP = 5, 20


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
        """Return the criteria as written, with the negation deleted, and under a label."""
        return {
            "written": f"{self.wanted} {self.negation}\n",
            "deleted": f"{self.wanted}\n",
            "explicit": f"{self.wanted}\n\nNot relevant: {self.unwanted}\n",
        }


def profiles() -> tuple[Profile, ...]:
    """Read the 20 profiles."""
    rows = tomllib.loads(PROFILES.read_text("utf-8"))["profile"]
    pattern = {"flags": re.IGNORECASE}
    return tuple(Profile(**row | {"titles": re.compile(row["titles"], **pattern)}) for row in rows)


def days(field: str, *, earlier: bool) -> Iterator[Sequence[Paper]]:
    """Yield the papers of five days, evenly spaced over the earlier or the later half."""
    recorded = read_folder(SHARED / "readers" / field).days
    half = len(recorded) // 2
    part = recorded[:half] if earlier else recorded[half:]
    for at in range(DAYS):
        yield part[(2 * at + 1) * len(part) // (2 * DAYS)].papers


def main() -> None:
    """Print a row a profile and the sums."""
    parser = argparse.ArgumentParser(description="Count unwanted titles on first pages.")
    parser.add_argument(
        "--earlier", action="store_true", help="the days that settings were chosen on"
    )
    earlier = parser.parse_args().earlier
    ranker = EmbeddedRanker()
    known = {
        field: tuple(days(field, earlier=earlier)) for field in ("ml-foundations", "astro-dwarfs")
    }
    sums = dict.fromkeys(("written", "deleted", "explicit"), 0)
    print(f"| reader | {' | '.join(sums)} | of |\n|---|{'---:|' * (len(sums) + 1)}")
    for one in profiles():
        counts = {
            how: sum(unwanted(ranker, papers, text, one) for papers in known[one.field])
            for how, text in one.wordings().items()
        }
        sums = {how: sums[how] + counts[how] for how in sums}
        print(
            f"| {one.name} | {' | '.join(map(str, counts.values()))} | {DAYS * TOP} |", flush=True
        )
    print(f"| all | {' | '.join(map(str, sums.values()))} | {len(profiles()) * DAYS * TOP} |")


def unwanted(ranker: EmbeddedRanker, papers: Sequence[Paper], text: str, one: Profile) -> int:
    """Count the unwanted titles among the first 20 of a day."""
    matches = ranker.rank(papers, parse_criteria(text))
    first = [paper for paper, match in zip(papers, matches, strict=True) if match.rank <= TOP]
    return sum(bool(one.titles.search(paper.title)) for paper in first)


if __name__ == "__main__":
    main()
