"""The SQLite file: open, migrate, inspect and close it; its errors as ours."""

from __future__ import annotations

import glob
import logging
import os
import sqlite3
import stat
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.resources import files
from itertools import count
from pathlib import Path
from typing import Any

from paperlark.domain.errors import StoreDamaged, StoreError
from paperlark.domain.redaction import KNOWN, redacted
from paperlark.store.integrity import forget_check, is_checked, note_check, note_closed

_log = logging.getLogger(__name__)

_MIGRATIONS = tuple(
    sorted(
        (file for file in files(__package__).joinpath("migrations").iterdir()),
        key=lambda file: file.name,
    )
)
_RESTORE = (
    "rebuild it from your pages and votes with: paperlark restore (then repeat your imports);"
    " or move that file away to start with a new one"
)
VERSION = len(_MIGRATIONS)
"""The `user_version` of a database: how many migrations it has had."""
_FOR_ALL = 0o644
"""The permissions that databases had before they were private."""
_COMPLETING = 3
"""The first migration that may find tables in two shapes."""


class _Connection(sqlite3.Connection):
    """A connection that stores no known secret, whatever text one stands in."""

    def execute(self, sql: str, values: Any = (), /) -> sqlite3.Cursor:  # noqa: ANN401  # sqlite3's
        """Run a statement."""
        return super().execute(sql, _public(values) if KNOWN else values)

    def executemany(self, sql: str, rows: Iterable[Any], /) -> sqlite3.Cursor:
        """Run a statement once for each row."""
        return super().executemany(sql, map(_public, rows) if KNOWN else rows)


def _public(values: Any) -> Any:  # noqa: ANN401  # see above
    if isinstance(values, Mapping):
        return {
            name: redacted(one) if isinstance(one, str) else one for name, one in values.items()
        }
    return [redacted(one) if isinstance(one, str) else one for one in values]


def connect(path: Path | str, *, uri: bool = False) -> sqlite3.Connection:
    """Open an SQLite file; what is stored through it has no known secret in it."""
    return sqlite3.connect(path, uri=uri, timeout=30, isolation_level=None, factory=_Connection)


def make_private(path: Path) -> None:
    """Create a database for its owner alone, or take it from all others, who could read it before.

    One that its owner has opened to a group stays open to that. SQLite gives its other files the
    same permissions.
    """
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        return
    with suppress(OSError):  # somebody else's, or read-only: it is as its owner wants it
        mode = stat.S_IMODE(path.stat().st_mode)
        if mode == _FOR_ALL:
            path.chmod(0o600)


@contextmanager
def open_database(path: Path, *, anew: bool = False) -> Iterator[sqlite3.Connection]:
    """Open the database, create or migrate it where needed, and close it.

    A damaged one is renamed and not replaced automatically; `anew` creates a new one all the
    same. Raises StoreError when it cannot be opened or was written by a later paperlark,
    StoreDamaged when it is damaged or was renamed.
    """
    if not anew:
        check_not_set_aside(path)
    with store_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        make_private(path)
        connection = connect(path)
    try:
        with _renaming_damaged(path, connection), store_errors(path):
            known_good = is_checked(path)  # before this connection changes it
            connection.execute("PRAGMA journal_mode = WAL")
            # Paid judgements must survive a power cut.
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA foreign_keys = ON")
            if not known_good:
                _check_integrity(connection)
                note_check(path)
            _migrate(connection, path)
        yield connection
    except StoreDamaged:
        forget_check(path)
        raise
    finally:
        connection.close()
        note_closed(path)


def _check_integrity(connection: sqlite3.Connection) -> None:
    found = connection.execute("PRAGMA quick_check(1)").fetchone()
    if found != ("ok",):
        raise sqlite3.DatabaseError(str(found[0]).replace("\n", " "))


@contextmanager
def _renaming_damaged(path: Path, connection: sqlite3.Connection) -> Iterator[None]:
    try:
        yield
    except StoreDamaged as error:
        connection.close()
        aside = _free_name(path)
        for suffix in ("", "-wal", "-shm"):
            part = path.with_name(path.name + suffix)
            if part.exists():
                part.rename(aside.with_name(aside.name + suffix))
        _log.error("the database %s is damaged and was renamed to %s", path.name, aside.name)
        raise StoreDamaged(
            f"{error.problem}; it was renamed to {aside.name}", hint=_RESTORE
        ) from error


