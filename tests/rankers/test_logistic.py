from __future__ import annotations

import numpy as np
import pytest
from scipy import optimize, sparse

from paperlark.rankers.logistic import (
    FeatureBlock,
    TrainingSet,
    fit_logistic,
    minimize,
    probability,
)

ROWS = np.array([0, 1, 2, 3])
PRIOR = np.array([1.5])


def _examples(targets: list[float], weight: float = 1.0) -> TrainingSet:
    return TrainingSet(
        np.arange(len(targets)),
        np.array(targets),
        np.full(len(targets), weight, dtype=float),
        representative=True,
    )


def _blocks() -> list[FeatureBlock]:
    words = sparse.csr_matrix(np.array([[1.0, 0], [1, 0], [0, 1], [0, 1]]))
    criteria = np.array([[1.0], [-1], [1], [-1]])
    return [FeatureBlock(words, 2.0), FeatureBlock(criteria, 1.0, PRIOR)]


def test_without_examples_the_model_is_the_criteria() -> None:
    odds = fit_logistic(_blocks(), _examples([]), 0.1).log_odds(_blocks(), ROWS)
    assert odds == pytest.approx(np.log(1 / 9) + PRIOR[0] * np.array([1, -1, 1, -1]))


def test_examples_move_the_weights_as_far_as_they_must() -> None:
    few = fit_logistic(_blocks(), _examples([1, 1, 0, 0]), 0.1).log_odds(_blocks(), ROWS)
    many = fit_logistic(_blocks(), _examples([1, 1, 0, 0], weight=50), 0.1).log_odds(
        _blocks(), ROWS
    )
    # Row 1 contradicts the criteria: a few examples weaken them, many overrule them.
    assert few[0] > few[1] > few[3]
    assert many[1] > many[2]


def test_the_gradient_is_zero_at_the_fitted_weights() -> None:
    blocks, examples = _blocks(), _examples([1, 0.3, 0.6, 0])
    weights = fit_logistic(blocks, examples, 0.1)
    error = probability(weights.log_odds(blocks, ROWS)) - examples.targets
    for block, found in zip(blocks, weights.blocks, strict=True):
        prior = np.zeros(block.rows.shape[1]) if block.prior_mean is None else block.prior_mean
        gradient = block.rows.T @ error + (found - prior) / block.prior_deviation**2
        assert gradient == pytest.approx(np.zeros(len(found)), abs=1e-3)


@pytest.mark.parametrize("seed", range(5))
def test_the_minimum_is_that_of_another_optimizer(seed: int) -> None:
    random = np.random.default_rng(seed)
    rows = random.normal(size=(60, 12)) * np.geomspace(0.3, 3, 12)
    wanted = random.random(60) < probability(rows @ random.normal(size=12))

    def loss(weights: np.ndarray) -> tuple[float, np.ndarray]:
        odds = rows @ weights
        value = float((np.logaddexp(0, odds) - wanted * odds).sum() + weights @ weights / 2)
        return value, rows.T @ (probability(odds) - wanted) + weights

    start = random.normal(size=12)
    found = minimize(loss, start)
    other = optimize.minimize(loss, start, jac=True, method="BFGS").x
    assert found == pytest.approx(other, abs=0.05)
    assert loss(found)[0] == pytest.approx(loss(other)[0], abs=1e-3)
