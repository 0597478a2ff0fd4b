"""How many wanted papers are among the unread ones, told by those that were drawn and read.

Below the line a ranker's probabilities may be wrong all together, by some factor. What was wanted
of the explored papers, against what the ranker had promised of them, tells that factor; the
promise of the unread papers times the factor is the estimate. `docs/design/008-exploration.md`
has the reasons, and how often the interval held.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from itertools import accumulate

from paperlark.day.explore import plausible
from paperlark.domain.exploration import Explored, Missed, Unread

POOLED_DAYS = 60
"""Latest days with explored papers that are taken together: three months, for tastes change."""

PRIOR = 1.0
"""How many promised papers the belief weighs, before anything is known, that promises hold."""

_TAIL = 0.025


def estimate_missed(unread: Sequence[Unread], explored: Iterable[Explored]) -> Missed | None:
    """Say what was missed; None where nothing is unread, or nothing explored was judged yet."""
    judged = [
        (float(one.wanted), plausible(one.probability), 1 / one.inclusion)
        for one in explored
        if one.wanted is not None and one.probability is not None
    ]
    if not unread or not judged:
        return None
    # Each stands for as many papers as its chance was small. Weights that differ make the sum
    # less certain; scaled so, a sum of Poisson counts has the variance of its expectation.
    scale = math.fsum(p * w for _, p, w in judged) / math.fsum(p * w * w for _, p, w in judged)
    found = PRIOR + scale * math.fsum(wanted * w for wanted, _, w in judged)
    promised = PRIOR + scale * math.fsum(p * w for _, p, w in judged)
    ahead = math.fsum(plausible(one.probability) for one in unread)
    low, high = _interval(found, promised / (promised + ahead), len(unread))
    return Missed(min(ahead * found / promised, len(unread)), low, high, len(unread))


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
