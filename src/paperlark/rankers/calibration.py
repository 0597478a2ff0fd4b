"""Calibration: combine the log-odds of two models into probabilities, by Platt scaling."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from paperlark.rankers.logistic import Numbers, probability

_ENOUGH_WANTED = 10
"""Wanted papers among the held-out ones that a calibration needs."""

_LEAST_LOGISTIC = 0.1
"""The least weight of the logistic regression: it starts from the criteria."""

_MAX_STEPS, _TOLERANCE = 50, 1e-6
"""Of Newton's method."""

_PRIOR_DEVIATIONS = np.array([0.7, 0.15, 0.15])
"""Of bias, logistic regression and k-NN in the calibration, over readers."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """Log-odds of being wanted = bias + logistic x log-odds + knn x log-odds (Platt scaling).

    `fitted` is whether it was fitted to this reader's own labels, and not taken from others'.
    """

    bias: float
    logistic: float
    knn: float
    fitted: bool = False

    def log_odds(self, logistic: Numbers, knn: Numbers) -> Numbers:
        """Combine both models' log-odds: (papers,) float64."""
        return self.bias + self.logistic * logistic + self.knn * knn


DEFAULT_CALIBRATION = Calibration(bias=0.4, logistic=0.8, knn=0.4)
"""Fitted to two readers' first months."""


def calibrate(logistic: Numbers, knn: Numbers, wanted: NDArray[np.bool_]) -> Calibration:
    """Fit a calibration to held-out papers: Platt scaling of two scores, with a Gaussian prior.

    logistic, knn: (papers,) natural log-odds by models that never saw these papers' labels
    wanted: (papers,) their labels
    """
    default = DEFAULT_CALIBRATION
    prior = np.array([default.bias, default.logistic, default.knn])
    if wanted.sum() < _ENOUGH_WANTED:
        return default
    columns = np.column_stack([np.ones(len(logistic)), logistic, knn])
    bias, own, near = (float(value) for value in _fit(columns, wanted, prior))
    if own < _LEAST_LOGISTIC or near < 0:
        # A model that was worse than none is left out, never inverted.
        own, near = max(own, _LEAST_LOGISTIC), max(near, 0.0)
        offset = own * logistic + near * knn
        bias = float(_fit(np.ones((len(logistic), 1)), wanted, prior[:1], offset)[0])
    return Calibration(bias, own, near, fitted=True)


def _fit(
    columns: Numbers, wanted: NDArray[np.bool_], prior: Numbers, offset: Numbers | float = 0.0
) -> Numbers:
    """Return the MAP weights by Newton's method with step halving.

    columns: (papers, weights); prior: (weights,) means; offset: fixed log-odds added to each row
    """
    precision = np.diag(1 / _PRIOR_DEVIATIONS[: len(prior)] ** 2)

    def loss(weights: Numbers) -> float:
        odds = columns @ weights + offset
        away = weights - prior
        return float((np.logaddexp(0, odds) - wanted * odds).sum() + away @ precision @ away / 2)

    found = prior
    for _ in range(_MAX_STEPS):
        chances = probability(columns @ found + offset)
        gradient = columns.T @ (chances - wanted) + precision @ (found - prior)
        hessian = (columns.T * (chances * (1 - chances))) @ columns + precision
        step = np.linalg.solve(hessian, gradient)
        while loss(found - step) > loss(found) and np.abs(step).max() > _TOLERANCE:
            step = step / 2
        found = found - step
        if np.abs(step).max() <= _TOLERANCE:
            break
    return found
