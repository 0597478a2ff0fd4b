"""Days judged by a server of every bad habit; `benchmarks/misbehaving.py` has a thousand."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import stamina
from pytest_httpserver import HTTPServer

from standins.troubled_days import misbehave

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def loopback() -> Iterator[HTTPServer]:
    with HTTPServer(host="127.0.0.1", threaded=True) as server:
        yield server


@pytest.mark.parametrize("seed", range(100_000, 100_013))
def test_two_days_of_bad_answers_end_whole_paid_once_and_within_the_budget(
    loopback: HTTPServer, tmp_path: Path, seed: int
) -> None:
    with stamina.set_testing(True, attempts=10, cap=True):
        tally = misbehave(seed, loopback, tmp_path)
    assert tally.days == 2
    assert tally.papers >= 6
