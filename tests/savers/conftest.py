from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytest_httpserver import HTTPServer

from standins.serving import loopback
from standins.zotero import Zotero, zotero_on

__all__ = ["loopback", "zotero"]


@pytest.fixture
def zotero(loopback: HTTPServer) -> Iterator[Zotero]:
    """Return a fresh stand-in for Zotero."""
    with zotero_on(loopback) as standing:
        yield standing
