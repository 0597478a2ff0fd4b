"""What stores need of a database, whichever engine it has: its connection, transactions, errors.

Statements are written in the SQL that SQLite and PostgreSQL both understand, with `?` or `:name`
for values: upserts by ON CONFLICT, numbers for truth (`removed = 0`), NULLS FIRST or LAST where a
column that may be NULL decides an order.
"""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any, Protocol

from paperlark.domain.database_place import DatabasePlace, DatabaseServer
from paperlark.domain.errors import StoreDamaged, StoreError, StoreUnavailable
from paperlark.domain.redaction import KNOWN, redacted


class DatabaseCursor(Protocol):
    """The rows that a statement returned, each a tuple."""

    @property
    def rowcount(self) -> int:
        """How many rows were written."""
        ...

    @property
    def description(self) -> Any:  # noqa: ANN401  # of each column a sequence, or None
        """The columns of the rows, the name of each first."""
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

    def begin(self, readers: Collection[str], *, shared: bool) -> None:
        """Begin a transaction that writes rows of these readers, or `shared` ones, as no other.

        See `transaction`.
        """
        ...

    def execute(self, sql: str, values: Any = ..., /) -> DatabaseCursor:  # noqa: ANN401  # of any types
        """Run a statement."""
        ...

    def read_large(self, sql: str, values: Sequence[str | bytes], /) -> DatabaseCursor:
        """Run a question whose rows have large values: a server sends their bytes, not digits.

        Values are sent apart from the question, which has to show their types.
        """
        ...

    def executemany(self, sql: str, rows: Iterable[Any], /) -> DatabaseCursor:
        """Run a statement once for each row."""
        ...

    def insert_rows(
        self,
        table: str,
        columns: Sequence[str],
        rows: Iterable[Sequence[Any]],
        *,
        as_they_are: bool = False,
    ) -> None:
        """Insert new rows in the quickest way of the engine: on a server, one round trip for all.

        Those of another database `as_they_are`: no known secret is looked for in them.
        """
        ...

    def close(self) -> None:
        """Close it; a transaction that has begun is undone."""
        ...


@contextmanager
def transaction(
    connection: DatabaseConnection, *readers: str, shared: bool | None = None
) -> Iterator[None]:
    """Commit all or nothing; the locks are taken at the start.

    With `readers` nobody else writes rows of theirs meanwhile; without them nobody else writes what
    all readers share: announcements, papers and their vectors, the search index, the readers.
    `shared` says so where that is not right: True for both, False for rows that need no lock.
    SQLite has one writer at a time.
    """
    connection.begin(readers, shared=not readers if shared is None else shared)
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        # On a full disk SQLite has rolled back already.
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


_ASKED_AT_ONCE = 500
"""Keys in one question: SQLite takes some thousands; one by one takes three times as long."""


def marked(keys: Iterable[str | bytes]) -> Iterator[tuple[str, tuple[str | bytes, ...]]]:
    """Yield many keys, some at a time, with the placeholders for them: `?, ?, ?`."""
    left = iter(keys)
    while some := tuple(islice(left, _ASKED_AT_ONCE)):
        yield ", ".join("?" * len(some)), some


def rows_with(
    connection: DatabaseConnection,
    question: str,
    keys: Iterable[str | bytes],
    *others: str,
    large: bool = False,
) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of a question about many keys, which go where it has `{keys}`.

    The `others` are the values that come after the keys; `large` says that the rows are.
    """
    ask = connection.read_large if large else connection.execute
    for marks, some in marked(keys):
        yield from ask(question.format(keys=marks), (*some, *others))


def instant(at: datetime) -> str:
    """Format an instant so that texts sort as times do."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


_INSISTING = (0.2, 0.5, 1.0, 2.0, 4.0, 8.0, 15.0)
"""Seconds between two attempts to store what was paid for, or sent."""
_ROOM = 8 * 2**20
"""Bytes: more than a day's answers and its page take."""
RESTORE = (
    "rebuild it from your pages and votes with: paperlark restore (then repeat your imports);"
    " or move that file away to start with a new one"
)
_UNDECODABLE = "Could not decode to UTF-8"
_LONGEST = 120
"""Characters of an engine's words, which may quote a row."""


@contextmanager
def store_errors(database: DatabasePlace) -> Iterator[None]:
    """Translate SQLite's errors, and those of rows, into ours, with the database and a hint.

    A server's errors come translated from its connection.
    """
    try:
        yield
    except (sqlite3.OperationalError, sqlite3.IntegrityError) as error:
        if _UNDECODABLE in str(error):
            raise damaged(database, error) from error
        full = getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL
        kind = StoreUnavailable if full else StoreError
        raise kind(
            f"the database {database} cannot be used ({error})", hint=_hint(str(error))
        ) from error
    except sqlite3.DatabaseError as error:
        raise damaged(database, error) from error
    except (ValueError, TypeError, KeyError, IndexError, ArithmeticError) as error:
        # No statement of ours raises these: it is a row whose values are not what was stored.
        raise damaged(database, f"a row cannot be read: {error}") from error
    except OSError as error:
        raise StoreError(
            f"the database {database} cannot be created or opened ({error.strerror})",
            hint="check that its folder can be entered and is writable",
        ) from error


