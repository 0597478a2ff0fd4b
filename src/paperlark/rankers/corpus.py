"""Corpus statistics: inverse document frequency and centroid of the reader's own field.

The corpus is the papers of the day, the examples and the earlier papers without labels: which
words are rare and where the centre lies is a matter of the reader's field, not of all science.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from paperlark.rankers.embedding import Vectors, unit
from paperlark.rankers.tokens import TermCounts, TermIds, rows_in, rows_of


@dataclass(frozen=True, slots=True, eq=False)
class CorpusStats:
    """The papers of a corpus as rows, with the statistics that weight and centre them.

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
    def of(cls, counts: Sequence[TermCounts], embeddings: Vectors) -> CorpusStats:
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


def _centred(embeddings: Vectors, centroid: Vectors) -> Vectors:
    """Subtract the centroid and scale to length 1; zero rows (no known term) stay zero."""
    known = np.any(embeddings != 0, axis=1, keepdims=True)
    return unit(np.where(known, embeddings - centroid, 0).astype(np.float32))


def _weighted(counts: sparse.csr_matrix, idf: NDArray[np.float64]) -> sparse.csr_matrix:
    """Multiply each column by its idf and scale each row to length 1; (texts, terms)."""
    rows = counts.astype(np.float64)
    rows.data *= idf[rows.indices]
    length = np.sqrt(np.asarray(rows.multiply(rows).sum(axis=1)).ravel())
    scaled: sparse.csr_matrix = sparse.diags(1 / np.where(length > 0, length, 1)) @ rows
    return scaled.tocsr()
