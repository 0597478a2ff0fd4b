"""Days judged by a server of every bad habit; `benchmarks/misbehaving.py` has a thousand."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import stamina
from pytest_httpserver import HTTPServer

from standins.engines import Engine
from standins.troubled_days import misbehave

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def loopback() -> Iterator[HTTPServer]:
    with HTTPServer(host="127.0.0.1", threaded=True) as server:
        yield server


@pytest.mark.parametrize(
    ("engine", "seed"),
    [
        *(("sqlite", seed) for seed in range(100_000, 100_013)),
        *(("postgresql", seed) for seed in range(100_000, 100_004)),
    ],
    indirect=["engine"],
)
def test_two_days_of_bad_answers_end_whole_paid_once_and_within_the_budget(
    loopback: HTTPServer, engine: Engine, tmp_path: Path, seed: int
) -> None:
    with stamina.set_testing(True, attempts=10, cap=True):
        tally = misbehave(seed, loopback, tmp_path, engine.place(tmp_path / "troubled.db"))
    assert tally.days == 2
    assert tally.papers >= 6
