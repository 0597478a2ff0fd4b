"""MAP logistic regression with a Gaussian prior whose mean is given by the written criteria.

The weights start at the prior mean and move only as far as the examples force them to: without
examples the model is the criteria, and each example can only add to that.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
Matrix: TypeAlias = Any
"""A dense or a sparse matrix: both take the same operators, and scipy ships no types."""

_MAX_ITERATIONS, _HISTORY = 40, 20
"""Of L-BFGS; with 25 it ranks .003 worse after 60 judged days."""

_SUFFICIENT, _SHORTEST, _TOLERANCE = 1e-4, 1e-6, 1e-9
"""Of its line search: the least share of the promised gain, the shortest step; and the relative
gain at which it ends."""

_MANY_EXAMPLES = 50
"""From this many examples on, a word that occurs in only one is left out, to save time."""

_LOOSE_BIAS, _TIGHT_BIAS = 0.1, 1e3
"""Precision of the bias's prior: a biased sample of examples cannot teach the base rate."""


@dataclass(frozen=True, slots=True, eq=False)
class FeatureBlock:
    """A group of features with one prior.

    rows: (papers, features), dense or sparse
    prior_deviation: standard deviation of the Gaussian prior of each weight
    prior_mean: (features,) float64, None for zeros
    """

    rows: Matrix
    prior_deviation: float
    prior_mean: Numbers | None = None


@dataclass(frozen=True, slots=True, eq=False)
class TrainingSet:
    """Labelled papers.

    rows: (examples,) row numbers of the papers
    targets: (examples,) soft labels in [0, 1]
    weights: (examples,) sample weights, 0 or more
    representative: whether wanted papers are as common here as among all papers
    """

    rows: NDArray[np.int64]
    targets: Numbers
    weights: Numbers
    representative: bool


@dataclass(frozen=True, slots=True, eq=False)
class LogisticModel:
    """Fitted weights, an array per feature block, and the bias; all in log-odds."""

    blocks: tuple[Numbers, ...]
    bias: float

    def log_odds(self, blocks: Sequence[FeatureBlock], rows: NDArray[np.int64]) -> Numbers:
        """Return the log-odds of these rows: (rows,) float64."""
        result = np.full(len(rows), self.bias)
        for block, weights in zip(blocks, self.blocks, strict=True):
            result += np.asarray(block.rows[rows] @ weights).ravel()
        return result


def fit_logistic(
    blocks: Sequence[FeatureBlock], examples: TrainingSet, base_rate: float
) -> LogisticModel:
    """Return the maximum a posteriori weights; the bias's prior mean is that of `base_rate`."""
    bias = prior_log_odds(base_rate)
    if not len(examples.rows):
        return LogisticModel(tuple(_prior_mean(block) for block in blocks), bias)
    rows = [block.rows[examples.rows] for block in blocks]
    kept = [_informative_columns(one) for one in rows]
    # Scaled so that every weight has a prior of standard deviation 1.
    rows = [
        one[:, columns] * block.prior_deviation
        for one, columns, block in zip(rows, kept, blocks, strict=True)
    ]
    start = [
        _prior_mean(block)[columns] / block.prior_deviation
        for block, columns in zip(blocks, kept, strict=True)
    ]
    fitted, bias = _minimize(rows, examples, start, bias)
    weights = [_prior_mean(block) for block in blocks]
    for block, columns, values, own in zip(blocks, kept, fitted, weights, strict=True):
        own[columns] = values * block.prior_deviation
    return LogisticModel(tuple(weights), bias)


def _prior_mean(block: FeatureBlock) -> Numbers:
    return np.zeros(block.rows.shape[1]) if block.prior_mean is None else block.prior_mean.copy()


def _informative_columns(rows: Matrix) -> NDArray[np.int64] | slice:
    """Return the columns to fit: of a sparse matrix those that occur often enough, else all."""
    if not _is_sparse(rows):
        return slice(None)
    found = np.bincount(rows.indices, minlength=rows.shape[1])
    return np.flatnonzero(found > (1 if rows.shape[0] > _MANY_EXAMPLES else 0))


