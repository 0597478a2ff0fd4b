from __future__ import annotations

import numpy as np
import pytest

from paperlark.rankers.logistic import FeatureBlock, TrainingSet, fit_logistic, probability
from paperlark.rankers.sparse import CsrMatrix

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
    words = CsrMatrix(np.ones(4), np.array([0, 0, 1, 1]), np.arange(5), 2)
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
        rows = block.rows
        pull = rows.transposed_times(error) if isinstance(rows, CsrMatrix) else rows.T @ error
        gradient = pull + (found - prior) / block.prior_deviation**2
        assert gradient == pytest.approx(np.zeros(len(found)), abs=1e-3)


@pytest.mark.parametrize("representative", [True, False])
def test_a_fit_by_examples_is_the_fit_by_weights(*, representative: bool) -> None:
    """The minimizer sees a number for each example; here Newton's method sees the weights."""
    random = np.random.default_rng(1)
    rows, prior = random.normal(size=(30, 4)), np.array([1.0, -1.0, 0.5, 0.0])
    targets, weights = random.random(30), random.uniform(0.2, 3, 30)
    examples = TrainingSet(np.arange(30), targets, weights, representative=representative)
    model = fit_logistic([FeatureBlock(rows, 0.5, prior)], examples, 0.2)

    columns = np.column_stack([rows, np.ones(30)])
    mean = np.append(prior, np.log(0.2 / 0.8))
    precision = np.diag([4.0] * 4 + [0.1 if representative else 1e3])
    found = mean
    for _ in range(20):
        chance = probability(columns @ found)
        slope = columns.T @ (weights * (chance - targets)) + precision @ (found - mean)
        curvature = (columns.T * (weights * chance * (1 - chance))) @ columns + precision
        found = found - np.linalg.solve(curvature, slope)
    assert [*model.blocks[0], model.bias] == pytest.approx(found, abs=1e-3)
