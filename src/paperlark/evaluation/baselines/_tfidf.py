"""TF-IDF as arxiv-sanity-lite has it: fitted on all papers it knows, the day's included."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse

from paperlark.evaluation.baselines._words import Bag, Matrix, Words

FEATURES = 20_000
LEAST = 5
MOST = 0.1
"""Terms in fewer papers than LEAST, or in a larger share of them than MOST, are left out."""

WHOLE = 1000
"""From so many papers on both hold; among fewer, less is asked of a term, and more allowed."""


@dataclass(frozen=True, slots=True, eq=False)
class TfIdf:
    """Which terms count, and how much: `column` has a feature's place for each term, or -1."""

    column: npt.NDArray[np.int32]
    rarity: npt.NDArray[np.float64]

    def vectors(self, counts: Matrix) -> Matrix:
        """Weigh counts of shape (papers, terms): shape (papers, features), rows of length 1."""
        rows = np.repeat(np.arange(counts.shape[0]), np.diff(counts.indptr))
        # A text may have terms that came up after the fit.
        known = counts.indices < len(self.column)
        rows, terms, data = rows[known], counts.indices[known], counts.data[known]
        columns = self.column[terms]
        kept = columns >= 0
        rows, columns = rows[kept], columns[kept]
        weights = (1 + np.log(data[kept].astype(np.float64))) * self.rarity[columns]
        length = np.sqrt(np.bincount(rows, weights**2, minlength=counts.shape[0]))
        return sparse.csr_array(
            (weights / length[rows], (rows, columns)), shape=(counts.shape[0], len(self.rarity))
        )


def fit(counts: Matrix) -> TfIdf:
    """Choose the most frequent of the terms that are neither too rare nor too common."""
    papers, terms = counts.shape
    containing = np.bincount(counts.indices, minlength=terms)
    frequency = np.bincount(counts.indices, counts.data, minlength=terms)
    least = max(1, round(LEAST * min(1.0, papers / WHOLE)))
    fit_for_use = (containing >= least) & (containing <= max(MOST * papers, LEAST))
    chosen = np.flatnonzero(fit_for_use)
    if len(chosen) > FEATURES:
        # Of equally frequent terms all are left out, or a term's number would matter, which
        # depends on what was ranked before.
        limit = np.sort(frequency[chosen])[-FEATURES - 1]
        chosen = chosen[frequency[chosen] > limit]
    column = np.full(terms, -1, dtype=np.int32)
    column[chosen] = np.arange(len(chosen))
    return TfIdf(column, np.log((1 + papers) / (1 + containing[chosen])) + 1)


def tfidf(words: Words, known: Sequence[Bag]) -> tuple[TfIdf, Matrix]:
    """Fit on these texts; gives the fit and their vectors."""
    counts = words.matrix(known)
    fitted = fit(counts)
    return fitted, fitted.vectors(counts)
