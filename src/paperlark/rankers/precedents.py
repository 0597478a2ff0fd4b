"""Novelty with receipts: the archive's nearest earlier papers, by their places in the space."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from threadpoolctl import threadpool_limits

from paperlark.domain.judgement import NO_PRECEDENTS, Precedent, Precedents
from paperlark.domain.paper import Paper, PaperId
from paperlark.domain.place import Place
from paperlark.ports import Places
from paperlark.rankers.field import Reader
from paperlark.rankers.nearest import Near, nearest_earlier, pack

NEAR = 0.75
"""The least cosine of a precedent; `docs/design/011-precedents.md` says how it was chosen."""

MOST = 3
"""Precedents of one paper."""

_CATCH_UP = 4000
"""Papers of before there were places that a day places besides its own: about a second's work."""


class ArchiveLibrarian:
    """Implements Librarian; each paper is placed once, whoever it was announced to."""

    def __init__(self, places: Places, reader: Reader) -> None:
        self._places = places
        self._reader = reader
        self._space = reader.space.fingerprint

    def precedents(self, papers: Sequence[Paper], day: date) -> Precedents:
        """Give up to MOST papers from NEAR on; of equals the earlier, then the lower id."""
        if not papers:
            return NO_PRECEDENTS
        # One thread is as fast as two when the machine has other work, and adds in one order.
        with threadpool_limits(1):
            self._place(self._places.unplaced(day, self._space, _CATCH_UP))
            own = self._own(papers, day)
            shelves = self._places.before(day, self._space)
            found = nearest_earlier(own, shelves, near=NEAR, most=MOST)
        return self._named({one.paper_id: near for one, near in zip(own, found, strict=True)})

    def _own(self, papers: Sequence[Paper], day: date) -> Sequence[Place]:
        """Place what is new, and give all with the day that each was first announced."""
        ids = [paper.id for paper in papers]
        known = self._places.find(ids, self._space)
        new = [one for one in papers if one.id not in known or day < known[one.id].day]
        self._place([(one, day) for one in new])
        places = self._places.find(ids, self._space)
        return [places[paper] for paper in ids]

    def _place(self, announced: Sequence[tuple[Paper, date]]) -> None:
        if announced:
            _, vectors = self._reader.read([paper for paper, _ in announced])
            self._places.keep(
                (
                    Place(paper.id, day, paper.title, vector)
                    for (paper, day), vector in zip(announced, pack(vectors), strict=True)
                ),
                self._space,
            )

    def _named(self, found: Mapping[PaperId, Sequence[Near]]) -> Precedents:
        ids = {one.paper_id for near in found.values() for one in near}
        titles = {paper: one.title for paper, one in self._places.find(ids, self._space).items()}
        return {
            paper: tuple(
                Precedent(one.paper_id, titles[one.paper_id], one.day, one.similarity)
                for one in near
            )
            for paper, near in found.items()
            if near
        }
