from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer

from paperlark.sources._client import ArxivClient
from standins.arxiv import StandInArxiv
from standins.arxiv_truth import made_up_truth
from standins.watches import FakeWatch

FRIDAY, MONDAY, TUESDAY = date(2025, 2, 21), date(2025, 2, 24), date(2025, 2, 25)


@pytest.fixture(scope="session")
def loopback() -> Iterator[HTTPServer]:
    with HTTPServer(host="127.0.0.1", threaded=True) as server:
        yield server


@pytest.fixture
def arxiv(loopback: HTTPServer) -> Iterator[StandInArxiv]:
    loopback.clear()
    standing = StandInArxiv(loopback, made_up_truth([FRIDAY, MONDAY, TUESDAY]), today=TUESDAY)
    yield standing
    standing.released.set()


@pytest.fixture
def rate_limit_clock() -> FakeWatch:
    return FakeWatch()


@pytest.fixture
def client(tmp_path: Path, rate_limit_clock: FakeWatch) -> Iterator[ArxivClient]:
    with ArxivClient(
        "paperlark/test (mail)",
        tmp_path / "arxiv",
        rate_limit_clock=rate_limit_clock.rate_limit_clock,
    ) as polite:
        yield polite
