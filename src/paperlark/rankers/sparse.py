"""Sparse matrices in compressed rows (CSR), with the few products that the ranker needs.

NumPy alone: SciPy takes 0.2 s of every start and 140 MB of every installation. A row is summed by
itself, so its sum depends on nothing but the row.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

_PIECE = 2**17
"""Entries multiplied at a time: larger pieces leave the processor's cache, smaller are no faster.
"""

Numbers = NDArray[np.float64]
Indices = NDArray[np.signedinteger[Any]]


@dataclass(frozen=True, slots=True, eq=False)
class CsrMatrix:
    """A sparse matrix; what is not stored is 0.

    data: (entries,) float32 or float64, row by row
    indices: (entries,) int32 or, where time counts more than memory, int64, the column of each
    indptr: (rows + 1,) int64, where the entries of each row begin, and where the last ones end
    width: the number of columns
    by_column: (entries,) int32, the places of the entries column by column, where it is known
    """

    data: NDArray[Any]
    indices: Indices
    indptr: NDArray[np.int64]
    width: int
    by_column: NDArray[np.int32] | None = None

    @property
    def shape(self) -> tuple[int, int]:
        """The numbers of rows and of columns."""
        return len(self.indptr) - 1, self.width

    @property
    def lengths(self) -> NDArray[np.int64]:
        """The number of entries of each row."""
        return np.diff(self.indptr)

    def row_numbers(self) -> NDArray[np.int64]:
        """Return the row of each entry."""
        return np.repeat(np.arange(self.shape[0]), self.lengths)

    def in_columns(self) -> NDArray[np.int64]:
        """Return the number of entries of each column."""
        return np.bincount(self.indices, minlength=self.width)

    def with_data(self, data: NDArray[Any]) -> CsrMatrix:
        """Return the matrix with other values in the same places."""
        return replace(self, data=data)

    def between(self, first: int, last: int) -> CsrMatrix:
        """Return the rows from the first to before the last; nothing is copied."""
        start, end = self.indptr[[first, last]].tolist()
        indptr = self.indptr[first : last + 1] - start
        return CsrMatrix(self.data[start:end], self.indices[start:end], indptr, self.width)

    def each_row(self) -> Iterator[CsrMatrix]:
        """Yield each row as a matrix; nothing is copied."""
        return (self.between(at, at + 1) for at in range(self.shape[0]))

    def rows(self, at: NDArray[np.int64]) -> CsrMatrix:
        """Return these rows, in this order."""
        lengths = self.lengths[at]
        entries = _ranges(self.indptr[at], lengths)
        return CsrMatrix(self.data[entries], self.indices[entries], ends(lengths), self.width)

    def columns(self, at: NDArray[np.int64]) -> CsrMatrix:
        """Return these columns, in this order, each given once."""
        place = np.full(self.width, -1)
        place[at] = np.arange(len(at))
        return self.moved(place, len(at))

    def moved(self, place: Indices, width: int) -> CsrMatrix:
        """Move each column to its place in a matrix of another width; below 0 it is left out."""
        indices = place[self.indices]
        kept = indices >= 0
        return CsrMatrix(self.data[kept], indices[kept], ends(kept)[self.indptr], width)

    def transposed(self) -> CsrMatrix:
        """Return the transpose; entries of one of its rows are in the order of this one's rows."""
        order = stable_order(self.indices) if self.by_column is None else self.by_column
        rows = self.row_numbers().astype(np.int32)[order]
        return CsrMatrix(self.data[order], rows, ends(self.in_columns()), self.shape[0])

    def times(self, vector: Numbers) -> Numbers:
        """Return the product with a vector, a number for each column: (rows,)."""
        result = np.zeros(self.shape[0])
        # `np.add.reduceat` returns an entry, not 0, where nothing is to be added.
        filled = np.flatnonzero(self.lengths)
        for some, entries in _pieces(self.indptr[[*filled, -1]]):
            # No index is out of bounds, and only this mode neither checks nor copies.
            values = vector.take(self.indices[entries], mode="clip")
            values *= self.data[entries]
            begins = self.indptr[filled[some]] - entries.start
            result[filled[some]] = np.add.reduceat(values, begins)
        return result

    def transposed_times(self, vector: Numbers) -> Numbers:
        """Return the product of the transpose with a vector, a number for each row: (columns,)."""
        result, lengths = np.zeros(self.width), self.lengths
        for rows, entries in _pieces(self.indptr):
            values = np.repeat(vector[rows], lengths[rows])
            values *= self.data[entries]
            result += np.bincount(self.indices[entries], values, self.width)
        return result

    def times_dense(self, matrix: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the product with a dense matrix, (columns, k): (rows, k)."""
        result = np.empty((self.shape[0], matrix.shape[1]), dtype=np.float32)
        for own, (start, end) in zip(result, pairwise(self.indptr.tolist()), strict=True):
            own[:] = self.data[start:end] @ matrix[self.indices[start:end]]
        return result

    def times_sparse(self, other: CsrMatrix) -> Numbers:
        """Return the product with another sparse matrix as a dense one.

        Of the other only those rows are read for whose columns this one has entries.
        """
        result = np.empty((self.shape[0], other.width))
        for own, (start, end) in zip(result, pairwise(self.indptr.tolist()), strict=True):
            columns = self.indices[start:end]
            begins = other.indptr[columns]
            counts = other.indptr[columns + 1] - begins
            entries = _ranges(begins, counts)
            values = np.repeat(self.data[start:end], counts) * other.data[entries]
            own[:] = np.bincount(other.indices[entries], values, minlength=other.width)
        return result


def stable_order(numbers: NDArray[Any]) -> NDArray[np.int32]:
    """Return the order in which whole numbers from 0 to 2**32 ascend; equals keep theirs.

    The same as `np.argsort` with `kind="stable"`, in half of its time: that is a radix sort for
    numbers of sixteen bits only, so it is asked for each half.
    """
    low = np.argsort(numbers.astype(np.uint16), kind="stable")
    high = (numbers >> 16).astype(np.uint16)
    return low[np.argsort(high[low], kind="stable")].astype(np.int32)


def ends(lengths: Sequence[int] | NDArray[Any]) -> NDArray[np.int64]:
    """Return 0, then the sum of the lengths up to each one."""
    result = np.zeros(len(lengths) + 1, dtype=np.int64)
    np.cumsum(lengths, out=result[1:])
    return result


def _ranges(starts: NDArray[np.int64], lengths: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the numbers of ranges one after the other, each from its start on."""
    end = ends(lengths)
    return np.arange(end[-1]) + np.repeat(starts - end[:-1], lengths)


def _pieces(indptr: NDArray[np.int64]) -> Iterator[tuple[slice, slice]]:
    """Yield whole rows and their entries, a piece at a time."""
    first, rows = 0, len(indptr) - 1
    while first < rows:
        start = int(indptr[first])
        last = max(int(np.searchsorted(indptr, start + _PIECE, side="right")) - 1, first + 1)
        last = min(last, rows)
        yield slice(first, last), slice(start, int(indptr[last]))
        first = last
