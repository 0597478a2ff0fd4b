"""Fixtures for tests that ask a model server; a conftest imports those it wants."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import stamina
from pytest_httpserver import HTTPServer

from standins.openai import StandIn, stand_in


@pytest.fixture(scope="session")
def loopback() -> Iterator[HTTPServer]:
    """Serve on loopback, one thread a request."""
    with HTTPServer(host="127.0.0.1", threaded=True) as server:
        yield server


@pytest.fixture
def server(loopback: HTTPServer) -> Iterator[StandIn]:
    """Return a fresh stand-in."""
    with stand_in(loopback) as standing:
        yield standing


@pytest.fixture(autouse=True)
def no_waiting() -> Iterator[None]:
    """Leave out the pauses between attempts."""
    with stamina.set_testing(True, attempts=10, cap=True):
        yield
