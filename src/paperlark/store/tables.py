"""Whole tables of a database, in the order of their keys: read, compare, and fill another one.

Both engines have the same tables and columns, compare texts by their bytes, and give values of the
same types, so that a table has the same digest on both.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

from paperlark.domain.database_place import DatabasePlace
from paperlark.store.connection import DatabaseConnection, connect, store_errors, transaction
from paperlark.store.sqlite import prepare

Row = tuple[Any, ...]

_FIRST_PAGE, _LARGEST_PAGE = 64, 4096
"""Rows read and written at once."""
_PAGE_SIZE = 4 * 2**20
"""Bytes that a page of rows should have: some tables have rows of 1 MB."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table with its columns, and the columns of its primary key."""

    name: str
    columns: tuple[str, ...]
    key: tuple[str, ...]

    def key_of(self, row: Row) -> Row:
        """Return the values of the key in a row."""
        return tuple(row[self.columns.index(column)] for column in self.key)


@cache
def tables() -> tuple[Table, ...]:
    """Return the tables of today's version, each after those that it refers to.

    Without those of the search index, which is made anew, and the notes of moves.
    """
    with closing(connect(":memory:")) as connection:
        prepare(connection, Path(":memory:"), checks=False)
        found = connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name <> 'moves'"
            " AND name NOT LIKE 'search\\_%' ESCAPE '\\' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
            " ORDER BY name"
        )
        names = [name for (name,) in found.fetchall()]
        parents = {
            name: {row[2] for row in connection.execute(f"PRAGMA foreign_key_list({name})")}
            for name in names
        }
        return tuple(_table(connection, name) for name in TopologicalSorter(parents).static_order())


def _table(connection: sqlite3.Connection, name: str) -> Table:
    rows = connection.execute(f"PRAGMA table_info({name})").fetchall()
    keys = sorted((place, column) for _, column, _, _, _, place in rows if place)
    return Table(name, tuple(row[1] for row in rows), tuple(column for _, column in keys))


class TableStore:
    """Reads and fills tables of an open database."""

    def __init__(self, connection: DatabaseConnection, database: DatabasePlace) -> None:
        self._connection = connection
        self._database = database

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """Keep everybody else from writing; who is writing is waited for. Raises StoreError."""
        connection = self._connection
        with store_errors(self._database), transaction(connection):
            if not isinstance(connection, sqlite3.Connection):
                connection.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
                names = ", ".join(table.name for table in tables())
                connection.execute(f"LOCK TABLE {names} IN SHARE MODE")
            yield

    def count(self, table: Table) -> int:
        """Return how many rows a table has."""
        with store_errors(self._database):
            (found,) = self._connection.execute(
                f"SELECT count(*) FROM {table.name}"  # noqa: S608  # a table of ours
            ).fetchone()
        return int(found)

    def last_key(self, table: Table) -> Row | None:
        """Return the key of a table's last row; None where it has none."""
        keys = _quoted(table.key)
        order = ", ".join(f"{key} DESC" for key in keys)
        sql = f"SELECT {', '.join(keys)} FROM {table.name} ORDER BY {order} LIMIT 1"  # noqa: S608
        with store_errors(self._database):
            found = self._connection.execute(sql).fetchone()
        return None if found is None else tuple(found)

    def pages(self, table: Table, after: Row | None = None) -> Iterator[Sequence[Row]]:
        """Yield the rows behind a key, or all, in the order of the keys, some at a time."""
        keys, columns = ", ".join(_quoted(table.key)), ", ".join(_quoted(table.columns))
        limit = _FIRST_PAGE
        while True:
            behind, values = "", tuple[Any, ...]()
            if after is not None:
                behind = f" WHERE ({keys}) > ({', '.join('?' * len(after))})"
                values = after
            sql = f"SELECT {columns} FROM {table.name}{behind} ORDER BY {keys} LIMIT ?"  # noqa: S608
            with store_errors(self._database):
                rows = self._connection.execute(sql, (*values, limit)).fetchall()
            if not rows:
                return
            yield rows
            after = table.key_of(rows[-1])
            limit = _next_limit(rows)

    def insert(self, table: Table, rows: Sequence[Row]) -> None:
        """Insert rows, all or none, as they are."""
        with store_errors(self._database), transaction(self._connection):
            self._connection.insert_rows(table.name, table.columns, rows, as_they_are=True)

    def digest(self, table: Table, advance: Callable[[int], object] = lambda _: None) -> str:
        """Return a hash of all rows; `advance` is called with how many were read."""
        hashed = hashlib.sha256()
        for rows in self.pages(table):
            for row in rows:
                hashed.update(repr(tuple(map(_comparable, row))).encode("utf-8", "surrogatepass"))
            advance(len(rows))
        return hashed.hexdigest()

    def settle(self) -> None:
        """Let numbers go on behind those of inserted rows, and plans know how many there are."""
        if isinstance(self._connection, sqlite3.Connection):
            return  # it numbers rows behind the last one by itself
        with transaction(self._connection):
            numbered = self._connection.execute(
                "SELECT table_name, column_name FROM information_schema.columns"
                " WHERE table_schema = current_schema() AND is_identity = 'YES'"
            ).fetchall()
            for table, column in numbered:
                self._connection.execute(
                    f"SELECT setval(pg_get_serial_sequence('{table}', '{column}'),"  # noqa: S608
                    f" (SELECT coalesce(max({column}), 0) + 1 FROM {table}), false)"
                )
        self._connection.execute("ANALYZE")


def _quoted(columns: Sequence[str]) -> list[str]:
    return [f'"{column}"' for column in columns]


def _comparable(value: object) -> object:
    # The one character that PostgreSQL does not hold is replaced there.
    return value.replace("\0", "\N{REPLACEMENT CHARACTER}") if isinstance(value, str) else value


def _next_limit(rows: Sequence[Row]) -> int:
    """Return how many rows like these make a page."""
    size = sum(len(value) if isinstance(value, str | bytes) else 8 for row in rows for value in row)
    wanted = len(rows) * _PAGE_SIZE // max(size, 1)
    return max(1, min(wanted, 2 * len(rows), _LARGEST_PAGE))
