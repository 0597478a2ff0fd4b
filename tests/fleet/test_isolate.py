"""Whose failure it is: a reader's own, or that of the database, which is everybody's."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from psycopg import errors

from paperlark.domain.errors import PaperlarkError, StoreError, StoreUnavailable
from paperlark.fleet.isolate import Isolation
from paperlark.store.connection import connect_again, store_errors
from paperlark.store.postgresql import _errors

NAMES = ["ada", "emmy", "mary"]


@pytest.fixture
def isolation(tmp_path: Path) -> Isolation:
    """Return an isolation over a database that answers."""
    return Isolation(connect_again(tmp_path / "paperlark.db"))


def _failing(error: Exception) -> Callable[[Sequence[str]], dict[str, str]]:
    """Return work that fails whenever Emmy is among the readers."""

    def work(readers: Sequence[str]) -> dict[str, str]:
        if "emmy" in readers:
            raise error
        return {one: one.upper() for one in readers}

    return work


@pytest.mark.parametrize(
    "error", [StoreError("a row is broken"), PaperlarkError("odd"), KeyError()]
)
def test_who_fails_is_noted_and_stops_nobody(isolation: Isolation, error: Exception) -> None:
    assert isolation.run(NAMES, _failing(error)) == {"ada": "ADA", "mary": "MARY"}
    assert list(isolation.failures) == ["emmy"]


def test_a_database_that_is_away_is_no_readers_failure(isolation: Isolation) -> None:
    with pytest.raises(StoreUnavailable):
        isolation.run(NAMES, _failing(StoreUnavailable("no room")))
    with pytest.raises(StoreUnavailable):
        isolation.run_one("ada", lambda: _failing(StoreUnavailable("no room"))(["emmy"]))
    assert isolation.failures == {}


@pytest.mark.parametrize(
    "error",
    [
        errors.DiskFull("could not extend file"),
        errors.AdminShutdown("terminating connection"),
        errors.DeadlockDetected("deadlock detected"),
        errors.TooManyConnections("sorry, too many clients already"),
        psycopg.OperationalError("server closed the connection unexpectedly"),
        psycopg.InterfaceError("the connection is closed"),
    ],
)
def test_a_server_that_is_away_or_full_is_told_from_one_that_refuses(error: psycopg.Error) -> None:
    with pytest.raises(StoreUnavailable), _errors("postgresql:///papers"):
        raise error


@pytest.mark.parametrize(
    "error", [errors.ProgramLimitExceeded("row is too big"), errors.UndefinedTable("no table")]
)
def test_what_would_fail_again_is_no_matter_of_time(error: psycopg.Error) -> None:
    with pytest.raises(StoreError) as told, _errors("postgresql:///papers"):
        raise error
    assert not isinstance(told.value, StoreUnavailable)


def test_a_file_on_a_full_disk_is_told_likewise(tmp_path: Path) -> None:
    path = tmp_path / "small.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE notes (text)")
        connection.execute("PRAGMA max_page_count = 3")
        with pytest.raises(StoreUnavailable, match="not full"), store_errors(path):
            connection.execute("INSERT INTO notes VALUES (zeroblob(100000))")
