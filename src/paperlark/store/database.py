"""One SQLite file: opened, brought up to date, and closed."""

from __future__ import annotations

import glob
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from importlib.resources import files
from itertools import count
from pathlib import Path

from paperlark.domain.errors import StoreDamaged, StoreError
from paperlark.store.integrity import forget_check, is_checked, note_check, note_closed

_MIGRATIONS = tuple(
    sorted(
        (file for file in files(__package__).joinpath("migrations").iterdir()),
        key=lambda file: file.name,
    )
)
_RESTORE = (
    "make it again from your pages and votes with: paperlark restore (then import again what you"
    " had imported); or move that file away to begin anew"
)
VERSION = len(_MIGRATIONS)
"""A database's `user_version`: how many migrations it has had."""
_COMPLETING = 3
"""The first migration that finds tables of two shapes."""


@contextmanager
def open_database(path: Path, *, anew: bool = False) -> Iterator[sqlite3.Connection]:
    """Open the database, make or migrate it where needed, and close it.

    A damaged one is set aside under another name, and nothing takes its place by itself; `anew`
    makes a new one all the same. Raises StoreError when it cannot be opened or was made by a
    later paperlark, StoreDamaged when it is or was set aside.
    """
    if not anew:
        check_not_set_aside(path)
    with store_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(path, timeout=30, isolation_level=None)
    try:
        with _setting_aside(path, connection), store_errors(path):
            known_whole = is_checked(path)  # before we touch it ourselves
            connection.execute("PRAGMA journal_mode = WAL")
            # What was paid for must outlive a power cut.
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA foreign_keys = ON")
            if not known_whole:
                _check_whole(connection)
                note_check(path)
            _migrate(connection, path)
        yield connection
    except StoreDamaged:
        forget_check(path)
        raise
    finally:
        connection.close()
        note_closed(path)


def _check_whole(connection: sqlite3.Connection) -> None:
    found = connection.execute("PRAGMA quick_check(1)").fetchone()
    if found != ("ok",):
        raise sqlite3.DatabaseError(str(found[0]).replace("\n", " "))


@contextmanager
def _setting_aside(path: Path, connection: sqlite3.Connection) -> Iterator[None]:
    try:
        yield
    except StoreDamaged as error:
        connection.close()
        aside = _free_name(path)
        for suffix in ("", "-wal", "-shm"):
            part = path.with_name(path.name + suffix)
            if part.exists():
                part.rename(aside.with_name(aside.name + suffix))
        raise StoreDamaged(
            f"{error.problem}; it was set aside as {aside.name}", hint=_RESTORE
        ) from error


def _free_name(path: Path) -> Path:
    names = (path.with_name(f"{path.name}.damaged-{number}") for number in count(1))
    return next(name for name in names if not name.exists())


def check_not_set_aside(path: Path) -> None:
    """Raise StoreDamaged where a database was set aside and nothing has taken its place."""
    if path.exists() or not path.parent.is_dir():
        return
    aside = sorted(path.parent.glob(f"{glob.escape(path.name)}.damaged-*"))
    if aside:
        raise StoreDamaged(
            f"the database {path} was damaged, and set aside as {aside[-1].name}", hint=_RESTORE
        )


@contextmanager
def store_errors(path: Path) -> Iterator[None]:
    """Turn SQLite's errors into ours, with the file's name and what to do."""
    try:
        yield
    except (sqlite3.OperationalError, sqlite3.IntegrityError) as error:
        raise StoreError(
            f"the database {path} cannot be used ({error})", hint=_mend(str(error))
        ) from error
    except sqlite3.DatabaseError as error:
        raise StoreDamaged(f"the database {path} is damaged ({error})", hint=_RESTORE) from error
    except OSError as error:
        raise StoreError(
            f"the database {path} cannot be made ({error.strerror})",
            hint="check that its folder is writable",
        ) from error


def _mend(reason: str) -> str:
    """Say what helps, by SQLite's own words for it."""
    if "locked" in reason:
        return "another program is at work on it; try again when that is done"
    if "no such" in reason or "already exists" in reason or "constraint" in reason:
        return "is it another program's file? Name another one with `database` in the profile"
    return "check that its folder is writable and that the disk is not full"


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """All or nothing; the write lock is taken at the start, so that nothing fails half-way."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        # A full disk has SQLite roll back by itself.
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _migrate(connection: sqlite3.Connection, path: Path) -> None:
    version = _version(connection)
    if version > VERSION:
        raise StoreError(
            f"the database {path} was made by a later paperlark (its version {version},"
            f" this one knows {VERSION})",
            hint="update paperlark",
        )
    for number in range(version + 1, VERSION + 1):
        with transaction(connection):
            # Another process may have been here while this one waited for the lock.
            if _version(connection) < number:
                if number == _COMPLETING:
                    _complete_batches(connection)
                for statement in _statements(_MIGRATIONS[number - 1].read_text("utf-8")):
                    connection.execute(statement)
                connection.execute(f"PRAGMA user_version = {number}")


def _complete_batches(connection: sqlite3.Connection) -> None:
    """Give batches the two columns that 0002 lacked in the first databases that were made by it."""
    there = {name for _, name, *_ in connection.execute("PRAGMA table_info(batches)")}
    for column in ("notes", "trail"):
        if column not in there:
            connection.execute(
                f"ALTER TABLE batches ADD COLUMN {column} TEXT NOT NULL DEFAULT '[]'"
            )


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _statements(script: str) -> Iterator[str]:
    """Part a script, because `executescript` would commit behind our back."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""


@dataclass(frozen=True, slots=True)
class DatabaseView:
    """A database's version and bytes, its log's too; `fault` is what is damaged, None if whole."""

    version: int
    size: int
    fault: str | None


@contextmanager
def open_read_only(path: Path) -> Iterator[sqlite3.Connection]:
    """Open a database that is there, to read alone; raises StoreError or StoreDamaged."""
    address = f"{path.absolute().as_uri()}?mode=ro"
    with (
        store_errors(path),
        closing(sqlite3.connect(address, uri=True, timeout=30, isolation_level=None)) as connection,
    ):
        yield connection


def inspect_database(path: Path) -> DatabaseView:
    """Read all of a database that is there; raises StoreError or StoreDamaged."""
    with open_read_only(path) as connection:
        version = int(connection.execute("PRAGMA user_version").fetchone()[0])
        (said,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    parts = (path, path.with_name(f"{path.name}-wal"))
    size = sum(part.stat().st_size for part in parts if part.exists())
    return DatabaseView(version, size, None if said == "ok" else str(said).replace("\n", " "))


@contextmanager
def open_existing(path: Path, profile: str) -> Iterator[sqlite3.Connection]:
    """Open a database that a run has made; none is made here, not even an empty one.

    Raises StoreError where there is none yet, StoreDamaged where it was set aside.
    """
    if not path.exists():
        check_not_set_aside(path)
        raise StoreError(f"{profile!r} has no page yet", hint="make one: paperlark today")
    with open_database(path) as connection:
        yield connection
