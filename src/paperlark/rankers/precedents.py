"""The nearest earlier papers of the archive (exact k-NN by cosine), as receipts for novelty."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from paperlark.domain.judgement import NO_PRECEDENTS, Precedent, Precedents
from paperlark.domain.paper import Paper, PaperId
from paperlark.domain.vectors import PaperVector, VectorChunk
from paperlark.ports import PaperVectors
from paperlark.rankers.corpus import PaperEncoder
from paperlark.rankers.embedded import EmbeddedRanker
from paperlark.rankers.embedding import Embedding, Vectors

_PACKED = np.dtype("<f2")
_DIGITS = 4
"""Half precision changes the fifth digit of a cosine, another machine's sums the seventh."""


@dataclass(frozen=True, slots=True)
class Near:
    """An earlier paper that is near; `similarity` is the cosine, to four digits."""

    similarity: float
    day: date
    paper_id: PaperId


def pack(vectors: Vectors) -> list[bytes]:
    """Give each row as a place is kept."""
    return [row.tobytes() for row in vectors.astype(_PACKED)]


def nearest_earlier(
    places: Sequence[PaperVector], shelves: Iterable[VectorChunk], *, near: float, most: int
) -> list[tuple[Near, ...]]:
    """Give for each place up to `most` of days before its own whose cosine is `near` or more.

    Nearest first; of equals the earlier, then the lower id.
    """
    rows = unpack(b"".join(one.vector for one in places), len(places))
    limits = _ordinals(one.day for one in places)
    best: list[list[Near]] = [[] for _ in places]
    for shelf in shelves:
        for row, found in _on_shelf(rows, limits, shelf, near, most):
            best[row] = sorted((*best[row], *found), key=_order)[:most]
    return [tuple(found) for found in best]


def _on_shelf(
    rows: Vectors, limits: NDArray[np.int64], shelf: VectorChunk, near: float, most: int
) -> Iterator[tuple[int, list[Near]]]:
    """Give the best of one shelf for each row that has any there."""
    likeness = rows @ unpack(shelf.vectors, len(shelf.papers)).T
    days = _ordinals(shelf.days)
    asked, at = np.nonzero(likeness >= near - 10**-_DIGITS)
    earlier = days[at] < limits[asked]
    asked, at = asked[earlier], at[earlier]
    cosines = np.minimum(likeness[asked, at].astype(np.float64).round(_DIGITS), 1.0)
    for row in np.unique(asked).tolist():
        own = slice(*np.searchsorted(asked, (row, row + 1)))
        # On a shelf papers stand in the order of their ids, and equals stay in it.
        order = np.lexsort((days[at[own]], -cosines[own]))[:most]
        some = zip(cosines[own][order].tolist(), at[own][order].tolist(), strict=True)
        yield row, [Near(one, shelf.days[k], shelf.papers[k]) for one, k in some if one >= near]


def _order(one: Near) -> tuple[float, date, PaperId]:
    return -one.similarity, one.day, one.paper_id


def unpack(vectors: bytes, count: int) -> Vectors:
    """Give so many places, kept one after the other, as a row each."""
    return np.frombuffer(vectors, _PACKED).reshape(count, -1).astype(np.float32)


def _ordinals(days: Iterable[date]) -> NDArray[np.int64]:
    return np.fromiter((day.toordinal() for day in days), np.int64)


NEAR = 0.75
"""The least cosine of a precedent; `docs/design/011-precedents.md` says how it was chosen."""

MOST = 3
"""Precedents of one paper."""

_CATCH_UP = 4000
"""Papers of before there were places that a day places besides its own: about a second's work."""


class ArchivePrecedents:
    """Implements Librarian; each paper is placed once, whoever it was announced to."""

    def __init__(self, places: PaperVectors, reader: PaperEncoder) -> None:
        self._places = places
        self._reader = reader
        self._space = reader.space.fingerprint

    def precedents(self, papers: Sequence[Paper], day: date) -> Precedents:
        """Give up to MOST papers from NEAR on; of equals the earlier, then the lower id."""
        if not papers:
            return NO_PRECEDENTS
        # One thread is as fast as two when the machine has other work, and adds in one order.
        with threadpool_limits(1):
            self._place(self._places.without_vector(day, self._space, _CATCH_UP))
            own = self._own(papers, day)
            shelves = self._places.before(day, self._space)
            found = nearest_earlier(own, shelves, near=NEAR, most=MOST)
        return self._named({one.paper_id: near for one, near in zip(own, found, strict=True)})

    def _own(self, papers: Sequence[Paper], day: date) -> Sequence[PaperVector]:
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
                    PaperVector(paper.id, day, paper.title, vector)
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


def ranker_and_precedents(vectors: PaperVectors) -> tuple[EmbeddedRanker, ArchivePrecedents]:
    """Return the embedded ranker and the precedent finder; they share one encoder of papers."""
    encoder = PaperEncoder(Embedding.shipped())
    return EmbeddedRanker(encoder), ArchivePrecedents(vectors, encoder)
