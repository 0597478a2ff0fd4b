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
from paperlark.rankers.latent import Space, Vectors, unit
from paperlark.rankers.reading import Bag, TermIds, read_each

_KEPT = 40_000
"""So many papers are remembered as read: about 60 days of the largest categories, 60 MB."""

_AT_ONCE = 256
"""So many papers are read in one go: more gain nothing and take memory."""


class Reader:
    """Reads papers, each version once, for all days and readers of a process."""

    def __init__(self, space: Space) -> None:
        self.space = space
        self._read: dict[tuple[str, int], tuple[Bag, Vectors]] = {}

    def read(self, papers: Sequence[Paper]) -> tuple[list[Bag], Vectors]:
        """Give each paper's bag of terms, its title counting twice, and its place as a row."""
        texts = {
            (paper.id, paper.version): (paper.title, paper.title, paper.abstract)
            for paper in papers
            if (paper.id, paper.version) not in self._read
        }
        for start in range(0, len(texts), _AT_ONCE):
            new = list(islice(texts, start, start + _AT_ONCE))
            bags = read_each([texts[paper] for paper in new])
            read = zip(bags, self.space.place(bags), strict=True)
            self._read.update(zip(new, read, strict=True))
        known = [self._read[paper.id, paper.version] for paper in papers]
        while len(self._read) > _KEPT:
            del self._read[next(iter(self._read))]
        rows = np.array([place for _, place in known], dtype=np.float32)
        return [bag for bag, _ in known], rows.reshape(len(known), -1)


@dataclass(frozen=True, slots=True, eq=False)
class Field:
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
    def of(cls, bags: Sequence[Bag], places: Vectors) -> Field:
        """Take the statistics of these papers and see each of them in that light."""
        ids, column = np.unique(
            np.concatenate([np.zeros(0, np.uint32), *(bag.ids for bag in bags)]),
            return_inverse=True,
        )
        weights = np.concatenate([np.zeros(0, np.float32), *(bag.weights for bag in bags)])
        ends = np.cumsum([0, *(len(bag.ids) for bag in bags)])
        found = np.bincount(column, minlength=len(ids))
        # Smoothed, so that it stays above 0 even for a single paper.
        rarity = np.log(1 + (len(bags) - found + 0.5) / (found + 0.5))
        words = sparse.csr_matrix((weights * rarity[column], column, ends), (len(bags), len(ids)))
        middle = places.mean(axis=0) if len(bags) else np.zeros(places.shape[1], np.float32)
        return cls(ids, rarity, _unit_rows(words), _seen_from(middle, places), middle)

    def see_words(self, bags: Sequence[Bag]) -> sparse.csr_matrix:
        """Give other texts' words as unit rows in this light, less those new to the field."""
        columns, values, ends = [], [], [0]
        for bag in bags:
            at = np.minimum(np.searchsorted(self.ids, bag.ids), max(len(self.ids) - 1, 0))
            known = self.ids[at] == bag.ids if len(self.ids) else np.zeros(len(bag.ids), bool)
            columns.append(at[known])
            values.append(bag.weights[known] * self.rarity[at[known]])
            ends.append(ends[-1] + int(known.sum()))
        shape = (len(bags), len(self.ids))
        flat = np.concatenate([np.zeros(0), *values]), np.concatenate([np.zeros(0, int), *columns])
        return _unit_rows(sparse.csr_matrix((*flat, ends), shape))

    def see_places(self, places: Vectors) -> Vectors:
        """Give other texts' places as unit rows seen from this middle."""
        return _seen_from(self.middle, places)


def _seen_from(middle: Vectors, places: Vectors) -> Vectors:
    """Nowhere stays nowhere: a text without a known word is like no other."""
    somewhere = np.any(places != 0, axis=1, keepdims=True)
    return unit(np.where(somewhere, places - middle, 0).astype(np.float32))


def _unit_rows(matrix: sparse.csr_matrix) -> sparse.csr_matrix:
    length = np.sqrt(np.asarray(matrix.multiply(matrix).sum(axis=1)).ravel())
    scaled: sparse.csr_matrix = sparse.diags(1 / np.where(length > 0, length, 1)) @ matrix
    return scaled.tocsr()
