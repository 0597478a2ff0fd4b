"""How many wanted papers are among the unread ones, told by those that were drawn and read.

Below the line a ranker's probabilities may be wrong all together, by some factor. What was wanted
of the explored papers, against what the ranker had promised of them, tells that factor; the
promise of the unread papers times the factor is the estimate. `docs/design/008-exploration.md`
has the reasons, and how often the interval held.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate

from paperlark.day.explore import plausible
from paperlark.domain.exploration import Explored, Missed, Unread

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
