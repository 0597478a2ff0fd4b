"""Nearest neighbours: k-NN log-odds from labelled papers, search in the archive, precedents.

A linear model sees one direction of interest and a reader has several: a paper beside five that
were wanted is probably wanted, wherever in the space that is.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from paperlark.domain.archive import PaperVector, VectorChunk
from paperlark.domain.judgement import NO_PRECEDENTS, Precedent, Precedents
from paperlark.domain.paper import Paper, PaperId
from paperlark.ports import PaperVectors
from paperlark.rankers.embedding import PaperEncoder, Vectors, pack, unpack
from paperlark.rankers.sparse import Numbers

_log = logging.getLogger(__name__)

MIN_SIMILARITY = 0.75
"""The least cosine of a precedent; `docs/design/011-precedents.md` says how it was chosen."""

MAX_PRECEDENTS = 3
"""Precedents of one paper."""

_BACKLOG = 4000
"""Earlier papers without a vector that a day encodes besides its own: about a second's work."""

_SQUARINGS = 3
"""Cosines are squared this often, to the eighth power: at half the cosine a weight is 1/256."""

_LARGEST_TILE, _TILE_CELLS = 512, 2**19
"""Neighbours that are compared at a time, and cosines: as many as a cache of the processor holds.
"""

_PRIOR_WEIGHT = 0.01
"""Weight of one imaginary neighbour with the base rate, beside all others."""

NAMED_FROM = 0.5
"""The least cosine of the wanted paper that is named as the nearest."""

_DIGITS = 4
"""Half precision changes the fifth digit of a cosine, another machine's sums the seventh."""


@dataclass(frozen=True, slots=True, eq=False)
class KnnPrediction:
    """What the neighbours of papers predict.

    log_odds: (papers,) float64, natural log-odds of being wanted
    nearest: (papers,) index of the nearest wanted labelled paper, -1 where none is near
    """

    log_odds: Numbers
    nearest: NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Labels:
    """The labelled papers of one reader, as rows among the neighbours of several.

    rows: (labelled,) a row each
    targets: (labelled,) in [0, 1]
    weights: (labelled,) sample weights, 0 or more
    """

    rows: NDArray[np.int64]
    targets: Numbers
    weights: Numbers


def knn_log_odds(
    papers: Vectors, labelled: Vectors, targets: Numbers, weights: Numbers, base_rate: float
) -> KnnPrediction:
    """Predict by similarity-weighted k-NN for one reader, with every labelled paper a neighbour.

    papers: (papers, dimensions) unit rows
    labelled: (labelled, dimensions) unit rows
    targets, weights: (labelled,) as in Labels
    base_rate: in (0, 1), the share of papers that a reader wants
    """
    own = Labels(np.arange(len(labelled)), targets, weights)
    (prediction,) = knn_of_readers(papers, labelled, labelled[:0], [own], base_rate)
    return prediction


def knn_of_readers(
    papers: Vectors,
    shared: Vectors,
    others: Vectors,
    readers: Sequence[Labels],
    base_rate: float,
) -> list[KnnPrediction]:
    """Predict by similarity-weighted k-NN for each of several readers; cosines are computed once.

    The weight of a neighbour is its positive cosine to the eighth power.

    papers: (papers, dimensions) unit rows
    shared: (shared, dimensions) unit rows, the same for every reader of these papers
    others: (others, dimensions) unit rows, which depend on who else is in the block
    readers: their labels; rows count through `shared`, then `others`
    base_rate: in (0, 1), the share of papers that a reader wants
    """
    neighbours = len(shared) + len(others)
    found = [_Neighbours.of(one, neighbours, len(papers)) for one in readers]
    for start, cosines in _cosines(papers, shared, others, _occupied(readers, neighbours)):
        # Who else is in the block decides how the sums over `others` are split.
        precision = np.float32 if start < len(shared) else np.float64
        kernel = np.maximum(cosines, 0, dtype=precision)
        for _ in range(_SQUARINGS):
            kernel *= kernel
        # Summed for one reader at a time: the last digit then depends on no other reader.
        for one in found:
            one.add(start, cosines, kernel)
    return [one.prediction(base_rate) for one in found]


def _occupied(readers: Sequence[Labels], neighbours: int) -> NDArray[np.int64]:
    """Return the rows that any reader has labelled, ascending."""
    # `np.unique` would do, but imports the masked arrays, which nothing here needs.
    labelled = np.zeros(neighbours, dtype=np.bool_)
    for one in readers:
        labelled[one.rows] = True
    return np.flatnonzero(labelled)


