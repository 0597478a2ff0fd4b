"""What stores need of a database connection, whichever engine is behind it.

Statements are written in the SQL that SQLite and PostgreSQL both understand, with `?` or `:name`
for values: upserts by ON CONFLICT, numbers for truth (`removed = 0`), NULLS FIRST or LAST where a
column that may be NULL decides an order.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Protocol


class DatabaseCursor(Protocol):
    """The rows that a statement returned, each a tuple."""

    @property
    def rowcount(self) -> int:
        """How many rows were written."""
        ...

    def fetchone(self) -> Any:  # noqa: ANN401  # a row, None after the last
        """Return the next row."""
        ...

    def fetchmany(self, size: int, /) -> list[Any]:
        """Return the next rows, at most so many."""
        ...

    def fetchall(self) -> list[Any]:
        """Return all rows that are left."""
        ...

    def __iter__(self) -> Iterator[Any]:
        """Yield the rows that are left."""
        ...


class DatabaseConnection(Protocol):
    """An open database; outside a transaction each statement is one of its own."""

    @property
    def in_transaction(self) -> bool:
        """Whether a transaction has begun."""
        ...

    def execute(self, sql: str, values: Any = ..., /) -> DatabaseCursor:  # noqa: ANN401  # of any types
        """Run a statement."""
        ...

    def executemany(self, sql: str, rows: Iterable[Any], /) -> DatabaseCursor:
        """Run a statement once for each row."""
        ...

    def close(self) -> None:
        """Close it; a transaction that has begun is undone."""
        ...


@contextmanager
def transaction(connection: DatabaseConnection) -> Iterator[None]:
    """Commit all or nothing; the write lock is taken at the start."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        # On a full disk SQLite has rolled back already.
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
