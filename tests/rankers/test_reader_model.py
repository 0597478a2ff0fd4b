from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple
from datetime import date, timedelta

import numpy as np
import pytest

from paperlark.domain.criteria import parse_criteria
from paperlark.domain.feedback import Evidence, Example, LabelSource
from paperlark.rankers.embedded import EmbeddedRanker
from paperlark.rankers.logistic import probability
from paperlark.rankers.reader_model import DEFAULT_CALIBRATION, Calibration, calibrate
from paperlark.rankers.training_data import Background
from paperlark.testing import a_paper

LAST = date(2025, 2, 19)


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


def _calibration(examples: Sequence[Example]) -> Calibration:
    papers = [a_paper("2502.00001"), *(one.paper for one in examples)]
    background = Background.of(papers, 1)
    model = EmbeddedRanker()._learn(background, parse_criteria(""), Evidence(tuple(examples)))
    assert model
    return model.calibration


def _example(number: int, day: date, source: LabelSource, *, wanted: bool) -> Example:
    about = "dwarf galaxies" if wanted else "solar wind"
    paper = a_paper(f"2501.{number:05}", title=f"On {about} {number}", abstract=f"{about}.")
    scores = (9 if wanted else 2, 7) if source is LabelSource.JUDGE else (None, None)
    return Example(paper, day, wanted, source, *scores)


def test_votes_do_not_calibrate_the_model() -> None:
    """A reader chooses what to vote on: only a judge reads what comes, the unwanted too."""
    judged = [
        _example(n, LAST - timedelta(days=n % 10), LabelSource.JUDGE, wanted=n % 3 == 0)
        for n in range(120)
    ]
    votes = [_example(n, LAST, LabelSource.READER, wanted=True) for n in range(200, 230)]
    on_judged = _calibration(judged)
    assert on_judged != DEFAULT_CALIBRATION
    assert astuple(_calibration([*judged, *votes])) == pytest.approx(astuple(on_judged), abs=1e-3)
