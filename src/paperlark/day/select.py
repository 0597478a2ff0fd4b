"""Select papers to judge, by a threshold, and then the entries of the page, best first. Pure."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from paperlark.day.judge import NOT_JUDGED, CombinedJudgement
from paperlark.day.threshold import CUT_DAYS, FIT_DAYS, TailCorrection, choose_cut
from paperlark.day.unread import SampledCandidate
from paperlark.domain.digest import Candidate, Entry, Placement, Ranked
from paperlark.domain.exploration import Outcome
from paperlark.domain.feedback import Evidence, LabelSource
from paperlark.domain.judgement import Judgement, Match, Strength, Unjudged
from paperlark.domain.paper import PaperId
from paperlark.domain.profile import Cutoffs


@dataclass(frozen=True, slots=True)
class Shortlist:
    """Candidates above and below the threshold, best match first; followed authors in neither."""

    above: tuple[Candidate, ...]
    below: tuple[Candidate, ...]


def fill_page(candidates: Sequence[Candidate], page_size: int) -> Shortlist:
    """Put the best matches above the threshold until, after followed authors, the page is full.

    Of the papers that there is room for, those that share too little with the criteria are no
    match, however empty the page.
    """
    ranked = others_by_match(candidates)
    room = max(0, page_size - (len(candidates) - len(ranked)))
    above = tuple(one for one in ranked[:room] if is_match(one.match))
    shown = {one.paper.id for one in above}
    return Shortlist(above, tuple(one for one in ranked if one.paper.id not in shown))


def is_match(match: Match) -> bool:
    """Return whether a paper has enough in common with the criteria to be called a match."""
    return match.score > 0 and match.strength is not Strength.WEAK


def select(
    candidates: Sequence[Candidate],
    judgements: Mapping[PaperId, CombinedJudgement],
    cutoffs: Cutoffs,
    sample: Sequence[SampledCandidate] = (),
    by_match: Sequence[Candidate] = (),
) -> tuple[Entry, ...]:
    """Select followed authors and all papers that meet both cut-offs, sampled ones included.

    After the followed, ordered by relevance + novelty as printed, then relevance; among equals
    by the means before they were rounded, then by match, then by id. Last come those `by_match`,
    which were not judged.
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
        (
            *((one.judgement if one else None, paper) for one, paper in (*followed, *judged)),
            *((None, one) for one in by_match),
        ),
        {one.candidate.paper.id for one in sample},
        {one.paper.id for one in by_match},
    )


def unjudged_by_match(
    candidates: Sequence[Candidate], unjudged: Iterable[Unjudged], page_size: int
) -> tuple[Candidate, ...]:
    """Return the papers left to the ranker that would be on a page without a model, best first."""
    left = {one.paper.id for one in unjudged if one.cause in NOT_JUDGED}
    above = fill_page(candidates, page_size).above
    return tuple(one for one in above if one.paper.id in left)


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
    chosen: Iterable[tuple[Judgement | None, Candidate]],
    sampled: Collection[PaperId],
    unjudged: Collection[PaperId] = (),
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
            unjudged=candidate.paper.id in unjudged,
        )
        for place, (judgement, candidate) in enumerate(chosen, start=1)
    )


def place_candidates(
    candidates: Sequence[Candidate], split: Shortlist, sample: Sequence[SampledCandidate]
) -> tuple[Ranked, ...]:
    """Return every candidate's placement; papers in neither group failed the h-index."""
    placements = {
        **{one.paper.id: Placement.ABOVE for one in split.above},
        **{one.paper.id: Placement.BELOW for one in split.below},
        **{one.candidate.paper.id: Placement.EXPLORED for one in sample},
        **{one.paper.id: Placement.FOLLOWED for one in candidates if one.followed},
    }
    return tuple(
        Ranked(
            paper.id,
            paper.version,
            placements.get(paper.id, Placement.GATED),
            one.match,
            one.precedents,
        )
        for one in _by_match(candidates)
        for paper in (one.paper,)
    )


_log = logging.getLogger(__name__)

_ENOUGH_JUDGED, _ENOUGH_WANTED = 300, 20
"""Judged examples needed before a probability decides what is not read at all.

300 papers are five days of a small field; with fewer than 20 wanted ones among them, what the
reader wants is known from so few that a topic of theirs may not have come up yet.
"""

READ_ALL = 1.0
"""The recall of a judge that reads every paper."""


def shortlist(
    candidates: Sequence[Candidate],
    recall: float,
    evidence: Evidence,
    outcomes: Sequence[Sequence[Outcome]] = (),
) -> Shortlist:
    """Shortlist the fewest best matches that keep `recall` of the wanted papers, in [0, 1].

    Not of each day, but of this one and the latest of the days that `outcomes` tells of, one
    sequence per day, oldest first: on a day without anything for the reader one paper is enough.
    Everything is shortlisted while few examples are known, and where probabilities are unknown or
    all 0.
    """
    ranked = others_by_match(candidates)
    known = [one.match.probability for one in ranked if one.match.probability is not None]
    reason = _why_all(evidence, recall, calibrated=len(known) == len(ranked) and any(known))
    if reason:
        _log.info("no threshold: %s", reason)
        return Shortlist(ranked, ())
    correction = TailCorrection.fit(one for day in outcomes[-FIT_DAYS:] for one in day)
    cut = choose_cut(known, outcomes[-CUT_DAYS:], recall, correction.correct)
    needed = max((at for at, one in enumerate(known, start=1) if one >= cut), default=1)
    _log.info(
        "threshold: a probability of %.4f keeps a recall of %g on %d days; %s",
        *(cut, recall, min(CUT_DAYS, len(outcomes)) + 1, correction),
    )
    return Shortlist(ranked[:needed], ranked[needed:])


def _why_all(evidence: Evidence, recall: float, *, calibrated: bool) -> str | None:
    """Return why every paper must be read; None where a probability may decide."""
    if recall >= READ_ALL:
        return "every paper is to be read"
    if not calibrated:
        return "the ranker gives no probabilities"
    judged = [one.wanted for one in evidence.examples if one.label_source is LabelSource.JUDGE]
    if len(judged) < _ENOUGH_JUDGED or sum(judged) < _ENOUGH_WANTED:
        return f"{len(judged)} judged examples, {sum(judged)} of them wanted, are too few"
    return None
