"""Draw a random sample below the threshold, and estimate from it how many papers are missed."""

from __future__ import annotations

import hashlib
import math
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import accumulate

from paperlark.domain.digest import Candidate
from paperlark.domain.exploration import Explored, Missed, Unread

FEWEST, MOST = 1, 10
"""Papers a day that a share comes to: a small day says something too, a large one costs little."""

LEAST_PROBABILITY = 0.001
"""No ranker is taken at its word below this: nobody is out of the draw, or counted as nothing."""


@dataclass(frozen=True, slots=True)
class SampledCandidate:
    """A candidate that the lot fell on; `inclusion` is the chance of that, above 0 and up to 1."""

    candidate: Candidate
    inclusion: float


def sample_size(below: int, share: float) -> int:
    """Say how many of the papers below the line to draw; `share` is from 0 (none) to 1."""
    if share <= 0:
        return 0
    return min(below, MOST, max(FEWEST, round(share * below)))


def random_sample(
    below: Sequence[Candidate], count: int, profile: str, day: date
) -> tuple[SampledCandidate, ...]:
    """Draw `count` papers, or all where there are fewer, best match first.

    Chances go by the square root of the probability, for so much does a paper's outcome vary:
    that way a given number of draws says most about all of them. Without probabilities they are
    equal.
    """
    chances = _chances([_size(candidate) for candidate in below], count)
    lots = sorted(
        zip(below, chances, strict=True),
        key=lambda pair: sampling_key(profile, day.isoformat(), pair[0].paper.id),
    )
    # Laid end to end in the order of their lots, each as long as its chance, the papers are
    # marked at every whole number from a random start: `count` marks, no paper twice.
    start = sampling_key(profile, day.isoformat())
    ends = accumulate((chance for _, chance in lots), initial=0.0)
    marks = [math.ceil(end - start) for end in ends]
    drawn = [
        SampledCandidate(candidate, chance)
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


def sampling_key(*of: str) -> float:
    """Give a number from 0 up to, not including, 1 that nobody can tell from a random one."""
    digest = hashlib.blake2b("\n".join(of).encode(), digest_size=6).digest()
    return int.from_bytes(digest) / 2**48


POOLED_DAYS = 60
"""Latest days with explored papers that are taken together: three months, for tastes change."""

PRIOR = 1.0
"""How many promised papers the belief weighs, before anything is known, that promises hold."""

_TAIL = 0.025


@dataclass(frozen=True, slots=True)
class Factor:
    """What is known of the factor by which promises are wrong: gamma distributed, 1 if nothing is.

    So many papers were `found`, counted in papers that tell as much as if each had been read;
    so many were `promised` of them.
    """

    found: float
    promised: float

    @property
    def mean(self) -> float:
        """How many come, of one promised."""
        return self.found / self.promised


class Promises:
    """What exploring said of the ranker's promises; papers that nobody judged say nothing."""

    def __init__(self, explored: Iterable[Explored]) -> None:
        judged = sorted(
            (plausible(one.probability), 1 / one.inclusion, one.wanted)
            for one in explored
            if one.wanted is not None and one.probability is not None
        )
        self._likely = [p for p, _, _ in judged]
        self._promised = _sums(p * w for p, w, _ in judged)
        self._spread = _sums(p * w * w for p, w, _ in judged)
        self._found = _sums(wanted * w for _, w, wanted in judged)

    def __bool__(self) -> bool:
        return bool(self._likely)

    @property
    def likeliest(self) -> float:
        """The highest promise that was put to the test, 0 where none was."""
        return self._likely[-1] if self._likely else 0.0

    def factor(self, belief: float, most: float = 1.0) -> Factor:
        """Say by how much the promises of papers up to the probability `most` are wrong.

        `belief` is how many promised papers it weighs, before anything is known, that they hold.
        """
        place = bisect_right(self._likely, plausible(most))
        if not place:
            return Factor(belief, belief)
        # Each stands for as many papers as its chance was small. Weights that differ make the sum
        # less certain; scaled so, a sum of Poisson counts has the variance of its expectation.
        scale = self._promised[place] / self._spread[place]
        return Factor(belief + scale * self._found[place], belief + scale * self._promised[place])


def estimate_missed(unread: Sequence[Unread], explored: Iterable[Explored]) -> Missed | None:
    """Say what was missed; None where nothing is unread, or nothing explored was judged yet."""
    promises = Promises(explored)
    if not unread or not promises:
        return None
    factor = promises.factor(PRIOR)
    ahead = math.fsum(plausible(one.probability) for one in unread)
    low, high = _interval(factor.found, factor.promised / (factor.promised + ahead), len(unread))
    return Missed(min(ahead * factor.mean, len(unread)), low, high, len(unread))


def _sums(values: Iterable[float]) -> list[float]:
    """Add up from none of them to all."""
    return list(accumulate(values, initial=0.0))


def _interval(shape: float, chance: float, most: int) -> tuple[int, int]:
    """Give the central 95 % of a negative binomial count, whole numbers, none above `most`.

    That is a Poisson count whose rate is known as a gamma distribution of this shape.
    """
    sums = tuple(accumulate(_probability(count, shape, chance) for count in range(most)))
    low = sum(reached <= _TAIL for reached in sums)
    high = sum(reached < 1 - _TAIL for reached in sums)
    return low, high


def _probability(count: int, shape: float, chance: float) -> float:
    return math.exp(
        math.lgamma(shape + count)
        - math.lgamma(shape)
        - math.lgamma(count + 1)
        + shape * math.log(chance)
        + count * math.log1p(-chance)
    )
