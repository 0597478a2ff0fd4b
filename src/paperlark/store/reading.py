"""Open an archive that an earlier run made, also where nothing can be written: never create one."""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from paperlark.domain.errors import StoreError
from paperlark.store.damage import find_missing, find_unreadable
from paperlark.store.database import (
    VERSION,
    check_not_gone,
    connect,
    open_database,
    prepare,
    store_errors,
    version_of,
)

_LOGS = ("-wal", "-journal")
"""What a process leaves beside a database that it uses, or used when it was killed."""


@contextmanager
def open_existing(
    path: Path, profile: str, pages: Path, *, writes: bool = False, caches: bool = False
) -> Iterator[sqlite3.Connection]:
    """Open the database of a profile with pages in a folder; never create one.

    One that cannot be written is read as it is, unless the caller `writes`. A caller that only
    `caches` what it computes gets a copy then, and so does one that needs a later version.
    Raises StoreError where there is none yet, StoreDamaged where it was lost.
    """
    check_not_gone(path, pages)
    if not path.exists():
        raise StoreError(f"{profile!r} has no page yet", hint="make one: paperlark today")
    if writes or can_write(path):
        opened = open_database(path)
    elif caches or not is_current(path):
        opened = _open_copy(path)
    else:
        opened = open_read_only(path)
    with opened as connection:
        yield connection


def can_write(path: Path) -> bool:
    """Return whether a database can be written: SQLite needs its folder as well."""
    return os.access(path, os.W_OK) and os.access(path.parent, os.W_OK | os.X_OK)


@contextmanager
def open_read_only(path: Path) -> Iterator[sqlite3.Connection]:
    """Open an existing database read-only; raises StoreError or StoreDamaged."""
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


def is_current(path: Path) -> bool:
    """Return whether a database has the version of this program; raises StoreError."""
    with open_read_only(path) as connection, store_errors(path):
        return version_of(connection) == VERSION


@contextmanager
def _open_copy(path: Path) -> Iterator[sqlite3.Connection]:
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


def _connect(path: Path, how: str) -> sqlite3.Connection:
    address = f"{path.absolute().as_uri()}?{how}"
    return connect(address, uri=True)


@dataclass(frozen=True, slots=True)
class DatabaseView:
    """A database's version and its size in bytes with its log; `fault` None means undamaged."""

    version: int
    size: int
    fault: str | None


def inspect_database(path: Path) -> DatabaseView:
    """Check all of an existing database; raises StoreError or StoreDamaged."""
    with open_read_only(path) as connection, store_errors(path):
        version = version_of(connection)
        (found,) = connection.execute("PRAGMA quick_check(1)").fetchone()
        fault = None if found == "ok" else str(found).replace("\n", " ")
        if fault is None and version == VERSION:
            fault = find_missing(connection) or find_unreadable(connection)
    parts = (path, path.with_name(f"{path.name}-wal"))
    size = sum(part.stat().st_size for part in parts if part.exists())
    return DatabaseView(version, size, fault)
