from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse

from paperlark.rankers.knn import knn_log_odds
from paperlark.rankers.logistic import FeatureBlock, TrainingSet, fit_logistic, probability
from paperlark.rankers.reader_model import DEFAULT_CALIBRATION, calibrate

ROWS = np.array([0, 1, 2, 3])
PRIOR = np.array([1.5])


def _lessons(targets: list[float], counts: float = 1.0) -> TrainingSet:
    return TrainingSet(
        np.arange(len(targets)),
        np.array(targets),
        np.full(len(targets), counts, dtype=float),
        fair=True,
    )


def _blocks() -> list[FeatureBlock]:
    words = sparse.csr_matrix(np.array([[1.0, 0], [1, 0], [0, 1], [0, 1]]))
    criteria = np.array([[1.0], [-1], [1], [-1]])
    return [FeatureBlock(words, 2.0), FeatureBlock(criteria, 1.0, PRIOR)]


def test_without_lessons_it_is_the_criteria() -> None:
    odds = fit_logistic(_blocks(), _lessons([]), 0.1).score(_blocks(), ROWS)
    assert odds == pytest.approx(np.log(1 / 9) + PRIOR[0] * np.array([1, -1, 1, -1]))


def test_lessons_move_it_as_far_as_they_must() -> None:
    few = fit_logistic(_blocks(), _lessons([1, 1, 0, 0]), 0.1).score(_blocks(), ROWS)
    many = fit_logistic(_blocks(), _lessons([1, 1, 0, 0], counts=50), 0.1).score(_blocks(), ROWS)
    # Row 1 speaks against the criteria: a few lessons doubt it, many overrule them.
    assert few[0] > few[1] > few[3]
    assert many[1] > many[2]


def test_it_finds_the_very_weights_that_the_derivative_says() -> None:
    blocks, examples = _blocks(), _lessons([1, 0.3, 0.6, 0])
    weights = fit_logistic(blocks, examples, 0.1)
    error = probability(weights.score(blocks, ROWS)) - examples.targets
    for block, found in zip(blocks, weights.blocks, strict=True):
        prior = np.zeros(block.rows.shape[1]) if block.prior is None else block.prior
        slope = block.rows.T @ error + (found - prior) / block.freedom**2
        assert slope == pytest.approx(np.zeros(len(found)), abs=1e-3)


def test_neighbours_pass_on_what_became_of_them() -> None:
    known = np.array([[1.0, 0], [0, 1]], dtype=np.float32)
    around = knn_log_odds(known, known, np.array([1.0, 0.0]), np.ones(2), 0.1)
    assert around.odds[0] > 3
    assert around.odds[1] < -3
    assert around.nearest.tolist() == [0, -1]


def test_nobody_around_is_no_opinion() -> None:
    nowhere = np.zeros((2, 2), dtype=np.float32)
    around = knn_log_odds(nowhere, nowhere, np.array([1.0, 0.0]), np.ones(2), 0.1)
    assert around.odds == pytest.approx([np.log(1 / 9)] * 2)
    assert around.nearest.tolist() == [-1, -1]


def test_calibration_believes_what_was_seen() -> None:
    random = np.random.default_rng(1)
    learner, neighbours = random.normal(-1, 2, 4000), random.normal(-2, 1, 4000)
    true = 0.2 + 0.6 * learner + 0.5 * neighbours
    wanted = random.random(4000) < probability(true)
    found = calibrate(learner, neighbours, wanted)
    assert found.odds(learner, neighbours) == pytest.approx(true, abs=0.6)


def test_calibration_from_a_handful_is_the_usual_one() -> None:
    wanted = np.array([True] * 9 + [False])
    assert calibrate(np.zeros(10), np.zeros(10), wanted) == DEFAULT_CALIBRATION


def test_an_opinion_that_was_wrong_is_not_turned_round() -> None:
    random = np.random.default_rng(2)
    learner = random.normal(0, 2, 2000)
    wanted = random.random(2000) < probability(-2 * learner)
    found = calibrate(learner, learner, wanted)
    assert found.learner > 0
    assert found.neighbours >= 0


@pytest.mark.parametrize("seed", range(6))
def test_calibration_on_days_against_all_before_stays_finite(seed: int) -> None:
    random = np.random.default_rng(seed)
    learner, neighbours = random.normal(-3, 4, 3000), random.normal(-3, 2, 3000)
    wanted = random.random(3000) < (0.3 if seed % 2 else probability(-learner))
    found = calibrate(learner, neighbours, wanted)
    assert abs(found.bias) < 5
    assert 0 < found.learner < 1.5
    assert 0 <= found.neighbours < 1.5
    chances = probability(found.odds(learner, neighbours))
    assert float(chances.mean()) == pytest.approx(float(wanted.mean()), abs=0.15)
