"""Report what is known of the papers that nobody read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from paperlark.day.random_sample import SampledCandidate, estimate_missed
from paperlark.domain.digest import Candidate
from paperlark.domain.exploration import Explored, Missed, Unread
from paperlark.domain.judgement import Judgement
from paperlark.domain.paper import PaperId
from paperlark.domain.profile import Cutoffs


@dataclass(frozen=True, slots=True)
class Unexplored:
    """The papers below the line; both kinds with the best match first."""

    explored: tuple[Explored, ...] = ()
    unread: tuple[Unread, ...] = ()
    missed: Missed | None = None


def report_unread(
    below: Sequence[Candidate],
    drawn: Sequence[SampledCandidate],
    judgements: Mapping[PaperId, Judgement],
    cutoffs: Cutoffs,
    earlier: Sequence[Explored],
) -> Unexplored:
    """Say what the judge found there; `earlier` are the papers explored on the days before."""
    wanted = {paper: cutoffs.meets(one.relevance, one.novelty) for paper, one in judgements.items()}
    return find_missed(below, drawn, wanted, earlier)


def find_missed(
    below: Sequence[Candidate],
    drawn: Sequence[SampledCandidate],
    wanted: Mapping[PaperId, bool],
    earlier: Sequence[Explored],
) -> Unexplored:
    """Say what is there; `wanted` knows it of the papers that were read."""
    explored = tuple(_explored(one, wanted.get(one.candidate.paper.id)) for one in drawn)
    read = {one.paper_id for one in explored}
    unread = tuple(
        Unread(one.paper.id, one.paper.title, one.match.probability)
        for one in below
        if one.paper.id not in read and one.match.probability is not None
    )
    return Unexplored(explored, unread, estimate_missed(unread, (*earlier, *explored)))


def shown_from_below(drawn: Sequence[SampledCandidate]) -> Unexplored:
    """Say what was shown from there where nobody judges, and so nobody leaves unread."""
    return Unexplored(tuple(_explored(one, None) for one in drawn))


def _explored(drawn: SampledCandidate, wanted: bool | None) -> Explored:  # noqa: FBT001  # the outcome
    candidate = drawn.candidate
    return Explored(candidate.paper.id, drawn.inclusion, candidate.match.probability, wanted)