def damaged(database: DatabasePlace, fault: object) -> StoreDamaged:
    """Return the error of a database that is damaged and still in its place."""
    told = str(fault).splitlines()[0][:_LONGEST]
    return StoreDamaged(
        f"the database {database} is damaged ({told})", hint=f"move it away, then {RESTORE}"
    )


def _hint(reason: str) -> str:
    """Return a hint for SQLite's message."""
    if "locked" in reason:
        return "another program is using it; try again when that has finished"
    if "no such" in reason or "already exists" in reason or "constraint" in reason:
        return (
            "does the file belong to another program? Name another one with `database` in the"
            " profile"
        )
    return "check that its folder is writable and that the disk is not full"


class FileConnection(sqlite3.Connection):
    """A connection to an SQLite file that stores no known secret, whatever text one stands in."""

    def begin(self, readers: Collection[str], *, shared: bool) -> None:  # noqa: ARG002  # one writer
        """Begin a transaction with the write lock."""
        self.execute("BEGIN IMMEDIATE")

    def execute(self, sql: str, values: Any = (), /) -> sqlite3.Cursor:  # noqa: ANN401  # sqlite3's
        """Run a statement."""
        return super().execute(sql, _public(values) if KNOWN else values)

    def read_large(self, sql: str, values: Sequence[str | bytes], /) -> sqlite3.Cursor:
        """Run a question whose rows have large values."""
        return self.execute(sql, values)

    def executemany(self, sql: str, rows: Iterable[Any], /) -> sqlite3.Cursor:
        """Run a statement once for each row."""
        return super().executemany(sql, map(_public, rows) if KNOWN else rows)

    def insert_rows(
        self,
        table: str,
        columns: Sequence[str],
        rows: Iterable[Sequence[Any]],
        *,
        as_they_are: bool = False,
    ) -> None:
        """Insert new rows; those of another database `as_they_are`."""
        names, marks = ", ".join(f'"{one}"' for one in columns), ", ".join("?" * len(columns))
        run = super().executemany if as_they_are else self.executemany
        run(f"INSERT INTO {table} ({names}) VALUES ({marks})", rows)  # noqa: S608  # names of ours


def _public(values: Any) -> Any:  # noqa: ANN401  # see above
    if isinstance(values, Mapping):
        return {
            name: redacted(one) if isinstance(one, str) else one for name, one in values.items()
        }
    return [redacted(one) if isinstance(one, str) else one for one in values]


def connect(path: Path | str, *, uri: bool = False, one_thread: bool = True) -> FileConnection:
    """Open an SQLite file; what is stored through it has no known secret in it."""
    return sqlite3.connect(
        path,
        uri=uri,
        timeout=30,
        isolation_level=None,
        check_same_thread=one_thread,
        factory=FileConnection,
    )


def connect_again(database: DatabasePlace) -> DatabaseConnection:
    """Return one more connection to a database that is open, for use on any thread."""
    if isinstance(database, DatabaseServer):
        from paperlark.store.postgresql import connect as connect_to  # noqa: PLC0415  # it needs this

        return connect_to(database.address)
    connection = connect(database, one_thread=False)
    connection.execute("PRAGMA synchronous = FULL")
    return connection


def insist(
    database: DatabasePlace,
    write: Callable[[DatabaseConnection], object],
    *,
    sleep: Callable[[float], object] = time.sleep,
) -> None:
    """Write what happened outside and cannot be had again, over new connections to a server.

    For half a minute, in which a server that is restarted is back, and room on its disk may be.
    `write` is called again where nobody knows whether it was committed. Raises the last StoreError.
    """
    for pause in (*_INSISTING, None):
        try:
            with closing(connect_again(database)) as connection:
                write(connection)
        except StoreError:
            if pause is None:
                raise
            sleep(pause)
        else:
            return


def check_room(database: DatabasePlace, *, tries: bool) -> None:
    """Raise StoreError where the disk has too little room to store what is being paid for.

    With `tries` a file is written as well: quotas and limits are not counted as free space. The
    disk of a server is not seen from here; a full one is an error of the note made before paying.
    """
    if isinstance(database, DatabaseServer):
        return
    free = shutil.disk_usage(database.parent).free
    if free < _ROOM:
        raise StoreError(
            f"the disk of {database} is full ({free // 2**20} MB free), so the model is not asked:"
            " its answers could not be stored",
            hint="free some space",
        )
    if not tries:
        return
    try:
        with tempfile.TemporaryFile(dir=database.parent) as file:
            file.write(bytes(_ROOM))
            file.flush()
    except OSError as error:
        raise StoreError(
            f"{_ROOM // 2**20} MB cannot be written beside {database} ({error.strerror}), so the"
            " model is not asked: its answers could not be stored",
            hint="free some space, or raise the limit",
        ) from error
