"""Candidates and what was said of them in, the entries of the page out, best first."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from paperlark.day.explore import Drawn
from paperlark.domain.digest import Candidate, Entry
from paperlark.domain.judgement import Judgement
from paperlark.domain.paper import PaperId
from paperlark.domain.profile import Cutoffs


def select(
    candidates: Sequence[Candidate],
    judgements: Mapping[PaperId, Judgement],
    cutoffs: Cutoffs,
    drawn: Sequence[Drawn] = (),
) -> tuple[Entry, ...]:
    """Keep followed authors and what reaches both cut-offs, wherever it was found.

    Ordered by relevance + novelty, then relevance, then match, then id, after the followed.
    """
    over = [
        (judgement, candidate)
        for candidate in candidates
        if not candidate.followed
        and (judgement := judgements.get(candidate.paper.id))
        and reaches(judgement, cutoffs)
    ]
    over.sort(key=lambda pair: _merit(*pair))
    followed = [(None, candidate) for candidate in _followed(candidates)]
    return _entries([*followed, *over], {one.candidate.paper.id for one in drawn})


def select_by_match(
    candidates: Sequence[Candidate], best: Sequence[Candidate], drawn: Sequence[Drawn]
) -> tuple[Entry, ...]:
    """Keep followed authors, then the best matches, then what was drawn from outside."""
    outside = [one.candidate for one in drawn]
    chosen = [*_followed(candidates), *best, *outside]
    return _entries(((None, one) for one in chosen), {one.paper.id for one in outside})


def reaches(judgement: Judgement, cutoffs: Cutoffs) -> bool:
    """Tell whether a paper with this judgement belongs on the page."""
    return judgement.relevance >= cutoffs.relevance and judgement.novelty >= cutoffs.novelty


def _followed(candidates: Sequence[Candidate]) -> list[Candidate]:
    return sorted((one for one in candidates if one.followed), key=lambda one: one.match.rank)


def _merit(judgement: Judgement, candidate: Candidate) -> tuple[int, int, float, str]:
    return (
        -(judgement.relevance + judgement.novelty),
        -judgement.relevance,
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
        )
        for place, (judgement, candidate) in enumerate(chosen, start=1)
    )
