"""What votes change: a day's page with and without them, compared place by place. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from paperlark.domain.feedback import Vote
from paperlark.domain.paper import Paper, PaperId

LARGEST = 3
"""Moves that are named."""


@dataclass(frozen=True, slots=True)
class CastVotes:
    """Votes that were just cast: the same one on each paper.

    `repeated` are the papers that had this vote before, or none that could be taken back.
    `last_before` is the number of the last vote stored before these.
    """

    papers: tuple[Paper, ...]
    vote: Vote
    repeated: frozenset[PaperId]
    last_before: int

    @property
    def nothing_new(self) -> bool:
        """Whether all papers had this vote before."""
        return all(paper.id in self.repeated for paper in self.papers)


@dataclass(frozen=True, slots=True)
class Move:
    """A paper whose place differs; None where it is not on the page."""

    paper: Paper
    before: int | None
    after: int | None


@dataclass(frozen=True, slots=True)
class VoteEffect:
    """How the page of a day would differ if it knew of the votes.

    `shown` papers were compared, `moved` have another place, and of these `largest` moved furthest.
    Papers that the reader voted on are left out: the next page does not have them. With
    `for_model` the places are those in the ranking that decides what a model reads.
    `not_compared` says why no pages were compared, and is empty where they were; `day` is None
    where no day has a ranking.
    """

    day: date | None
    shown: int = 0
    moved: int = 0
    largest: tuple[Move, ...] = ()
    for_model: bool = False
    not_compared: str = ""


def moves(before: Sequence[Paper], after: Sequence[Paper]) -> tuple[Move, ...]:
    """Return the papers whose place differs between two pages, those that moved furthest first.

    A paper that is not on a page counts as one place below its end.
    """
    one, two = (
        {paper.id: place for place, paper in enumerate(page, start=1)} for page in (before, after)
    )
    papers = {paper.id: paper for paper in (*before, *after)}
    moved = [
        Move(paper, one.get(name), two.get(name))
        for name, paper in papers.items()
        if one.get(name) != two.get(name)
    ]
    end = max(len(one), len(two)) + 1

    def order(move: Move) -> tuple[int, int, PaperId]:
        places = (move.before or end, move.after or end)
        return -abs(places[0] - places[1]), min(places), move.paper.id

    return tuple(sorted(moved, key=order))
