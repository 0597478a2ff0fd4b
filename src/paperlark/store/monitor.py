"""What those who watch a server ask of its database: does it answer, is it current, how far is it.

Counts and sums alone: nothing in them is a person's.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from paperlark.domain.database_place import DatabasePlace, DatabaseServer
from paperlark.domain.errors import StoreError
from paperlark.domain.operation_figures import OperationFigures
from paperlark.domain.spending import this_month
from paperlark.store import postgresql, sqlite
from paperlark.store.connection import DatabaseConnection, store_errors
from paperlark.store.reading import open_read_only
from paperlark.store.shared_connection import SharedConnection
from paperlark.store.spending import SpendingStore

_RECENT = timedelta(days=7)
_DELIVERY = (
    "CASE WHEN messages = '[]' THEN 'delivered' WHEN problem IS NULL THEN 'waiting'"
    " ELSE 'failing' END"
)
_SERVER_TABLES = (
    "SELECT c.relname, greatest(c.reltuples, 0)::bigint, pg_total_relation_size(c.oid)"
    " FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
    " WHERE c.relkind = 'r' AND n.nspname = current_schema()"
    " ORDER BY 3 DESC, 1"
)


@dataclass(frozen=True, slots=True)
class TableSize:
    """A table: its rows, on a server an estimate, and its bytes there, None in a file."""

    name: str
    rows: int
    size: int | None


@dataclass(frozen=True, slots=True)
class DatabaseStatus:
    """A database: the version of its tables (0: none), of this program's, its bytes, its tables."""

    database: DatabasePlace
    version: int
    supported: int
    size: int
    tables: tuple[TableSize, ...]


class DatabaseMonitor:
    """Looks at a database for as long as a server runs; safe for threads."""

    def __init__(self, database: DatabasePlace) -> None:
        """Open it, migrated where needed; close it in the end. Raises StoreError."""
        self._shared = SharedConnection(database)

    def close(self) -> None:
        """Close the connection."""
        self._shared.close()

    def check(self) -> None:
        """Raise StoreError where the database does not answer, or is of another version."""
        database = self._shared.database
        found, here = self._shared.run(lambda one: _version(one, database)), supported(database)
        if found != here:
            raise StoreError(
                f"the tables are of version {found}, this paperlark's of {here}",
                hint="run the same paperlark everywhere: docs/how-to/upgrade.md",
            )

    def figures(self, now: datetime) -> OperationFigures:
        """Return how far the server is; raises StoreError."""
        return self._shared.run(lambda one: _figures(one, self._shared.database, now))


def supported(database: DatabasePlace) -> int:
    """Return the version that this program's tables have there."""
    return postgresql.latest_version() if isinstance(database, DatabaseServer) else sqlite.VERSION


def database_status(database: DatabasePlace) -> DatabaseStatus:
    """Return the state of a database that exists, and change nothing; raises StoreError."""
    with open_read_only(database) as connection, store_errors(database):
        return DatabaseStatus(
            database,
            version=_version(connection, database),
            supported=supported(database),
            size=_size(connection, database),
            tables=_tables(connection, database),
        )


def _version(connection: DatabaseConnection, database: DatabasePlace) -> int:
    if isinstance(database, DatabaseServer):
        return postgresql.version_of(connection)
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _size(connection: DatabaseConnection, database: DatabasePlace) -> int:
    if isinstance(database, DatabaseServer):
        found = connection.execute("SELECT pg_database_size(current_database())").fetchone()
        return int(found[0])
    parts = (database, database.with_name(f"{database.name}-wal"))
    return sum(part.stat().st_size for part in parts if part.exists())


def _tables(connection: DatabaseConnection, database: DatabasePlace) -> tuple[TableSize, ...]:
    if isinstance(database, DatabaseServer):
        return tuple(TableSize(*row) for row in connection.execute(_SERVER_TABLES).fetchall())
    names = connection.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        " ORDER BY name"
    ).fetchall()
    return tuple(TableSize(name, _rows(connection, name), None) for (name,) in names)


def _rows(connection: DatabaseConnection, table: str) -> int:
    return int(connection.execute(f'SELECT count(*) FROM "{table}"').fetchone()[0])  # noqa: S608  # a table's name


def _figures(
    connection: DatabaseConnection, database: DatabasePlace, now: datetime
) -> OperationFigures:
    since = (now - _RECENT).date().isoformat()
    deliveries = connection.execute(
        f"SELECT {_DELIVERY}, count(*) FROM parcels WHERE day >= ? GROUP BY 1",  # noqa: S608  # from here
        (since,),
    ).fetchall()
    spent = SpendingStore(connection, database).in_month(this_month(now))
    sessions = connection.execute(
        "SELECT count(*) FROM app_sessions WHERE ends > ?", (now.timestamp(),)
    ).fetchone()
    shards = connection.execute(
        "SELECT state, count(*) FROM fleet_shards"
        " WHERE day = (SELECT max(day) FROM fleet_mornings) GROUP BY state"
    ).fetchall()
    return OperationFigures(int(sessions[0]), dict(deliveries), spent, dict(shards))
