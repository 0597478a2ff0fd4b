"""Several readings of the same papers: their order, their mean, and their agreement. Pure."""

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
    """Return the papers in the order of a reading: unchanged in the first, shuffled in the others.

    Seeded by profile, day and reading, so that a day made again sends the same prompts.
    """
    if number == FIRST_READING:
        return papers
    seed = (judgement_key.profile, judgement_key.day.isoformat(), str(number))
    return sorted(papers, key=lambda paper: sampling_key(*seed, paper.id))


def agreement(
    readings: int, judgements: Iterable[Sequence[Judgement]], cutoffs: Cutoffs
) -> Agreement | None:
    """Compare the readings of each paper; None where no paper was read more than once."""
    several = [ones for ones in judgements if len(ones) > 1]
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
    """Return the mean absolute difference of two readings, in points of a score."""
    differences = [
        abs(one.relevance - other.relevance) + abs(one.novelty - other.novelty)
        for one, other in combinations(judgements, 2)
    ]
    return math.fsum(differences) / len(differences) / 2


@dataclass(frozen=True, slots=True)
class CombinedJudgement:
    """The combined judgement of all readings of a paper.

    The scores of `judgement` are the means rounded to whole numbers; `relevance` and `novelty`
    are the exact means.
    """

    judgement: Judgement
    relevance: Fraction
    novelty: Fraction


def combine_readings(judgements: Sequence[Judgement]) -> CombinedJudgement:
    """Average one or more judgements of one paper, given in the order of their readings.

    Halves are rounded up: a paper at the cut-off is shown rather than lost. The comment is that
    of the reading nearest to the means, the earliest of equals; a reading with a comment is
    preferred to one without.
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
