"""Open an archive that an earlier run made, also where nothing can be written: never create one."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from paperlark.domain.database_place import DatabasePlace, DatabaseServer
from paperlark.domain.errors import StoreError
from paperlark.store import postgresql
from paperlark.store.connection import DatabaseConnection, FileConnection, connect, store_errors
from paperlark.store.damage import find_missing, find_unreadable
from paperlark.store.database import check_not_gone, exists, open_database
from paperlark.store.sqlite import VERSION, prepare, version_of

_LOGS = ("-wal", "-journal")
"""What a process leaves beside a database that it uses, or used when it was killed."""


@contextmanager
def open_existing(
    database: DatabasePlace,
    profile: str,
    pages: Path,
    *,
    writes: bool = False,
    caches: bool = False,
) -> Iterator[DatabaseConnection]:
    """Open the database of a profile with pages in a folder; never create one.

    One that cannot be written is read as it is, unless the caller `writes`. A caller that only
    `caches` what it computes gets a copy then, and so does one that needs a later version.
    Raises StoreError where there is none yet, StoreDamaged where it was lost.
    """
    check_not_gone(database, pages)
    if not exists(database):
        raise StoreError(f"{profile!r} has no page yet", hint="make one: paperlark today")
    with _existing(database, writes=writes, caches=caches) as connection:
        yield connection


def _existing(
    database: DatabasePlace, *, writes: bool, caches: bool
) -> AbstractContextManager[DatabaseConnection]:
    if writes or can_write(database):
        return open_database(database)
    if isinstance(database, Path) and (caches or not is_current(database)):
        return _open_copy(database)
    return open_read_only(database)


def can_write(database: DatabasePlace) -> bool:
    """Return whether a database can be written: SQLite needs its folder as well.

    What a server's user may do is told by the statement that fails.
    """
    if isinstance(database, DatabaseServer):
        return True
    return os.access(database, os.W_OK) and os.access(database.parent, os.W_OK | os.X_OK)


def open_read_only(database: DatabasePlace) -> AbstractContextManager[DatabaseConnection]:
    """Open an existing database read-only; raises StoreError or StoreDamaged."""
    if isinstance(database, DatabaseServer):
        return closing(postgresql.connect(database.address, writes=False))
    return _open_file(database)


@contextmanager
def _open_file(path: Path) -> Iterator[FileConnection]:
    with ExitStack() as opened:
        with store_errors(path):
            if can_write(path):
                connection = _connect(path, "mode=ro")
            elif _has_log(path):
                connection = _connect(opened.enter_context(_copied(path)), "mode=ro")
            else:
                # Without this SQLite wants to write a log, though nobody can change the file.
                connection = _connect(path, "mode=ro&immutable=1")
            opened.enter_context(closing(connection))
        yield connection


def is_current(database: DatabasePlace) -> bool:
    """Return whether a database has the version of this program; raises StoreError."""
    if isinstance(database, DatabaseServer):
        with open_read_only(database) as connection:
            return postgresql.version_of(connection) == VERSION
    with _open_file(database) as connection, store_errors(database):
        return version_of(connection) == VERSION


@contextmanager
def _open_copy(path: Path) -> Iterator[FileConnection]:
    """Open a copy of a database that cannot be written, migrated; it is deleted in the end."""
    with ExitStack() as opened:
        with store_errors(path):
            copy = opened.enter_context(_copied(path))
            connection = opened.enter_context(closing(_connect(copy, "mode=rw")))
            prepare(connection, path, checks=True)
        yield connection


@contextmanager
def _copied(path: Path) -> Iterator[Path]:
    """Copy a database with its log, which holds what is not in the file yet."""
    with tempfile.TemporaryDirectory(prefix="paperlark-") as folder:
        for suffix in ("", *_LOGS):
            part = path.with_name(path.name + suffix)
            if part.exists():
                shutil.copyfile(part, Path(folder, part.name))
        yield Path(folder, path.name)


def _has_log(path: Path) -> bool:
    logs = (path.with_name(path.name + suffix) for suffix in _LOGS)
    return any(log.exists() and log.stat().st_size for log in logs)


def _connect(path: Path, how: str) -> FileConnection:
    address = f"{path.absolute().as_uri()}?{how}"
    return connect(address, uri=True)


@dataclass(frozen=True, slots=True)
class DatabaseView:
    """A database's version and its size in bytes with its log; `fault` None means undamaged."""

    version: int
    size: int
    fault: str | None


def inspect_database(database: DatabasePlace) -> DatabaseView:
    """Check all of an existing database; raises StoreError or StoreDamaged.

    Of a server's database the version and the size are asked: it watches over its own files.
    """
    if isinstance(database, DatabaseServer):
        with open_read_only(database) as connection:
            size = connection.execute("SELECT pg_database_size(current_database())").fetchone()
            return DatabaseView(postgresql.version_of(connection), int(size[0]), None)
    return _inspect_file(database)


def _inspect_file(path: Path) -> DatabaseView:
    with _open_file(path) as connection, store_errors(path):
        version = version_of(connection)
        (found,) = connection.execute("PRAGMA quick_check(1)").fetchone()
        fault = None if found == "ok" else str(found).replace("\n", " ")
        if fault is None and version == VERSION:
            fault = find_missing(connection) or find_unreadable(connection)
    parts = (path, path.with_name(f"{path.name}-wal"))
    size = sum(part.stat().st_size for part in parts if part.exists())
    return DatabaseView(version, size, fault)
