"""Candidates and the line in, every scanned paper with its side out, best match first. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from paperlark.day.explore import Drawn
from paperlark.day.shortlist import Shortlist
from paperlark.domain.digest import Candidate, Ranked, Side


def sides(
    candidates: Sequence[Candidate], line: Shortlist, drawn: Sequence[Drawn]
) -> tuple[Ranked, ...]:
    """Say of each candidate where it stood; who is on no side of the line was gated."""
    parted = {
        **{one.paper.id: Side.ABOVE for one in line.above},
        **{one.paper.id: Side.BELOW for one in line.below},
        **{one.candidate.paper.id: Side.EXPLORED for one in drawn},
        **{one.paper.id: Side.FOLLOWED for one in candidates if one.followed},
    }
    return tuple(
        _ranked(one, parted.get(one.paper.id, Side.GATED))
        for one in sorted(candidates, key=lambda one: one.match.rank)
    )


def _ranked(candidate: Candidate, side: Side) -> Ranked:
    paper = candidate.paper
    return Ranked(paper.id, paper.version, side, candidate.match, candidate.precedents)
