"""Bags of terms as the rows of a sparse matrix."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy import sparse

from paperlark.rankers.reading import Bag, TermIds


def rows_of(bags: Sequence[Bag]) -> tuple[TermIds, sparse.csr_matrix]:
    """Give the terms that occur, ascending, and each bag's weights as a row, a column per term."""
    terms, columns = np.unique(
        np.concatenate([np.zeros(0, np.uint32), *(bag.ids for bag in bags)]), return_inverse=True
    )
    weights = np.concatenate([np.zeros(0, np.float32), *(bag.weights for bag in bags)])
    ends = np.cumsum([0, *(len(bag.ids) for bag in bags)])
    return terms, sparse.csr_matrix((weights, columns, ends), (len(bags), len(terms)))


def rows_in(bags: Sequence[Bag], ids: TermIds) -> sparse.csr_matrix:
    """Give each bag's weights as a row, a column per term of `ids` (ascending), others left out."""
    terms, rows = rows_of(bags)
    kept = np.isin(terms, ids, assume_unique=True)[rows.indices]
    ends = np.concatenate([[0], np.cumsum(kept)])[rows.indptr]
    columns = np.searchsorted(ids, terms)[rows.indices[kept]]
    return sparse.csr_matrix((rows.data[kept], columns, ends), (len(bags), len(ids)))
