from __future__ import annotations

from collections.abc import Iterator

import pytest

from standins.browsing import browser
from standins.reading import App, app

__all__ = ["browser"]


@pytest.fixture(scope="module")
def reading(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """Run the app over the three days of the sample, for the tests of a module."""
    with app(tmp_path_factory.mktemp("reader")) as running:
        yield running
