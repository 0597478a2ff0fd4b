"""A corpus: papers as weighted rows, by the statistics of the reader's field.

Which words are rare, and where the centre of the embeddings lies, is a matter of the field, not of
one reader: the papers of the day and those announced in the weeks before it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from paperlark.domain.paper import Paper
from paperlark.rankers.embedding import PaperEncoder, Vectors, unit
from paperlark.rankers.tokens import TermCounts, TermIds, rows_in, rows_of


@dataclass(frozen=True, slots=True, eq=False)
class CorpusStats:
    """Papers as rows, with the inverse document frequency and the centroid that weigh them.

    ids: (terms,) uint32, ascending: the columns of `words`
    idf: (terms,) float64, BM25 inverse document frequency, above 0
    words: (papers, terms) sparse float64, (1 + ln count) x idf, unit rows
    vectors: (papers, dimensions) float32, embeddings less the centroid, unit rows
    centroid: (dimensions,) float32, the mean embedding
    """

    ids: TermIds
    idf: NDArray[np.float64]
    words: sparse.csr_matrix
    vectors: Vectors
    centroid: Vectors

    @classmethod
    def of(cls, counts: Sequence[TermCounts], embeddings: Vectors) -> Self:
        """Compute the statistics of papers given by term counts and embeddings, in one order."""
        ids, rows = rows_of(counts)
        found = np.bincount(rows.indices, minlength=len(ids))
        # As in BM25 with 1 added inside the logarithm: above 0 even for a single paper.
        idf = np.log(1 + (len(counts) - found + 0.5) / (found + 0.5))
        width = embeddings.shape[1]
        centroid = embeddings.mean(axis=0) if len(counts) else np.zeros(width, np.float32)
        return cls(ids, idf, _weighted(rows, idf), _centred(embeddings, centroid), centroid)

    def word_rows(self, counts: Sequence[TermCounts]) -> sparse.csr_matrix:
        """Weight other texts like `words`: (texts, terms), terms unknown to the corpus left out."""
        return _weighted(rows_in(counts, self.ids), self.idf)

    def centre(self, embeddings: Vectors) -> Vectors:
        """Centre other texts' embeddings like `vectors`: (texts, dimensions), unit rows."""
        return _centred(embeddings, self.centroid)

    def extended(self, counts: Sequence[TermCounts], embeddings: Vectors) -> CorpusStats:
        """Add rows of other papers, weighted by the same statistics, after the own ones."""
        if not len(counts):
            return self
        words = sparse.vstack([self.words, self.word_rows(counts)], format="csr")
        vectors = np.concatenate([self.vectors, self.centre(embeddings)])
        return CorpusStats(self.ids, self.idf, words, vectors, self.centroid)


class Corpora:
    """Builds the corpus of some papers once for all readers who rank it; keeps the latest two."""

    def __init__(self, encoder: PaperEncoder) -> None:
        self._encoder = encoder
        self._built: dict[tuple[tuple[str, int], ...], CorpusStats] = {}

    def of(self, papers: Sequence[Paper]) -> CorpusStats:
        """Return the corpus of these papers, a row each, in this order."""
        key = tuple((paper.id, paper.version) for paper in papers)
        corpus = self._built.pop(key, None) or CorpusStats.of(*self._encoder.encode(papers))
        self._built[key] = corpus
        while len(self._built) > _KEPT:
            del self._built[next(iter(self._built))]
        return corpus


_KEPT = 2
"""Corpora of a day: that of its papers, and that of the papers before it to learn from."""


def _centred(embeddings: Vectors, centroid: Vectors) -> Vectors:
    """Subtract the centroid and scale to length 1; zero rows (no known term) stay zero."""
    known = np.any(embeddings != 0, axis=1, keepdims=True)
    return unit(np.where(known, embeddings - centroid, 0).astype(np.float32))


def _weighted(counts: sparse.csr_matrix, idf: NDArray[np.float64]) -> sparse.csr_matrix:
    """Multiply each column by its idf and scale each row to length 1; (texts, terms)."""
    values = counts.data * idf[counts.indices]
    sizes = np.diff(counts.indptr)
    row = np.repeat(np.arange(len(sizes)), sizes)
    length = np.sqrt(np.bincount(row, values * values, minlength=len(sizes)))
    values /= np.where(length > 0, length, 1)[row]
    return sparse.csr_matrix((values, counts.indices, counts.indptr), counts.shape)
