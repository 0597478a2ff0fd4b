from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from paperlark.domain.database_place import DatabasePlace, DatabaseServer
from paperlark.settings import load
from standins.postgresql import ENGINES, Server


@pytest.fixture(params=ENGINES)
def engine(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[dict[Path, str]]:
    """Run a test on both engines: on a server each file that a profile names is a database there.

    Yields the addresses of those databases, by the files.
    """
    addresses: dict[Path, str] = {}
    if request.param == "sqlite":
        yield addresses
        return
    server: Server = request.getfixturevalue("postgresql_server")
    of_profile = load.database_place

    def on_server(home: Path, text: str) -> DatabasePlace:
        place = of_profile(home, text)
        if isinstance(place, DatabaseServer):
            return place
        if place not in addresses:
            addresses[place] = server.database()
        return DatabaseServer(addresses[place], place)

    monkeypatch.setattr(load, "database_place", on_server)
    yield addresses
    for address in addresses.values():
        server.drop(address)
