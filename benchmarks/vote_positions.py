"""Vote down a ranked list and measure what is learned, with and without a correction for place.

    python benchmarks/vote_positions.py            # the table (needs the recorded input)
    python benchmarks/vote_positions.py --earlier  # the earlier days, for choosing the settings
    python benchmarks/vote_positions.py --write    # write docs/vote-positions.md

A simulated reader looks at 20 papers of each page and votes as the recorded labels say: wanted or
not. Which papers they look at differs: the first 20 of the ranked list; 20 drawn with a chance that
falls with the place; or 20 at random. Each vote is learned from, and the next page is ranked by it.
The correction weights each vote by the inverse of the chance that its place is looked at, up to a
limit (inverse propensity weighting; Joachims, Swaminathan and Schnabel 2017, WSDM). Average
precision is measured on the five days after 5, 10 and 20 days of votes, in time order.
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import numpy as np

from paperlark.domain.feedback import Evidence, Example, LabelSource
from paperlark.evaluation.cases import LabelledDay
from paperlark.evaluation.folder import read_folder
from paperlark.evaluation.metrics import average_precision
from paperlark.evaluation.splits import KnownBefore
from paperlark.rankers.embedded import EmbeddedRanker

SHARED = Path(os.environ.get("PAPERLARK_SHARED", "../shared"))
DOCUMENT = Path(__file__).parent.parent / "docs" / "vote-positions.md"
READERS = ("astro-dwarfs", "ml-foundations")
VOTES, HORIZONS, MEASURED = 20, (5, 10, 20), 5
"""Votes a day; days of votes before a measurement; days that a measurement averages over."""
STARTS = 3
"""First days of a simulation, spread over the half of the days that is used."""
EXPONENTS, LIMITS = (0.25, 0.5, 1.0), (5.0,)
"""Settings of the correction that are tried on the earlier days: see `Correction`."""
FALL = 0.7
"""The chance of being looked at falls with the place to this power; public data on clicks have
0.5 to 1."""


@dataclass(frozen=True, slots=True)
class Correction:
    """Weight a vote at a place by place ** exponent, at most `limit`."""

    exponent: float
    limit: float

    def __call__(self, place: int) -> float:
        """Return the weight of a vote at a place, counted from 1."""
        return min(float(place**self.exponent), self.limit)

    def __str__(self) -> str:
        return f"place^{self.exponent:g}, at most {self.limit:g}"


CHOSEN = Correction(0.5, 5.0)
"""What the later days are measured with: on the earlier ones no setting was better than none."""

Look = Callable[[int, random.Random], Sequence[int]]
"""Which places (from 0) of a list of so many papers are looked at."""


def nowhere(_count: int, _: random.Random) -> Sequence[int]:
    """Look at nothing: the criteria alone."""
    return ()


def from_the_top(count: int, _: random.Random) -> Sequence[int]:
    """Look at the first papers alone."""
    return range(min(VOTES, count))


def falling(count: int, chance: random.Random) -> Sequence[int]:
    """Look at papers anywhere, the higher the likelier: weighted sampling without replacement."""
    keys = {at: chance.random() ** ((at + 1) ** FALL) for at in range(count)}
    return sorted(sorted(keys, key=keys.__getitem__, reverse=True)[:VOTES])


def anywhere(count: int, chance: random.Random) -> Sequence[int]:
    """Look at papers at random places."""
    return sorted(chance.sample(range(count), min(VOTES, count)))


LOOKS: Mapping[str, Look] = {
    "nothing": nowhere,
    "the first 20": from_the_top,
    "20, falling with the place": falling,
    "20 at random": anywhere,
}


def simulate(
    days: Sequence[LabelledDay], start: int, look: Look, correction: Correction | None, seed: int
) -> Mapping[int, float]:
    """Return the average precision by days of votes: one life, from `start` on."""
    ranker, votes, found = EmbeddedRanker(), list[Example](), dict[int, float]()
    chance = random.Random(f"{seed}/{start}")  # noqa: S311  # no secret
    for at in range(start, start + HORIZONS[-1]):
        day = days[at]
        order = ranked(ranker, days, at, votes)
        for place in look(len(order), chance):
            index = order[place]
            votes.append(
                Example(
                    *(day.papers[index], day.day, day.labels[index].wanted, LabelSource.READER),
                    stands_for=correction(place + 1) if correction else 1.0,
                )
            )
        lived = at - start + 1
        if lived in HORIZONS:
            measured = (
                one
                for one in range(at + 1, at + 1 + MEASURED)
                if any(label.wanted for label in days[one].labels)
            )
            found[lived] = statistics.fmean(precision(ranker, days, one, votes) for one in measured)
    return found


def ranked(
    ranker: EmbeddedRanker, days: Sequence[LabelledDay], at: int, votes: Sequence[Example]
) -> Sequence[int]:
    """Return the indices of a day's papers, best match first; papers of the day have no vote."""
    known = KnownBefore(days, at)
    today = {paper.id for paper in known.day.papers}
    earlier = tuple(one for one in votes if one.paper.id not in today)
    matches = ranker.rank(known.day.papers, known.day.criteria, Evidence(earlier, known.stream))
    return sorted(range(len(matches)), key=lambda index: matches[index].rank)


