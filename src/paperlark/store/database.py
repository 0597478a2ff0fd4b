"""Open a database wherever it is, and tell the errors of its engine as ours."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from paperlark.domain.database_place import DatabasePlace, DatabaseServer
from paperlark.domain.errors import StoreError
from paperlark.store import postgresql, sqlite
from paperlark.store.connection import DatabaseConnection


def open_database(
    database: DatabasePlace,
    *,
    anew: bool = False,
    pages: Path | None = None,
    tell: Callable[[str], object] | None = None,
) -> AbstractContextManager[DatabaseConnection]:
    """Open a database, create or migrate it where needed, and close it.

    A damaged file is renamed and not replaced automatically, nor is one that is gone though there
    are `pages` in their folder, unless there is somebody to `tell`; `anew` creates a new one all
    the same. Raises StoreError when it cannot be opened or was written by a later paperlark,
    StoreDamaged when it is damaged, was renamed or is gone.
    """
    if isinstance(database, DatabaseServer):
        return postgresql.open_server(database.address)
    return sqlite.open_file(database, anew=anew, pages=pages, tell=tell)


def exists(database: DatabasePlace) -> bool:
    """Return whether there is a database that a run made; raises StoreError, OSError."""
    if isinstance(database, DatabaseServer):
        return postgresql.has_tables(database.address)
    return database.exists()


def connect_again(database: DatabasePlace) -> DatabaseConnection:
    """Return one more connection to a database that is open, for use on any thread."""
    if isinstance(database, DatabaseServer):
        return postgresql.connect(database.address)
    return sqlite.connect_again(database)


def check_room(database: DatabasePlace, *, tries: bool) -> None:
    """Raise StoreError where the disk has too little room to store what is being paid for.

    With `tries` a file is written as well: quotas and limits are not counted as free space. The
    disk of a server is not seen from here; a full one is an error of the note made before paying.
    """
    if isinstance(database, Path):
        sqlite.check_room(database, tries=tries)


def check_not_gone(database: DatabasePlace, pages: Path) -> None:
    """Raise StoreDamaged where a file was lost and not replaced; see `sqlite.find_loss`.

    Raises StoreError where its folder may not be entered.
    """
    if isinstance(database, Path):
        sqlite.check_not_gone(database, pages)


def instant(at: datetime) -> str:
    """Format an instant so that texts sort as times do."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


@contextmanager
def store_errors(database: DatabasePlace) -> Iterator[None]:
    """Translate an engine's errors into ours, with the database's name and a hint.

    Those of a server come translated from its connection.
    """
    if isinstance(database, Path):
        with sqlite.file_errors(database):
            yield
        return
    try:
        yield
    except (ValueError, TypeError, KeyError, IndexError, ArithmeticError) as error:
        raise StoreError(
            f"a row of the database {database} cannot be read ({error})",
            hint="was it changed by hand? Restore it from a backup",
        ) from error
