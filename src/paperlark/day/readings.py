"""Several readings of the same papers: how each is put, and how alike they are. Pure.

What a model says of a paper depends a little on the papers beside it and on their order, so each
reading puts them in an order of its own, and is remembered under a signature of its own.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from itertools import combinations
from statistics import fmean

from paperlark.day.explore import lot
from paperlark.domain.judgement import FIRST_READING, Agreement, Asking, Judgement
from paperlark.domain.paper import Paper
from paperlark.domain.profile import Cutoffs


def order(papers: Sequence[Paper], asking: Asking, number: int) -> Sequence[Paper]:
    """Put papers in the order of that reading: as they are, then shuffled each time anew.

    A paper's place is drawn from profile, day and reading, so that a day made again puts the
    same questions.
    """
    if number == FIRST_READING:
        return papers
    of = (asking.profile, asking.day.isoformat(), str(number))
    return sorted(papers, key=lambda paper: lot(*of, paper.id))


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
