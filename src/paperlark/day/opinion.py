"""What several readings said of one paper in, one opinion out. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import floor

from paperlark.domain.judgement import Judgement


@dataclass(frozen=True, slots=True)
class Opinion:
    """What all readings of a paper say together.

    The scores of `judgement` are the means, in whole numbers; `relevance` and `novelty` are the
    means as they are.
    """

    judgement: Judgement
    relevance: Fraction
    novelty: Fraction


def opinion(judgements: Sequence[Judgement]) -> Opinion:
    """Take the means of one or more judgements of one paper, in the order of their readings.

    A half is rounded up: a paper on the edge is shown rather than lost. The comment is that of
    the reading nearest to the means, the earliest of equals; readings without one are passed
    over as long as there is another.
    """
    relevance = Fraction(sum(one.relevance for one in judgements), len(judgements))
    novelty = Fraction(sum(one.novelty for one in judgements), len(judgements))
    nearest = min(
        judgements,
        key=lambda one: (
            not one.comment,
            abs(one.relevance - relevance) + abs(one.novelty - novelty),
        ),
    )
    judgement = replace(nearest, relevance=_rounded(relevance), novelty=_rounded(novelty))
    return Opinion(judgement, relevance, novelty)


def _rounded(mean: Fraction) -> int:
    return floor(mean + Fraction(1, 2))
