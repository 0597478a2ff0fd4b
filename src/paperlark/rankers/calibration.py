"""From two opinions to one probability: what the learner and the neighbours were worth so far.

How much to believe each is found on the latest judged days, with what was known before them. A
reader without such days gets what held for others in their first months.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from paperlark.rankers.learned import Numbers, probability

_ENOUGH = 10
"""Wanted papers among the held-out ones from which on they are believed at all."""

_LEAST_OWN = 0.1
"""The learner is always believed a little: it begins at the criteria."""

_STEPS, _SMALL = 50, 1e-6

_DOUBT = np.array([0.7, 0.15, 0.15])
"""Deviations of the prior over readers of bias, learner and neighbours."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """Log-odds of being wanted = `bias` + `learner` x log-odds + `neighbours` x log-odds."""

    bias: float
    learner: float
    neighbours: float

    def odds(self, learner: Numbers, neighbours: Numbers) -> Numbers:
        """Put both opinions together."""
        return self.bias + self.learner * learner + self.neighbours * neighbours


USUAL_CALIBRATION = Calibration(bias=0.4, learner=0.8, neighbours=0.4)
"""What fitted two readers' first months."""


def calibrate(learner: Numbers, neighbours: Numbers, wanted: NDArray[np.bool_]) -> Calibration:
    """Fit to papers that were held out; a few say little against the prior."""
    usual = USUAL_CALIBRATION
    prior = np.array([usual.bias, usual.learner, usual.neighbours])
    if wanted.sum() < _ENOUGH:
        return usual
    columns = np.column_stack([np.ones(len(learner)), learner, neighbours])
    bias, own, near = (float(value) for value in _fit(columns, wanted, prior))
    if own < _LEAST_OWN or near < 0:
        # An opinion that was worse than none is left out, never turned round.
        own, near = max(own, _LEAST_OWN), max(near, 0.0)
        odds = own * learner + near * neighbours
        bias = float(_fit(np.ones((len(learner), 1)), wanted, prior[:1], odds)[0])
    return Calibration(bias, own, near)


def _fit(
    columns: Numbers, wanted: NDArray[np.bool_], prior: Numbers, given: Numbers | float = 0.0
) -> Numbers:
    """Give the most probable weights (Newton's method, each step cut until it leads down)."""
    stiffness = np.diag(1 / _DOUBT[: len(prior)] ** 2)

    def loss(weights: Numbers) -> float:
        odds = columns @ weights + given
        away = weights - prior
        return float((np.logaddexp(0, odds) - wanted * odds).sum() + away @ stiffness @ away / 2)

    found = prior
    for _ in range(_STEPS):
        seen = probability(columns @ found + given)
        slope = columns.T @ (seen - wanted) + stiffness @ (found - prior)
        bend = (columns.T * (seen * (1 - seen))) @ columns + stiffness
        step = np.linalg.solve(bend, slope)
        while loss(found - step) > loss(found) and np.abs(step).max() > _SMALL:
            step = step / 2
        found = found - step
        if np.abs(step).max() <= _SMALL:
            break
    return found
