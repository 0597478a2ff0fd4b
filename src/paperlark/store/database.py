"""Open a database wherever it is: an SQLite file, or a PostgreSQL server."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

from paperlark.domain.database_place import DatabasePlace, DatabaseServer
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


def connections_kept(database: DatabasePlace) -> AbstractContextManager[None]:
    """Keep connections to a server open for this process, until the end of the block.

    A file needs none. Raises StoreError.
    """
    if isinstance(database, DatabaseServer):
        return postgresql.connections_kept(database.address)
    return nullcontext()


def exists(database: DatabasePlace) -> bool:
    """Return whether there is a database that a run made; raises StoreError, OSError."""
    if isinstance(database, DatabaseServer):
        return postgresql.has_tables(database.address)
    return database.exists()


def check_not_gone(database: DatabasePlace, pages: Path) -> None:
    """Raise StoreDamaged where a file was lost and not replaced; see `sqlite.find_loss`.

    Raises StoreError where its folder may not be entered.
    """
    if isinstance(database, Path):
        sqlite.check_not_gone(database, pages)
