"""What the lessons teach: a logistic regression that begins at the written criteria.

Its weights start where the criteria put them and move only as far as the lessons force them to
(the most probable weights under a normal prior): with no lesson it is the criteria, and each
lesson more can only add to that.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

Numbers = NDArray[np.float64]
Matrix: TypeAlias = Any
"""A dense or a sparse one: they take the same operators, and scipy ships no types."""

_STEPS, _REMEMBERED = 25, 20
"""Of L-BFGS, and how many of them it looks back on; twice as many steps rank no better."""

_MANY = 50
"""Lessons from which on a word of a single one is left out, to save time."""

_LOOSE, _TIGHT = 0.1, 1e3
"""How the bias is held: lessons that are not fair cannot tell how common wanted papers are."""


@dataclass(frozen=True, slots=True, eq=False)
class FeatureBlock:
    """One kind of evidence on all papers, a row each, and what its columns count beforehand.

    `freedom` is how far weights may move: the deviation of their normal prior.
    """

    rows: Matrix
    freedom: float
    prior: Numbers | None = None


@dataclass(frozen=True, slots=True, eq=False)
class TrainingSet:
    """What is known of some papers: row numbers, targets from 0 to 1, and what each counts.

    `fair` says whether wanted papers are as common among them as they are.
    """

    rows: NDArray[np.int64]
    targets: Numbers
    counts: Numbers
    fair: bool


@dataclass(frozen=True, slots=True, eq=False)
class Weights:
    """What was learnt: weights per block and the log-odds of a paper with nothing special."""

    blocks: tuple[Numbers, ...]
    bias: float

    def score(self, blocks: Sequence[FeatureBlock], rows: NDArray[np.int64]) -> Numbers:
        """Give the log-odds of these rows."""
        odds = np.full(len(rows), self.bias)
        for block, weights in zip(blocks, self.blocks, strict=True):
            odds += np.asarray(block.rows[rows] @ weights).ravel()
        return odds


def fit_logistic(blocks: Sequence[FeatureBlock], examples: TrainingSet, usual: float) -> Weights:
    """Give the most probable weights; `usual` is the share that a reader usually wants."""
    bias = prior_log_odds(usual)
    if not len(examples.rows):
        return Weights(tuple(_prior(block) for block in blocks), bias)
    # Scaled so that every weight has the same prior, of deviation 1.
    known = [block.rows[examples.rows] * block.freedom for block in blocks]
    kept = [_told_apart(rows) for rows in known]
    known = [rows[:, columns] for rows, columns in zip(known, kept, strict=True)]
    start = [
        _prior(block)[columns] / block.freedom for block, columns in zip(blocks, kept, strict=True)
    ]
    moved, bias = _fit(known, examples, start, bias)
    weights = [_prior(block) for block in blocks]
    for block, columns, values, mine in zip(blocks, kept, moved, weights, strict=True):
        mine[columns] = values * block.freedom
    return Weights(tuple(weights), bias)


def _prior(block: FeatureBlock) -> Numbers:
    return np.zeros(block.rows.shape[1]) if block.prior is None else block.prior.copy()


def _told_apart(rows: Matrix) -> NDArray[np.int64]:
    """Give the columns that can teach: of many papers' words those that come back, else all."""
    if not sparse.issparse(rows):
        return np.arange(rows.shape[1])
    found = np.bincount(rows.indices, minlength=rows.shape[1])
    return np.flatnonzero(found > (1 if rows.shape[0] > _MANY else 0))


def _fit(
    known: list[Matrix], examples: TrainingSet, start: list[Numbers], bias: float
) -> tuple[list[Numbers], float]:
    from scipy.optimize import minimize  # noqa: PLC0415  # 0.3 s that a first day does not need

    ends = np.cumsum([rows.shape[1] for rows in known])
    # Once, and not at every step: they are multiplied with numbers of double precision.
    known = [rows.astype(np.float64) for rows in known]
    turned = [rows.T.tocsr() if sparse.issparse(rows) else rows.T for rows in known]
    origin = np.concatenate([*start, [bias]])
    stiffness = np.concatenate([np.ones(len(origin) - 1), [_LOOSE if examples.fair else _TIGHT]])

    def loss(values: Numbers) -> tuple[float, Numbers]:
        parts = np.split(values[:-1], ends[:-1])
        odds = values[-1] + sum(rows @ part for rows, part in zip(known, parts, strict=True))
        away = values - origin
        cost = examples.counts @ (np.logaddexp(0, odds) - examples.targets * odds)
        error = examples.counts * (probability(odds) - examples.targets)
        slope = np.concatenate([*(rows @ error for rows in turned), [error.sum()]])
        return float(cost + 0.5 * stiffness @ away**2), slope + stiffness * away

    limits = {"maxiter": _STEPS, "maxcor": _REMEMBERED}
    found = minimize(loss, origin, jac=True, method="L-BFGS-B", options=limits).x
    return np.split(found[:-1], ends[:-1]), float(found[-1])


def probability(odds: Numbers) -> Numbers:
    """Turn log-odds into a probability."""
    result: Numbers = 1 / (1 + np.exp(-np.clip(odds, -40, 40)))
    return result


def prior_log_odds(share: float) -> float:
    """Turn a share of papers into log-odds."""
    return float(np.log(share / (1 - share)))