def _is_sparse(rows: Matrix) -> bool:
    # Without loading scipy, for which a search by meaning would wait.
    return not isinstance(rows, np.ndarray)


def _minimize(
    rows: list[Matrix], examples: TrainingSet, start: list[Numbers], bias: float
) -> tuple[list[Numbers], float]:
    """Minimize the weighted cross-entropy plus the prior by L-BFGS, from the prior mean."""
    ends = np.cumsum([one.shape[1] for one in rows])
    # Converted once, and not in every iteration.
    rows = [one.astype(np.float64, copy=False) for one in rows]
    transposed = [one.T.tocsr() if _is_sparse(one) else one.T for one in rows]
    origin = np.concatenate([*start, [bias]])
    bias_precision = _LOOSE_BIAS if examples.representative else _TIGHT_BIAS
    precision = np.concatenate([np.ones(len(origin) - 1), [bias_precision]])

    def loss(values: Numbers) -> tuple[float, Numbers]:
        parts = np.split(values[:-1], ends[:-1])
        odds = values[-1] + sum(one @ part for one, part in zip(rows, parts, strict=True))
        away = values - origin
        cost = examples.weights @ (np.logaddexp(0, odds) - examples.targets * odds)
        error = examples.weights * (probability(odds) - examples.targets)
        gradient = np.concatenate([*(one @ error for one in transposed), [error.sum()]])
        return float(cost + 0.5 * precision @ away**2), gradient + precision * away

    found = minimize(loss, origin)
    return np.split(found[:-1], ends[:-1]), float(found[-1])


def minimize(loss: Callable[[Numbers], tuple[float, Numbers]], start: Numbers) -> Numbers:
    """Minimize a convex function by L-BFGS with backtracking (Nocedal & Wright, algorithm 7.5).

    loss: returns the value and the gradient at a point; start: where to begin
    """
    point = start
    value, gradient = loss(point)
    steps: deque[tuple[Numbers, Numbers, float]] = deque(maxlen=_HISTORY)
    for _ in range(_MAX_ITERATIONS):
        direction = _descent(gradient, steps)
        slope = float(gradient @ direction)
        length = 1.0
        while True:
            moved = point + length * direction
            reached, there = loss(moved)
            if reached <= value + _SUFFICIENT * length * slope or length < _SHORTEST:
                break
            length /= 2
        change, bend = moved - point, there - gradient
        curvature = float(change @ bend)
        if curvature > 0:
            steps.append((change, bend, 1 / curvature))
        gained, point, value, gradient = value - reached, moved, reached, there
        if gained <= _TOLERANCE * max(1.0, abs(value)):
            break
    return point


def _descent(gradient: Numbers, steps: Sequence[tuple[Numbers, Numbers, float]]) -> Numbers:
    """Return the quasi-Newton direction by the two-loop recursion over the latest steps."""
    if not steps:
        return -gradient / max(1.0, float(np.linalg.norm(gradient)))
    direction = -gradient
    shares = []
    for change, bend, inverse in reversed(steps):
        share = inverse * float(change @ direction)
        direction -= share * bend
        shares.append(share)
    change, bend, inverse = steps[-1]
    direction /= inverse * float(bend @ bend)
    for (change, bend, inverse), share in zip(steps, reversed(shares), strict=True):
        direction += (share - inverse * float(bend @ direction)) * change
    return direction


def probability(log_odds: Numbers) -> Numbers:
    """Turn natural log-odds into probabilities (the logistic function)."""
    result: Numbers = 1 / (1 + np.exp(-np.clip(log_odds, -40, 40)))
    return result


def prior_log_odds(share: float) -> float:
    """Turn a share in (0, 1) into natural log-odds (the logit)."""
    return float(np.log(share / (1 - share)))
