"""Several readings of the same papers: their order, their mean, and how far they agree. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import combinations
from math import floor
from statistics import fmean

from paperlark.day.random_sample import sampling_key
from paperlark.domain.judgement import FIRST_READING, Agreement, Judgement, JudgementKey
from paperlark.domain.paper import Paper
from paperlark.domain.profile import Cutoffs


def order(papers: Sequence[Paper], judgement_key: JudgementKey, number: int) -> Sequence[Paper]:
    """Put papers in the order of that reading: as they are, then shuffled each time anew.

    A paper's place is drawn from profile, day and reading, so that a day made again puts the
    same questions.
    """
    if number == FIRST_READING:
        return papers
    of = (judgement_key.profile, judgement_key.day.isoformat(), str(number))
    return sorted(papers, key=lambda paper: sampling_key(*of, paper.id))


def agreement(
    readings: int, said: Iterable[Sequence[Judgement]], cutoffs: Cutoffs
) -> Agreement | None:
    """Compare what was `said` of each paper; None where none was read more than once."""
    several = [judgements for judgements in said if len(judgements) > 1]
    if not several:
        return None
    return Agreement(
        readings=readings,
        papers=len(several),
        agreed=sum(
            len({cutoffs.meets(one.relevance, one.novelty) for one in ones}) == 1
            for ones in several
        ),
        distance=fmean(_distance(ones) for ones in several),
    )


def _distance(judgements: Sequence[Judgement]) -> float:
    """Give the mean distance of two readings of a paper, in points of a score."""
    apart = [
        abs(one.relevance - other.relevance) + abs(one.novelty - other.novelty)
        for one, other in combinations(judgements, 2)
    ]
    return math.fsum(apart) / len(apart) / 2


@dataclass(frozen=True, slots=True)
class CombinedJudgement:
    """What all readings of a paper say together.

    The scores of `judgement` are the means, in whole numbers; `relevance` and `novelty` are the
    means as they are.
    """

    judgement: Judgement
    relevance: Fraction
    novelty: Fraction


def combine_readings(judgements: Sequence[Judgement]) -> CombinedJudgement:
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
    return CombinedJudgement(judgement, relevance, novelty)


def _rounded(mean: Fraction) -> int:
    return floor(mean + Fraction(1, 2))
