from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import trustme
from hypothesis import HealthCheck, settings

from paperlark.domain.redaction import KNOWN
from paperlark.store.connection import DatabaseConnection
from paperlark.store.database import open_database
from paperlark.store.postgresql import open_server
from standins.postgresql import OpenEngine, Server, running, server_programs

ROOT = Path(__file__).parent.parent

# Machines are shared and noisy: a slow example is not a failure.
settings.register_profile(
    "paperlark", deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=60
)
settings.register_profile("quick", settings.get_profile("paperlark"), max_examples=10)
settings.load_profile("paperlark")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what is slow, the slowest first: in the end no core waits for another."""

    def quick(item: pytest.Item) -> tuple[bool, bool]:
        return item.get_closest_marker("timeout") is None, item.get_closest_marker("slow") is None

    items.sort(key=quick)


class _Unsynced(sqlite3.Connection):
    """A database whose writes nobody waits for."""

    def execute(self, sql: str, *values: Any) -> sqlite3.Cursor:
        return super().execute(sql.replace("synchronous = FULL", "synchronous = OFF"), *values)


@pytest.fixture(scope="session", autouse=True)
def no_power_cut() -> Iterator[None]:
    """Wait for no disk in this process: that is for power cuts, of which no test has one."""
    connect = sqlite3.connect

    def connected(database: Any, **options: Any) -> sqlite3.Connection:
        kind = options.pop("factory", sqlite3.Connection)
        unsynced = type(kind.__name__, (_Unsynced, kind), {})
        return connect(database, **options, factory=unsynced)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sqlite3, "connect", connected)
        patch.setattr(os, "fsync", lambda _: None)
        yield


@pytest.fixture(autouse=True)
def nothing_known() -> None:
    """Begin each test without the secrets of the one before."""
    KNOWN.clear()


@pytest.fixture(scope="session", autouse=True)
def one_authority(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Trust one authority and not the world's: each HTTP client reads all that there are."""
    file = tmp_path_factory.mktemp("authority") / "authority.pem"
    trustme.CA().cert_pem.write_to_path(str(file))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SSL_CERT_FILE", str(file))
        yield


@pytest.fixture(scope="session")
def shared() -> Path:
    folder = Path(os.environ.get("PAPERLARK_SHARED", ROOT.parent / "shared"))
    if not folder.is_dir():
        pytest.skip(f"no recorded input at {folder}; PAPERLARK_SHARED names another folder")
    return folder


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[Server]:
    """Run a PostgreSQL server, where one is installed."""
    pytest.importorskip("psycopg", reason="psycopg is of the extra `postgres`, and is not here")
    programs = server_programs()
    if programs is None:
        pytest.skip("no PostgreSQL server is installed: Debian's package is `postgresql`")
    with running(programs) as server:
        yield server


@pytest.fixture(scope="session")
def server(postgresql_server: Server) -> Server:
    """Return that server, where no other one is of interest."""
    return postgresql_server


@pytest.fixture
def open_engine(request: pytest.FixtureRequest, tmp_path: Path) -> OpenEngine:
    """Return what opens an empty database of an engine: `sqlite` or `postgresql`."""

    @contextmanager
    def opened(engine: str) -> Iterator[DatabaseConnection]:
        if engine == "sqlite":
            with open_database(tmp_path / "store.db") as connection:
                yield connection
            return
        server: Server = request.getfixturevalue("postgresql_server")
        address = server.database()
        with open_server(address) as connection:
            yield connection
        server.drop(address)

    return opened
