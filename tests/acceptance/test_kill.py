"""Killed at any moment, the next run carries on, and nothing is paid for twice.

Every run is a process of its own; `benchmarks/kills.py` has 200 kills, some while Python starts.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer

from standins.engines import Engine
from standins.forked import Forked
from standins.killing import PAPERS, Trial, fresh, killed, undisturbed

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def loopback() -> Iterator[HTTPServer]:
    with HTTPServer(host="127.0.0.1", threaded=True) as server:
        yield server


@pytest.fixture(scope="module")
def reference(loopback: HTTPServer, tmp_path_factory: pytest.TempPathFactory) -> Trial:
    loopback.clear()
    return undisturbed(tmp_path_factory.mktemp("undisturbed"), fresh(loopback), Forked)


def test_a_day_in_peace_takes_one_request_a_paper(reference: Trial) -> None:
    assert reference.requests == PAPERS
    assert len(reference.pages) == 4


def test_days_that_are_killed_many_times_make_the_same_pages(
    loopback: HTTPServer, reference: Trial, engine: Engine, tmp_path: Path
) -> None:
    """The pages of the day in peace, which was made on SQLite."""
    dice = random.Random(15)  # noqa: S311  # nothing secret hangs on it
    kills, days, wanted = 0, 0, engine.fewer(15, 6)
    while kills < wanted:
        loopback.clear()
        trial = killed(
            tmp_path / str(days),
            fresh(loopback),
            dice,
            most=wanted - kills,
            longest=reference.seconds,
            start=Forked,
            database=engine.database(),
        )
        days += 1
        assert trial.pages == reference.pages
        kills += trial.kills
