"""Candidates and what was said of them in, the entries of the page out, best first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from paperlark.domain.digest import Candidate, Entry
from paperlark.domain.judgement import Judgement
from paperlark.domain.paper import PaperId
from paperlark.domain.profile import Cutoffs


def select(
    candidates: Sequence[Candidate], judgements: Mapping[PaperId, Judgement], cutoffs: Cutoffs
) -> tuple[Entry, ...]:
    """Keep followed authors and what reaches both cut-offs.

    Ordered by relevance + novelty, then relevance, then match, then id, after the followed.
    """
    followed, others = _part(candidates)
    over = [
        (judgement, candidate)
        for candidate in others
        if (judgement := judgements.get(candidate.paper.id)) and _reaches(judgement, cutoffs)
    ]
    over.sort(key=lambda pair: _merit(*pair))
    return _entries([*((None, candidate) for candidate in followed), *over])


def select_by_match(candidates: Sequence[Candidate], page_size: int) -> tuple[Entry, ...]:
    """Keep followed authors, then the best matches until the page is full.

    A paper that shares nothing with the criteria is no match, however empty the page.
    """
    followed, others = _part(candidates)
    room = max(0, page_size - len(followed))
    matching = [candidate for candidate in others if candidate.match.score > 0]
    return _entries((None, candidate) for candidate in [*followed, *matching[:room]])


def _part(candidates: Sequence[Candidate]) -> tuple[list[Candidate], list[Candidate]]:
    """Give the followed and the others, both by match."""
    ranked = sorted(candidates, key=lambda candidate: candidate.match.rank)
    return [c for c in ranked if c.followed], [c for c in ranked if not c.followed]


def _reaches(judgement: Judgement, cutoffs: Cutoffs) -> bool:
    return judgement.relevance >= cutoffs.relevance and judgement.novelty >= cutoffs.novelty


def _merit(judgement: Judgement, candidate: Candidate) -> tuple[int, int, float, str]:
    return (
        -(judgement.relevance + judgement.novelty),
        -judgement.relevance,
        -candidate.match.score,
        candidate.paper.id,
    )


def _entries(chosen: Iterable[tuple[Judgement | None, Candidate]]) -> tuple[Entry, ...]:
    return tuple(
        Entry(
            place=place,
            paper=candidate.paper,
            type=candidate.announced.type,
            match=candidate.match,
            followed=candidate.followed,
            judgement=judgement,
        )
        for place, (judgement, candidate) in enumerate(chosen, start=1)
    )
