from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest

from paperlark.domain.database_place import DatabaseServer
from paperlark.store.connection import connect_again
from paperlark.store.database import open_database
from paperlark.store.shards import ShardQueue
from standins.fleet import TABLES
from standins.postgresql import Server


@pytest.fixture(scope="module")
def fleet_database(server: Server, tmp_path_factory: pytest.TempPathFactory) -> DatabaseServer:
    """Return a database on a server, with the table that stands for pages."""
    place = DatabaseServer(server.database(), tmp_path_factory.mktemp("fleet") / "paperlark.db")
    with open_database(place) as connection:
        connection.execute(TABLES)
    return place


@pytest.fixture
def place(fleet_database: DatabaseServer) -> DatabaseServer:
    """Return that database without rows: to make a new one for each test takes seconds."""
    with closing(connect_again(fleet_database)) as connection:
        connection.execute("TRUNCATE made, fleet_mornings, fleet_shards, fleet_readers")
    return fleet_database


@pytest.fixture
def queue(place: DatabaseServer) -> Iterator[ShardQueue]:
    """Return the empty queue of that database."""
    with closing(connect_again(place)) as connection:
        yield ShardQueue(connection, place)