def _free_name(path: Path) -> Path:
    names = (path.with_name(f"{path.name}.damaged-{number}") for number in count(1))
    return next(name for name in names if not name.exists())


def check_not_set_aside(path: Path) -> None:
    """Raise StoreDamaged where a damaged database was renamed and not replaced."""
    if path.exists() or not path.parent.is_dir():
        return
    aside = sorted(path.parent.glob(f"{glob.escape(path.name)}.damaged-*"))
    if aside:
        raise StoreDamaged(
            f"the database {path} was damaged, and renamed to {aside[-1].name}", hint=_RESTORE
        )


def instant(at: datetime) -> str:
    """Format an instant so that texts sort as times do."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


@contextmanager
def store_errors(path: Path) -> Iterator[None]:
    """Translate SQLite's errors into ours, with the file name and a hint."""
    try:
        yield
    except (sqlite3.OperationalError, sqlite3.IntegrityError) as error:
        raise StoreError(
            f"the database {path} cannot be used ({error})", hint=_hint(str(error))
        ) from error
    except sqlite3.DatabaseError as error:
        raise StoreDamaged(f"the database {path} is damaged ({error})", hint=_RESTORE) from error
    except OSError as error:
        raise StoreError(
            f"the database {path} cannot be created ({error.strerror})",
            hint="check that its folder is writable",
        ) from error


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


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
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


def _migrate(connection: sqlite3.Connection, path: Path) -> None:
    version = _version(connection)
    if version > VERSION:
        raise StoreError(
            f"the database {path} was written by a later paperlark (its version is {version},"
            f" this one supports {VERSION})",
            hint="update paperlark",
        )
    for number in range(version + 1, VERSION + 1):
        _log.info("migrating %s to version %d", path.name, number)
        with transaction(connection):
            # Another process may have migrated while this one waited for the lock.
            if _version(connection) < number:
                if number == _COMPLETING:
                    _complete_batches(connection)
                for statement in _statements(_MIGRATIONS[number - 1].read_text("utf-8")):
                    connection.execute(statement)
                connection.execute(f"PRAGMA user_version = {number}")


def _complete_batches(connection: sqlite3.Connection) -> None:
    """Add the two columns that the first version of migration 0002 lacked."""
    there = {name for _, name, *_ in connection.execute("PRAGMA table_info(batches)")}
    for column in ("notes", "trail"):
        if column not in there:
            connection.execute(
                f"ALTER TABLE batches ADD COLUMN {column} TEXT NOT NULL DEFAULT '[]'"
            )


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _statements(script: str) -> Iterator[str]:
    """Yield the statements of a script: `executescript` would commit implicitly."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""


@dataclass(frozen=True, slots=True)
class DatabaseView:
    """A database's version and its size in bytes with its log; `fault` None means undamaged."""

    version: int
    size: int
    fault: str | None


@contextmanager
def open_read_only(path: Path) -> Iterator[sqlite3.Connection]:
    """Open an existing database read-only; raises StoreError or StoreDamaged."""
    address = f"{path.absolute().as_uri()}?mode=ro"
    with (
        store_errors(path),
        closing(connect(address, uri=True)) as connection,
    ):
        yield connection


def inspect_database(path: Path) -> DatabaseView:
    """Check all of an existing database; raises StoreError or StoreDamaged."""
    with open_read_only(path) as connection:
        version = int(connection.execute("PRAGMA user_version").fetchone()[0])
        (found,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    parts = (path, path.with_name(f"{path.name}-wal"))
    size = sum(part.stat().st_size for part in parts if part.exists())
    return DatabaseView(version, size, None if found == "ok" else str(found).replace("\n", " "))


@contextmanager
def open_existing(path: Path, profile: str) -> Iterator[sqlite3.Connection]:
    """Open a database that an earlier run created; never create one.

    Raises StoreError where there is none yet, StoreDamaged where it was damaged and renamed.
    """
    if not path.exists():
        check_not_set_aside(path)
        raise StoreError(f"{profile!r} has no page yet", hint="make one: paperlark today")
    with open_database(path) as connection:
        yield connection
