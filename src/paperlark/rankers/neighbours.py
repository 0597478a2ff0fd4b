"""What became of a paper's neighbours: those of the earlier papers that are most like it.

A linear learner sees one direction of interest; a reader has several. A paper beside five that
were wanted is wanted, wherever that is.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from paperlark.rankers.latent import Vectors
from paperlark.rankers.learned import Numbers, usual_odds

_SHARPNESS = 8
"""Likeness counts by this power: at half the likeness a neighbour counts 1/256."""

_DOUBT = 0.01
"""So much of a neighbour with the usual share stands beside all others."""

NEAR = 0.5
"""From this cosine on an earlier paper is near enough to be named."""


@dataclass(frozen=True, slots=True, eq=False)
class Neighbourhood:
    """Log-odds of each paper by its neighbours, and its nearest wanted one, -1 where none is.

    `nearest` counts in the order of the known papers.
    """

    odds: Numbers
    nearest: NDArray[np.int64]


def look_around(  # five columns of one table
    places: Vectors, known: Vectors, targets: Numbers, counts: Numbers, usual: float
) -> Neighbourhood:
    """Ask each paper's neighbours; `places` and `known` are unit rows, `targets` from 0 to 1."""
    if not len(known):
        nobody = np.full(len(places), -1, dtype=np.int64)
        return Neighbourhood(np.full(len(places), usual_odds(usual)), nobody)
    likeness = places @ known.T
    pull = np.maximum(likeness, 0) ** _SHARPNESS
    share = (pull @ (targets * counts) + _DOUBT * usual) / (pull @ counts + _DOUBT)
    share = np.clip(share, 1e-4, 1 - 1e-4)
    wanted = np.where(targets > 0.5, likeness, -1)  # noqa: PLR2004  # more likely than not
    nearest = wanted.argmax(axis=1)
    near = wanted[np.arange(len(places)), nearest] >= NEAR
    return Neighbourhood(np.log(share / (1 - share)), np.where(near, nearest, -1))