def _cosines(
    papers: Vectors, shared: Vectors, others: Vectors, rows: NDArray[np.int64]
) -> Iterator[tuple[int, Vectors]]:
    """Yield tiles of cosines, (neighbours, papers) float32, with the row that each begins at.

    Tiles without any of `rows` are left out. The last bit of a BLAS product depends on its shape
    and on a row's place in it. That is the same for everyone in the tiles of `shared`; `others`
    are multiplied in double precision and then rounded.
    """
    if not len(papers):
        return
    size = min(_LARGEST_TILE, max(1, _TILE_CELLS // len(papers)))
    for offset, vectors, precision in ((0, shared, np.float32), (len(shared), others, np.float64)):
        left: NDArray[Any] = papers.astype(precision)
        for start in range(0, len(vectors), size):
            end = min(start + size, len(vectors))
            first, last = np.searchsorted(rows, (offset + start, offset + end))
            if first < last:
                tile = np.matmul(vectors[start:end], left.T, dtype=precision)
                yield offset + start, tile.astype(np.float32)


@dataclass(slots=True, eq=False)
class _Neighbours:
    """The neighbours of one reader, summed up tile by tile.

    votes: (2, neighbours) float64, of each row: target x weight, weight
    rows, labels: (wanted,) rows of the wanted, ascending, and the label of each
    sums: (2, papers) float64, of the kernel times `votes`
    best, nearest: (papers,) the highest cosine with a wanted paper, and whose label that is
    """

    votes: Numbers
    occupied: NDArray[np.int64]
    rows: NDArray[np.int64]
    labels: NDArray[np.int64]
    sums: Numbers
    best: Vectors
    nearest: NDArray[np.int64]

    @classmethod
    def of(cls, own: Labels, neighbours: int, papers: int) -> _Neighbours:
        wanted = np.flatnonzero(own.targets > 0.5)  # noqa: PLR2004  # more likely than not
        labels = wanted[np.argsort(own.rows[wanted], kind="stable")]
        votes = [
            np.bincount(own.rows, values, minlength=neighbours)
            for values in (own.targets * own.weights, own.weights)
        ]
        return cls(
            votes=np.array(votes),
            occupied=np.sort(own.rows),
            rows=own.rows[labels],
            labels=labels,
            sums=np.zeros((2, papers)),
            best=np.zeros(papers, dtype=np.float32),
            nearest=np.full(papers, -1, dtype=np.int64),
        )

    def add(self, start: int, cosines: Vectors, kernel: NDArray[Any]) -> None:
        """Add a tile: (neighbours, papers), the first of them at row `start`."""
        end = start + len(cosines)
        first, last = np.searchsorted(self.occupied, (start, end))
        if first == last:
            return
        self.sums += self.votes[:, start:end].astype(kernel.dtype) @ kernel
        first, last = np.searchsorted(self.rows, (start, end))
        if first == last:
            return
        wanted = cosines[self.rows[first:last] - start]
        highest = wanted.max(axis=0)
        # Of equals the earlier row stays.
        nearer = np.flatnonzero((highest > self.best) & (highest >= NAMED_FROM))
        self.best[nearer] = highest[nearer]
        self.nearest[nearer] = self.labels[first + wanted[:, nearer].argmax(axis=0)]

    def prediction(self, base_rate: float) -> KnnPrediction:
        """Return what they predict."""
        positive, total = self.sums
        share = (positive + _PRIOR_WEIGHT * base_rate) / (total + _PRIOR_WEIGHT)
        share = np.clip(share, 1e-4, 1 - 1e-4)
        return KnnPrediction(np.log(share / (1 - share)), self.nearest)


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A similar earlier paper; `similarity` is the cosine, rounded to four digits."""

    similarity: float
    day: date
    paper_id: PaperId


def nearest_earlier(
    queries: Sequence[PaperVector],
    chunks: Iterable[VectorChunk],
    *,
    min_similarity: float,
    limit: int,
) -> list[tuple[Neighbour, ...]]:
    """Find each query's nearest papers of earlier days by exact k-NN search over all chunks.

    Up to `limit` per query with a cosine of at least `min_similarity`, nearest first; of equals
    the earlier, then the lower id.
    """
    rows = unpack(b"".join(one.vector for one in queries), len(queries))
    days = _ordinals(one.day for one in queries)
    best: list[list[Neighbour]] = [[] for _ in queries]
    for chunk in chunks:
        for row, found in _in_chunk(rows, days, chunk, min_similarity, limit):
            best[row] = sorted((*best[row], *found), key=_order)[:limit]
    return [tuple(found) for found in best]


def _in_chunk(
    rows: Vectors, days: NDArray[np.int64], chunk: VectorChunk, min_similarity: float, limit: int
) -> Iterator[tuple[int, list[Neighbour]]]:
    """Yield the best of one chunk for each query that has any there."""
    cosines = rows @ unpack(chunk.vectors, len(chunk.papers)).T
    chunk_days = _ordinals(chunk.days)
    query, at = np.nonzero(cosines >= min_similarity - 10**-_DIGITS)
    earlier = chunk_days[at] < days[query]
    query, at = query[earlier], at[earlier]
    rounded = np.minimum(cosines[query, at].astype(np.float64).round(_DIGITS), 1.0)
    for row in sorted(set(query.tolist())):
        own = slice(*np.searchsorted(query, (row, row + 1)))
        # A chunk is in the order of ids, and a stable sort leaves equals in it.
        order = np.lexsort((chunk_days[at[own]], -rounded[own]))[:limit]
        best = zip(rounded[own][order].tolist(), at[own][order].tolist(), strict=True)
        yield (
            row,
            [
                Neighbour(similarity, chunk.days[k], chunk.papers[k])
                for similarity, k in best
                if similarity >= min_similarity
            ],
        )


def _order(one: Neighbour) -> tuple[float, date, PaperId]:
    return -one.similarity, one.day, one.paper_id


def _ordinals(days: Iterable[date]) -> NDArray[np.int64]:
    return np.fromiter((day.toordinal() for day in days), np.int64)


class ArchivePrecedents:
    """Implements PrecedentFinder; each paper is embedded once, whoever it was announced to."""

    def __init__(self, vectors: PaperVectors, encoder: PaperEncoder) -> None:
        self._vectors = vectors
        self._encoder = encoder
        self._space = encoder.embedding.fingerprint

    def precedents(self, papers: Sequence[Paper], day: date) -> Precedents:
        """Return up to MAX_PRECEDENTS papers each; of equals the earlier, then the lower id."""
        if not papers:
            return NO_PRECEDENTS
        # One thread is as fast as two when the machine has other work, and adds in one order.
        with threadpool_limits(1):
            backlog = self._vectors.without_vector(day, self._space, _BACKLOG)
            if backlog:
                _log.info("embedding %d earlier papers without a vector", len(backlog))
            self._embed(backlog)
            own = self._own(papers, day)
            chunks = self._vectors.before(day, self._space)
            found = nearest_earlier(
                own, chunks, min_similarity=MIN_SIMILARITY, limit=MAX_PRECEDENTS
            )
        return self._named({one.paper_id: near for one, near in zip(own, found, strict=True)})

    def _own(self, papers: Sequence[Paper], day: date) -> Sequence[PaperVector]:
        """Embed new papers, and return all with the day that each was first announced."""
        ids = [paper.id for paper in papers]
        known = self._vectors.find(ids, self._space)
        new = [one for one in papers if one.id not in known or day < known[one.id].day]
        self._embed([(one, day) for one in new])
        vectors = self._vectors.find(ids, self._space)
        return [vectors[paper] for paper in ids]

    def _embed(self, announced: Sequence[tuple[Paper, date]]) -> None:
        if announced:
            _, vectors = self._encoder.encode([paper for paper, _ in announced])
            self._vectors.keep(
                (
                    PaperVector(paper.id, day, paper.title, vector)
                    for (paper, day), vector in zip(announced, pack(vectors), strict=True)
                ),
                self._space,
            )

    def _named(self, found: Mapping[PaperId, Sequence[Neighbour]]) -> Precedents:
        """Add the titles; papers without a precedent are left out."""
        ids = {one.paper_id for near in found.values() for one in near}
        titles = {paper: one.title for paper, one in self._vectors.find(ids, self._space).items()}
        return {
            paper: tuple(
                Precedent(one.paper_id, titles[one.paper_id], one.day, one.similarity)
                for one in near
            )
            for paper, near in found.items()
            if near
        }