def precision(
    ranker: EmbeddedRanker, days: Sequence[LabelledDay], at: int, votes: Sequence[Example]
) -> float:
    """Return the average precision of one later day."""
    labels = days[at].labels
    wanted = [labels[one].wanted for one in ranked(ranker, days, at, votes)]
    return average_precision(np.array(wanted))


def lives(days: Sequence[LabelledDay], *, earlier: bool) -> Iterator[int]:
    """Yield first days of simulations, all of whose days are in one half of the days."""
    length = HORIZONS[-1] + MEASURED
    half = len(days) // 2
    first, end = (0, half) if earlier else (half, len(days))
    room = end - first - length
    for one in range(STARTS):
        yield first + one * room // (STARTS - 1)


def rows(
    name: str,
    days: Sequence[LabelledDay],
    looks: Collection[str],
    corrections: Sequence[Correction],
    *,
    earlier: bool,
) -> Iterator[str]:
    """Yield a line of the table for each way to look and to correct, as each is done."""
    starts = tuple(lives(days, earlier=earlier))
    for (words, look), correction in product(LOOKS.items(), (None, *corrections)):
        if words not in looks:
            continue
        if look in (nowhere, anywhere) and correction:
            continue  # there is nothing to correct
        found = [simulate(days, start, look, correction, seed=1) for start in starts]
        means = (statistics.fmean(one[horizon] for one in found) for horizon in HORIZONS)
        cells = " | ".join(f"{one:.3f}" for one in means)
        yield f"| {name} | {words} | {correction or '-'} | {cells} |"


def main() -> None:
    """Print the table, and write it if asked."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--earlier", action="store_true", help="choose settings: earlier days")
    parser.add_argument("--write", action="store_true", help=f"write docs/{DOCUMENT.name}")
    parser.add_argument("--look", choices=LOOKS, action="append", help="only this way to look")
    parser.add_argument("--reader", choices=READERS, action="append", help="only this reader")
    options = parser.parse_args()
    corrections = (
        [Correction(*one) for one in product(EXPONENTS, LIMITS)] if options.earlier else [CHOSEN]
    )
    lines = [
        "| reader | looked at | correction | after 5 days | 10 | 20 |",
        "|---|---|---|---:|---:|---:|",
    ]
    print(*lines, sep="\n", flush=True)
    for name in options.reader or READERS:
        days = read_folder(SHARED / "readers" / name).days
        for line in rows(name, days, options.look or LOOKS, corrections, earlier=options.earlier):
            lines.append(line)
            print(line, flush=True)
    if options.write and not options.earlier:
        title = "# Votes down a ranked list"
        written = f"{title}\n\nWritten by `python benchmarks/vote_positions.py --write`.\n"
        about = "\n".join((__doc__ or "").split("\n\n")[2:])
        DOCUMENT.write_text("\n".join([written, about, *lines, ""]), "utf-8")


if __name__ == "__main__":
    main()
