"""The field of a day: its papers and those before, as one collection with statistics of its own.

What counts is the reader's field, not all of science: which words are rare in it, and where its
middle lies. A paper's words and its place are both seen from there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from paperlark.domain.paper import Paper
from paperlark.rankers.embedding import Embedding, Vectors, unit
from paperlark.rankers.tokens import TermCounts, TermIds, rows_in, rows_of, tokenize_each

_KEPT = 40_000
"""So many papers are remembered as read: about 60 days of the largest categories, 60 MB."""

_AT_ONCE = 256
"""So many papers are read in one go: more gain nothing and take memory."""


class PaperEncoder:
    """Reads papers, each version once, for all days and readers of a process."""

    def __init__(self, space: Embedding) -> None:
        self.space = space
        self._read: dict[tuple[str, int], tuple[TermCounts, Vectors]] = {}

    def read(self, papers: Sequence[Paper]) -> tuple[list[TermCounts], Vectors]:
        """Give each paper's bag of terms, its title counting twice, and its place as a row."""
        texts = {
            (paper.id, paper.version): (paper.title, paper.title, paper.abstract)
            for paper in papers
            if (paper.id, paper.version) not in self._read
        }
        for start in range(0, len(texts), _AT_ONCE):
            new = list(islice(texts, start, start + _AT_ONCE))
            bags = tokenize_each([texts[paper] for paper in new])
            read = zip(bags, self.space.place(bags), strict=True)
            self._read.update(zip(new, read, strict=True))
        known = [self._read[paper.id, paper.version] for paper in papers]
        while len(self._read) > _KEPT:
            del self._read[next(iter(self._read))]
        rows = np.array([place for _, place in known], dtype=np.float32)
        return [bag for bag, _ in known], rows.reshape(len(known), -1)


@dataclass(frozen=True, slots=True, eq=False)
class CorpusStats:
    """Papers of one field, a row each.

    `words` has unit rows of 1 + ln(count) times rarity, a column per term of `ids` (ascending);
    `places` are unit rows as seen from `middle`.
    """

    ids: TermIds
    rarity: NDArray[np.float64]
    words: sparse.csr_matrix
    places: Vectors
    middle: Vectors

    @classmethod
    def of(cls, bags: Sequence[TermCounts], places: Vectors) -> CorpusStats:
        """Take the statistics of these papers and see each of them in that light."""
        ids, words = rows_of(bags)
        found = np.bincount(words.indices, minlength=len(ids))
        # Smoothed, so that it stays above 0 even for a single paper.
        rarity = np.log(1 + (len(bags) - found + 0.5) / (found + 0.5))
        middle = places.mean(axis=0) if len(bags) else np.zeros(places.shape[1], np.float32)
        return cls(ids, rarity, _weighed(words, rarity), _seen_from(middle, places), middle)

    def see_words(self, bags: Sequence[TermCounts]) -> sparse.csr_matrix:
        """Give other texts' words as unit rows in this light, less those new to the field."""
        return _weighed(rows_in(bags, self.ids), self.rarity)

    def see_places(self, places: Vectors) -> Vectors:
        """Give other texts' places as unit rows seen from this middle."""
        return _seen_from(self.middle, places)


def _seen_from(middle: Vectors, places: Vectors) -> Vectors:
    """Nowhere stays nowhere: a text without a known word is like no other."""
    somewhere = np.any(places != 0, axis=1, keepdims=True)
    return unit(np.where(somewhere, places - middle, 0).astype(np.float32))


def _weighed(words: sparse.csr_matrix, rarity: NDArray[np.float64]) -> sparse.csr_matrix:
    """Multiply each term by its rarity and scale each row to length 1."""
    words = words.astype(np.float64)
    words.data *= rarity[words.indices]
    length = np.sqrt(np.asarray(words.multiply(words).sum(axis=1)).ravel())
    scaled: sparse.csr_matrix = sparse.diags(1 / np.where(length > 0, length, 1)) @ words
    return scaled.tocsr()
