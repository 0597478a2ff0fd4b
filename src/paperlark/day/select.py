"""Select the entries of the page, best first, and the placement of every paper. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from fractions import Fraction

from paperlark.day.random_sample import SampledCandidate
from paperlark.day.readings import CombinedJudgement
from paperlark.day.shortlist import Shortlist
from paperlark.domain.digest import Candidate, Entry, Placement, Ranked
from paperlark.domain.judgement import Judgement
from paperlark.domain.paper import PaperId
from paperlark.domain.profile import Cutoffs


def select(
    candidates: Sequence[Candidate],
    opinions: Mapping[PaperId, CombinedJudgement],
    cutoffs: Cutoffs,
    drawn: Sequence[SampledCandidate] = (),
) -> tuple[Entry, ...]:
    """Keep followed authors and what reaches both cut-offs, wherever it was found.

    After the followed, ordered by relevance + novelty as printed, then relevance; among equals
    by the means before they were rounded, then by match, then by id.
    """
    over = [
        (opinion, candidate)
        for candidate in candidates
        if not candidate.followed
        and (opinion := opinions.get(candidate.paper.id))
        and cutoffs.meets(opinion.judgement.relevance, opinion.judgement.novelty)
    ]
    over.sort(key=lambda pair: _merit(*pair))
    followed = [(opinions.get(one.paper.id), one) for one in followed_by_match(candidates)]
    return _entries(
        ((one.judgement if one else None, candidate) for one, candidate in (*followed, *over)),
        {one.candidate.paper.id for one in drawn},
    )


def select_by_match(
    candidates: Sequence[Candidate], best: Sequence[Candidate], drawn: Sequence[SampledCandidate]
) -> tuple[Entry, ...]:
    """Keep followed authors, then the best matches, then what was drawn from outside."""
    outside = [one.candidate for one in drawn]
    chosen = [*followed_by_match(candidates), *best, *outside]
    return _entries(((None, one) for one in chosen), {one.paper.id for one in outside})


def followed_by_match(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Give those of followed authors, in the order of the page."""
    return sorted((one for one in candidates if one.followed), key=lambda one: one.match.rank)


def _merit(opinion: CombinedJudgement, candidate: Candidate) -> tuple[Fraction | float | str, ...]:
    printed = opinion.judgement
    return (
        -(printed.relevance + printed.novelty),
        -printed.relevance,
        -(opinion.relevance + opinion.novelty),
        -opinion.relevance,
        -candidate.match.score,
        candidate.paper.id,
    )


def _entries(
    chosen: Iterable[tuple[Judgement | None, Candidate]], outside: Collection[PaperId]
) -> tuple[Entry, ...]:
    return tuple(
        Entry(
            place=place,
            paper=candidate.paper,
            type=candidate.announced.type,
            match=candidate.match,
            followed=candidate.followed,
            judgement=judgement,
            outside=candidate.paper.id in outside,
            precedents=candidate.precedents,
        )
        for place, (judgement, candidate) in enumerate(chosen, start=1)
    )


def place_candidates(
    candidates: Sequence[Candidate], line: Shortlist, drawn: Sequence[SampledCandidate]
) -> tuple[Ranked, ...]:
    """Say of each candidate where it stood; who is on no side of the line was gated."""
    parted = {
        **{one.paper.id: Placement.ABOVE for one in line.above},
        **{one.paper.id: Placement.BELOW for one in line.below},
        **{one.candidate.paper.id: Placement.EXPLORED for one in drawn},
        **{one.paper.id: Placement.FOLLOWED for one in candidates if one.followed},
    }
    return tuple(
        _ranked(one, parted.get(one.paper.id, Placement.GATED))
        for one in sorted(candidates, key=lambda one: one.match.rank)
    )


def _ranked(candidate: Candidate, placement: Placement) -> Ranked:
    paper = candidate.paper
    return Ranked(paper.id, paper.version, placement, candidate.match, candidate.precedents)
