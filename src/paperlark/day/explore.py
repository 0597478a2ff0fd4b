"""Papers below the line in, a few drawn by lot out, each with the chance it had.

Who only ever reads what they expect to like goes blind to the rest, and cannot say what they
miss. A lot is a hash of profile, day and paper, so that a day made again draws the same.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import accumulate

from paperlark.domain.digest import Candidate

FEWEST, MOST = 1, 10
"""Papers a day that a share comes to: a small day says something too, a large one costs little."""

LEAST_PROBABILITY = 0.001
"""No ranker is taken at its word below this: nobody is out of the draw, or counted as nothing."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A candidate that the lot fell on; `inclusion` is the chance of that, above 0 and up to 1."""

    candidate: Candidate
    inclusion: float


def how_many(below: int, share: float) -> int:
    """Say how many of the papers below the line to draw; `share` is from 0 (none) to 1."""
    if share <= 0:
        return 0
    return min(below, MOST, max(FEWEST, round(share * below)))


def draw(below: Sequence[Candidate], count: int, profile: str, day: date) -> tuple[Drawn, ...]:
    """Draw `count` papers, or all where there are fewer, best match first.

    Chances go by the square root of the probability, for so much does a paper's outcome vary:
    that way a given number of draws says most about all of them. Without probabilities they are
    equal.
    """
    chances = _chances([_size(candidate) for candidate in below], count)
    lots = sorted(
        zip(below, chances, strict=True),
        key=lambda pair: lot(profile, day.isoformat(), pair[0].paper.id),
    )
    # Laid end to end in the order of their lots, each as long as its chance, the papers are
    # marked at every whole number from a random start: `count` marks, no paper twice.
    start = lot(profile, day.isoformat())
    ends = accumulate((chance for _, chance in lots), initial=0.0)
    marks = [math.ceil(end - start) for end in ends]
    drawn = [
        Drawn(candidate, chance)
        for (candidate, chance), before, after in zip(lots, marks, marks[1:], strict=False)
        if after > before
    ]
    return tuple(sorted(drawn, key=lambda one: one.candidate.match.rank))


def plausible(probability: float) -> float:
    """Give a probability that is not below what a ranker can know."""
    return max(probability, LEAST_PROBABILITY)


def _size(candidate: Candidate) -> float:
    probability = candidate.match.probability
    return 1.0 if probability is None else math.sqrt(plausible(probability))


def _chances(sizes: Sequence[float], count: int) -> list[float]:
    """Give chances in proportion to sizes that add up to `count`, none of them above 1."""
    if count >= len(sizes):
        return [1.0] * len(sizes)
    left, rest = count, math.fsum(sizes)
    for size in sorted(sizes, reverse=True):
        if left * size < rest:
            break
        # It would have more than its share: it is drawn for certain, the others share what is left.
        left, rest = left - 1, rest - size
    return [min(1.0, left * size / rest) for size in sizes]


def lot(*of: str) -> float:
    """Give a number from 0 up to, not including, 1 that nobody can tell from a random one."""
    digest = hashlib.blake2b("\n".join(of).encode(), digest_size=6).digest()
    return int.from_bytes(digest) / 2**48
