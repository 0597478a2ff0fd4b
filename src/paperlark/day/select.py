"""Select the entries of the page, best first, and the placement of every paper. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from paperlark.day.random_sample import SampledCandidate
from paperlark.day.readings import CombinedJudgement
from paperlark.domain.digest import Candidate, Entry, Placement, Ranked
from paperlark.domain.judgement import Judgement
from paperlark.domain.paper import PaperId
from paperlark.domain.profile import Cutoffs


@dataclass(frozen=True, slots=True)
class Shortlist:
    """Candidates above and below the threshold, best match first; followed authors in neither."""

    above: tuple[Candidate, ...]
    below: tuple[Candidate, ...]


def fill_page(candidates: Sequence[Candidate], page_size: int) -> Shortlist:
    """Put the best matches above the threshold until, after followed authors, the page is full.

    A paper that shares nothing with the criteria is no match, however empty the page.
    """
    ranked = others_by_match(candidates)
    room = max(0, page_size - (len(candidates) - len(ranked)))
    matching = sum(one.match.score > 0 for one in ranked[:room])
    return Shortlist(ranked[:matching], ranked[matching:])


def select(
    candidates: Sequence[Candidate],
    judgements: Mapping[PaperId, CombinedJudgement],
    cutoffs: Cutoffs,
    sample: Sequence[SampledCandidate] = (),
) -> tuple[Entry, ...]:
    """Select followed authors and all papers that meet both cut-offs, sampled ones included.

    After the followed, ordered by relevance + novelty as printed, then relevance; among equals
    by the means before they were rounded, then by match, then by id.
    """
    judged = [
        (judgement, candidate)
        for candidate in candidates
        if not candidate.followed
        and (judgement := judgements.get(candidate.paper.id))
        and cutoffs.meets(judgement.judgement.relevance, judgement.judgement.novelty)
    ]
    judged.sort(key=lambda pair: _sort_key(*pair))
    followed = [(judgements.get(one.paper.id), one) for one in followed_by_match(candidates)]
    return _entries(
        ((one.judgement if one else None, candidate) for one, candidate in (*followed, *judged)),
        {one.candidate.paper.id for one in sample},
    )


def select_by_match(
    candidates: Sequence[Candidate], best: Sequence[Candidate], sample: Sequence[SampledCandidate]
) -> tuple[Entry, ...]:
    """Select followed authors, then the best matches, then the random sample of the others."""
    sampled = [one.candidate for one in sample]
    chosen = [*followed_by_match(candidates), *best, *sampled]
    return _entries(((None, one) for one in chosen), {one.paper.id for one in sampled})


def followed_by_match(candidates: Sequence[Candidate]) -> tuple[Candidate, ...]:
    """Return the candidates of followed authors, best match first."""
    return _by_match(one for one in candidates if one.followed)


def others_by_match(candidates: Sequence[Candidate]) -> tuple[Candidate, ...]:
    """Return the candidates of all other authors, best match first."""
    return _by_match(one for one in candidates if not one.followed)


def _by_match(candidates: Iterable[Candidate]) -> tuple[Candidate, ...]:
    return tuple(sorted(candidates, key=lambda one: one.match.rank))


def _sort_key(
    combined: CombinedJudgement, candidate: Candidate
) -> tuple[Fraction | float | str, ...]:
    printed = combined.judgement
    return (
        -(printed.relevance + printed.novelty),
        -printed.relevance,
        -(combined.relevance + combined.novelty),
        -combined.relevance,
        -candidate.match.score,
        candidate.paper.id,
    )


def _entries(
    chosen: Iterable[tuple[Judgement | None, Candidate]], sampled: Collection[PaperId]
) -> tuple[Entry, ...]:
    return tuple(
        Entry(
            place=place,
            paper=candidate.paper,
            type=candidate.announced.type,
            match=candidate.match,
            followed=candidate.followed,
            judgement=judgement,
            outside=candidate.paper.id in sampled,
            precedents=candidate.precedents,
        )
        for place, (judgement, candidate) in enumerate(chosen, start=1)
    )


def place_candidates(
    candidates: Sequence[Candidate], split: Shortlist, sample: Sequence[SampledCandidate]
) -> tuple[Ranked, ...]:
    """Return every candidate's placement; those on no side of the threshold failed the h-index."""
    placements = {
        **{one.paper.id: Placement.ABOVE for one in split.above},
        **{one.paper.id: Placement.BELOW for one in split.below},
        **{one.candidate.paper.id: Placement.EXPLORED for one in sample},
        **{one.paper.id: Placement.FOLLOWED for one in candidates if one.followed},
    }
    return tuple(
        Ranked(
            one.paper.id,
            one.paper.version,
            placements.get(one.paper.id, Placement.GATED),
            one.match,
            one.precedents,
        )
        for one in _by_match(candidates)
    )
