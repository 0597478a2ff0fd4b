from __future__ import annotations

import numpy as np
import pytest

from paperlark.rankers.logistic import probability
from paperlark.rankers.reader_model import DEFAULT_CALIBRATION, calibrate


def test_calibration_recovers_the_true_log_odds() -> None:
    random = np.random.default_rng(1)
    logistic, knn = random.normal(-1, 2, 4000), random.normal(-2, 1, 4000)
    true = 0.2 + 0.6 * logistic + 0.5 * knn
    wanted = random.random(4000) < probability(true)
    found = calibrate(logistic, knn, wanted)
    assert found.log_odds(logistic, knn) == pytest.approx(true, abs=0.6)


def test_calibration_from_a_handful_is_the_default() -> None:
    wanted = np.array([True] * 9 + [False])
    assert calibrate(np.zeros(10), np.zeros(10), wanted) == DEFAULT_CALIBRATION


def test_a_model_that_was_wrong_is_not_inverted() -> None:
    random = np.random.default_rng(2)
    logistic = random.normal(0, 2, 2000)
    wanted = random.random(2000) < probability(-2 * logistic)
    found = calibrate(logistic, logistic, wanted)
    assert found.logistic > 0
    assert found.knn >= 0


@pytest.mark.parametrize("seed", range(6))
def test_calibration_on_days_unlike_the_prior_stays_finite(seed: int) -> None:
    random = np.random.default_rng(seed)
    logistic, knn = random.normal(-3, 4, 3000), random.normal(-3, 2, 3000)
    wanted = random.random(3000) < (0.3 if seed % 2 else probability(-logistic))
    found = calibrate(logistic, knn, wanted)
    assert abs(found.bias) < 5
    assert 0 < found.logistic < 1.5
    assert 0 <= found.knn < 1.5
    chances = probability(found.log_odds(logistic, knn))
    assert float(chances.mean()) == pytest.approx(float(wanted.mean()), abs=0.15)
