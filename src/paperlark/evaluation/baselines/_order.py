"""Scores into matches."""

from __future__ import annotations

from collections.abc import Sequence

from paperlark.domain.judgement import Match
from paperlark.domain.paper import Paper
from paperlark.evaluation.metrics import Floats


def in_order(papers: Sequence[Paper], scores: Floats) -> tuple[Match, ...]:
    """Give a match for each paper, the highest score first; equal papers go by id."""
    # Ten digits are beyond any meaning and below any rounding of another machine.
    found = [round(float(score), 10) for score in scores]
    order = sorted(range(len(papers)), key=lambda place: (-found[place], papers[place].id))
    rank = {place: number for number, place in enumerate(order, start=1)}
    return tuple(
        Match(score=score, rank=rank[place], of=len(papers)) for place, score in enumerate(found)
    )
