"""The SQLite file: open, migrate, check and close it; a damaged one is renamed."""

from __future__ import annotations

import glob
import logging
import os
import re
import sqlite3
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from importlib.resources import files
from itertools import count
from pathlib import Path

from paperlark.domain.errors import StoreDamaged, StoreError
from paperlark.store import compact_days
from paperlark.store.connection import RESTORE, FileConnection, connect, store_errors, transaction
from paperlark.store.damage import find_missing
from paperlark.store.file_systems import remote_mount
from paperlark.store.integrity import forget_check, is_checked, note_check, note_closed

_log = logging.getLogger(__name__)

_MIGRATIONS = {
    int(file.name.partition("_")[0]): file
    for file in files(__package__).joinpath("migrations", "sqlite").iterdir()
    if file.name.endswith(".sql")
}
VERSION = max(_MIGRATIONS)
"""The `user_version` of a database: the number of its latest migration."""
MANIFESTS = "????-??-??.manifest.json"
"""The files beside pages that a database can be rebuilt from."""
_FOR_ALL = 0o644
"""The permissions that databases had before they were private."""
_MIGRATION_CACHE = 128 * 1024
"""Of pages while a database is migrated, in kB."""
_COMPLETING = 3
"""The first migration that may find tables in two shapes."""
_BY_CONTENT = frozenset([11, 12, *range(18, VERSION + 1)])
"""Migrations that some databases have had by another number, or only after later ones."""
_GROWN = (19, 21)
"""Migrations that some databases have had in part."""
_ASKED_FOR = """
    UPDATE exchanges SET profile = coalesce(
        (SELECT min(profile) FROM digests WHERE digests.day = exchanges.day),
        (SELECT min(profile) FROM digests),
        ''
    )
"""
_ON_PAGES = """
    INSERT OR IGNORE INTO scanned (profile, day, paper_id, on_page)
    SELECT profile, day, json_extract(entry.value, '$.paper.id'), 1
    FROM (SELECT profile, day, digest FROM digests WHERE json_valid(digest)) AS pages,
        json_each(pages.digest, '$.entries') AS entry
    WHERE json_extract(entry.value, '$.paper.id') IS NOT NULL
"""
_ADDED = re.compile(r"^CREATE TABLE (\w+)|^ALTER TABLE (\w+) ADD COLUMN (\w+)", re.MULTILINE)
_CREATED = re.compile(r"^CREATE (?:TABLE|INDEX|UNIQUE INDEX) (\w+)", re.MULTILINE)


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
def open_file(
    path: Path,
    *,
    anew: bool = False,
    pages: Path | None = None,
    tell: Callable[[str], object] | None = None,
) -> Iterator[FileConnection]:
    """Open the database, create or migrate it where needed, and close it.

    A damaged one is renamed and not replaced automatically, nor is one that is gone though there
    are `pages` in their folder, unless there is somebody to `tell`; `anew` creates a new one all
    the same. Raises StoreError when it cannot be opened or was written by a later paperlark,
    StoreDamaged when it is damaged, was renamed or is gone.
    """
    if not anew:
        check_not_set_aside(path)
        if lost := find_loss(path, pages):
            if tell is None:
                raise lost
            tell(str(lost))
    with store_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        make_private(path)
        connection = connect(path)
    try:
        with _renaming_damaged(path, connection), store_errors(path):
            known_good = is_checked(path)  # before this connection changes it
            # A write-ahead log needs memory that is shared with whoever else reads the file.
            journal = "DELETE" if remote_mount(path) else "WAL"
            connection.execute(f"PRAGMA journal_mode = {journal}")
            prepare(connection, path, checks=not known_good)
            if not known_good:
                note_check(path)
        yield connection
    except StoreDamaged:
        forget_check(path)
        raise
    finally:
        connection.close()
        note_closed(path)


def prepare(connection: FileConnection, path: Path, *, checks: bool) -> None:
    """Migrate a database that was opened, and check it; raises StoreError or sqlite3's errors."""
    # Paid judgements must survive a power cut.
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")
    if checks:
        _check_integrity(connection)
    _migrate(connection, path)
    if checks and (fault := find_missing(connection)):
        raise sqlite3.DatabaseError(fault)


def _check_integrity(connection: sqlite3.Connection) -> None:
    """Check what every version has, before anything is changed."""
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
            f"{error.problem}; it was renamed to {aside.name}", hint=RESTORE
        ) from error


def _free_name(path: Path) -> Path:
    names = (path.with_name(f"{path.name}.damaged-{number}") for number in count(1))
    return next(name for name in names if not name.exists())


