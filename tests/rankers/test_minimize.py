from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import optimize

from paperlark.rankers.logistic import minimize, probability
from paperlark.rankers.sparse import Numbers


class _Logistic:
    """A logistic regression with a prior of precision 1."""

    def __init__(self, seed: int) -> None:
        random = np.random.default_rng(seed)
        self.rows = random.normal(size=(60, 12)) * np.geomspace(0.3, 3, 12)
        self.wanted = random.random(60) < probability(self.rows @ random.normal(size=12))
        self.start = random.normal(size=12)

    def value(self, point: Numbers) -> float:
        odds = self.rows @ point
        return float((np.logaddexp(0, odds) - self.wanted * odds).sum() + point @ point / 2)

    def gradient(self, point: Numbers) -> Numbers:
        result: Numbers = self.rows.T @ (probability(self.rows @ point) - self.wanted) + point
        return result

    def inner(self, left: Numbers, right: Numbers) -> float:
        return float(left @ right)


class _Bowl:
    """A quadratic function around its minimum, seen through an inner product of its own."""

    def __init__(self, minimum: Numbers, curvature: Numbers, metric: Numbers) -> None:
        self.minimum, self.curvature, self.metric = minimum, curvature, metric

    def value(self, point: Numbers) -> float:
        return float(self.curvature @ (point - self.minimum) ** 2 / 2)

    def gradient(self, point: Numbers) -> Numbers:
        result: Numbers = self.curvature * (point - self.minimum) / self.metric
        return result

    def inner(self, left: Numbers, right: Numbers) -> float:
        return float(self.metric @ (left * right))


@pytest.mark.parametrize("seed", range(5))
def test_the_minimum_is_that_of_another_optimizer(seed: int) -> None:
    loss = _Logistic(seed)
    found = minimize(loss, loss.start)
    other = optimize.minimize(loss.value, loss.start, jac=loss.gradient, method="BFGS").x
    assert found == pytest.approx(other, abs=0.05)
    assert loss.value(found) == pytest.approx(loss.value(other), abs=1e-3)


_numbers = st.lists(st.floats(-5, 5), min_size=4, max_size=4).map(np.array)
_positive = st.lists(st.floats(0.2, 5), min_size=4, max_size=4).map(np.array)


@given(minimum=_numbers, start=_numbers, curvature=_positive, metric=_positive)
def test_the_bottom_of_any_bowl_is_found_by_any_inner_product(
    minimum: Numbers, start: Numbers, curvature: Numbers, metric: Numbers
) -> None:
    found = minimize(_Bowl(minimum, curvature, metric), start)
    assert found == pytest.approx(minimum, abs=1e-2)


@given(start=_numbers)
def test_the_value_never_rises(start: Numbers) -> None:
    loss = _Logistic(0)
    begin = np.resize(start, 12)
    assert loss.value(minimize(loss, begin)) <= loss.value(begin)
