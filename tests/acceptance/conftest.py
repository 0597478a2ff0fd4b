from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from paperlark.domain.database_place import DatabasePlace
from paperlark.settings import load
from standins.engines import Engine
from standins.postgresql import ENGINES


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    """Run a test on both engines: this gives the databases that its profiles name."""
    on_server = request.param == "postgresql"
    found = Engine(request.getfixturevalue("postgresql_server") if on_server else None)
    yield found
    found.drop()


@pytest.fixture
def on_engine(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run a test on both engines that reads its profiles in this process and names no database.

    On a server each file that would be its database is a database there.
    """
    of_profile = load.database_place
    of_engine = cache(engine.place)

    def place(home: Path, text: str) -> DatabasePlace:
        found = of_profile(home, text)
        return of_engine(found) if isinstance(found, Path) else found

    monkeypatch.setattr(load, "database_place", place)