def check_not_gone(path: Path, pages: Path) -> None:
    """Raise StoreDamaged where a database was lost and not replaced; see `find_loss`.

    Raises StoreError where its folder may not be entered.
    """
    with store_errors(path):
        check_not_set_aside(path)
        if lost := find_loss(path, pages):
            raise lost


def check_not_set_aside(path: Path) -> None:
    """Raise StoreDamaged where a damaged database was renamed and not replaced."""
    if path.exists() or not path.parent.is_dir():
        return
    aside = sorted(path.parent.glob(f"{glob.escape(path.name)}.damaged-*"))
    if aside:
        raise StoreDamaged(
            f"the database {path} was damaged, and renamed to {aside[-1].name}", hint=RESTORE
        )


def find_loss(path: Path, pages: Path | None) -> StoreDamaged | None:
    """Return the error of a database that is missing or empty, beside pages made with one."""
    there = path.exists()
    if pages is None or (there and path.stat().st_size) or not any(pages.glob(MANIFESTS)):
        return None
    return StoreDamaged(
        f"the database {path} is {'empty' if there else 'gone'}, and there are pages in {pages}",
        hint="rebuild it from them with: paperlark restore; or move them away to start anew",
    )


def _migrate(connection: FileConnection, path: Path) -> None:
    version = version_of(connection)
    if version > VERSION:
        raise StoreError(
            f"the database {path} was written by a later paperlark (its version is {version},"
            f" this one supports {VERSION})",
            hint="update paperlark",
        )
    if version == VERSION and _was_made(connection, VERSION, version):
        return
    # Days are read from three tables at once: with SQLite's 2 MB most pages are read many times.
    connection.execute(f"PRAGMA cache_size = -{_MIGRATION_CACHE}")
    with transaction(connection):
        # Another process may have migrated while this one waited for the lock.
        version = version_of(connection)
        for number in sorted(_MIGRATIONS):
            if _was_made(connection, number, version):
                if number in _GROWN:
                    _create_missing(connection, number)
                continue
            _log.info("migrating %s to version %d", path.name, number)
            if number == _COMPLETING:
                _complete_pages(connection)
                _complete_batches(connection)
            for statement in _statements(_MIGRATIONS[number].read_text("utf-8")):
                connection.execute(statement)
            if number == compact_days.VERSION:
                compact_days.move_days(connection)
        connection.execute(f"PRAGMA user_version = {VERSION}")


def _was_made(connection: sqlite3.Connection, number: int, version: int) -> bool:
    """Return whether a database has had a migration.

    One of `_BY_CONTENT` is known by the first table or column that it adds.
    """
    if number not in _BY_CONTENT:
        return number <= version
    added = _ADDED.search(_MIGRATIONS[number].read_text("utf-8"))
    table, column = (added[1] or added[2], added[3]) if added else ("", None)
    there = {name for _, name, *_ in connection.execute(f"PRAGMA table_info({table})")}
    return column in there if column else bool(there)


def _create_missing(connection: sqlite3.Connection, number: int) -> None:
    """Create the tables and indexes of a migration that are not there."""
    there = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
    for statement in _statements(_MIGRATIONS[number].read_text("utf-8")):
        found = _CREATED.search(statement)
        if found and found[1] not in there:
            connection.execute(statement)


def _complete_pages(connection: sqlite3.Connection) -> None:
    """Add what the first version of migration 0001 lacked: scanned papers, and who asked a model.

    Of a page of that time only the papers on it are known. A call belongs to a reader with a page
    of its day, else to any reader: then there was one profile in a database.
    """
    if "profile" in {name for _, name, *_ in connection.execute("PRAGMA table_info(exchanges)")}:
        return
    connection.execute("DROP INDEX exchanges_by_day")
    connection.execute("ALTER TABLE exchanges ADD COLUMN profile TEXT NOT NULL DEFAULT ''")
    _create_missing(connection, 1)
    connection.execute(_ASKED_FOR)
    connection.execute(_ON_PAGES)


def _complete_batches(connection: sqlite3.Connection) -> None:
    """Add the two columns that the first version of migration 0002 lacked."""
    there = {name for _, name, *_ in connection.execute("PRAGMA table_info(batches)")}
    for column in ("notes", "trail"):
        if column not in there:
            connection.execute(
                f"ALTER TABLE batches ADD COLUMN {column} TEXT NOT NULL DEFAULT '[]'"
            )


def version_of(connection: sqlite3.Connection) -> int:
    """Return the number of the latest migration that a database has had."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _statements(script: str) -> Iterator[str]:
    """Yield the statements of a script: `executescript` would commit implicitly."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
