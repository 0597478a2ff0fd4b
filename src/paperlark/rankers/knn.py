"""What became of a paper's neighbours: those of the earlier papers that are most like it.

A linear learner sees one direction of interest; a reader has several. A paper beside five that
were wanted is wanted, wherever that is.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from paperlark.rankers.embedding import Vectors
from paperlark.rankers.logistic import Numbers, prior_log_odds

_DOUBLINGS = 3
"""Likeness is squared so often, to its eighth power: at half of it a neighbour counts 1/256."""

_AT_ONCE = 64
"""Papers whose neighbours are asked at a time: all at once would take a gigabyte."""

_DOUBT = 0.01
"""So much of a neighbour with the usual share stands beside all others."""

NEAR = 0.5
"""From this cosine on an earlier paper is near enough to be named."""


@dataclass(frozen=True, slots=True, eq=False)
class KnnPrediction:
    """Log-odds of each paper by its neighbours, and its nearest wanted one, -1 where none is.

    `nearest` counts in the order of the known papers.
    """

    odds: Numbers
    nearest: NDArray[np.int64]


def knn_log_odds(  # five columns of one table
    places: Vectors, known: Vectors, targets: Numbers, counts: Numbers, usual: float
) -> KnnPrediction:
    """Ask each paper's neighbours; `places` and `known` are unit rows, `targets` from 0 to 1."""
    odds = np.full(len(places), prior_log_odds(usual))
    nearest = np.full(len(places), -1, dtype=np.int64)
    wanted = np.flatnonzero(targets > 0.5)  # noqa: PLR2004  # more likely than not
    votes = np.column_stack([targets * counts, counts])
    for start in range(0, len(places) if len(known) else 0, _AT_ONCE):
        rows = slice(start, start + _AT_ONCE)
        likeness = places[rows] @ known.T
        pull = np.maximum(likeness, 0)
        for _ in range(_DOUBLINGS):
            pull *= pull
        pro, every = (pull.astype(np.float64) @ votes).T
        share = np.clip((pro + _DOUBT * usual) / (every + _DOUBT), 1e-4, 1 - 1e-4)
        odds[rows] = np.log(share / (1 - share))
        if len(wanted):
            best = likeness[:, wanted]
            nearest[rows] = np.where(best.max(axis=1) >= NEAR, wanted[best.argmax(axis=1)], -1)
    return KnnPrediction(odds, nearest)
