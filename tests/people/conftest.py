from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytest_httpserver import HTTPServer

from standins.semantic_scholar import Scholar, scholar_on
from standins.serving import loopback, no_waiting

__all__ = ["loopback", "no_waiting"]


@pytest.fixture
def scholar(loopback: HTTPServer) -> Iterator[Scholar]:  # pytest's way
    with scholar_on(loopback) as standing:
        yield standing
