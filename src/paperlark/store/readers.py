"""The readers of a database: each one's id, and title and path of the profile as last seen."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from paperlark.domain.database_place import DatabasePlace
from paperlark.domain.errors import StoreError
from paperlark.domain.readers import KnownReader
from paperlark.store.connection import DatabaseConnection, store_errors, transaction
from paperlark.store.database import exists
from paperlark.store.reading import is_current, open_read_only


class ReaderStore:
    """Implements ReaderTable on an open database."""

    def __init__(self, connection: DatabaseConnection, database: DatabasePlace) -> None:
        self._connection = connection
        self._database = database

    def all(self) -> tuple[KnownReader, ...]:
        """Return every reader, sorted by id."""
        with store_errors(self._database):
            rows = self._connection.execute(
                "SELECT id, title, profile FROM readers ORDER BY id"
            ).fetchall()
        return tuple(KnownReader(*row) for row in rows)

    def complete(self) -> None:
        """Add the readers of rows that were stored without one, as a restore does."""
        with store_errors(self._database), transaction(self._connection):
            self._connection.execute(
                "INSERT INTO readers (id, title, profile) SELECT profile, profile, ''"
                " FROM (SELECT profile FROM digests UNION SELECT profile FROM feedback) AS stored"
                " WHERE true ON CONFLICT (id) DO NOTHING"
            )

    def keep(self, choose: Callable[[Sequence[KnownReader]], KnownReader]) -> KnownReader:
        """Store the reader that `choose` returns for all others; nobody writes between."""
        with store_errors(self._database), transaction(self._connection):
            chosen = choose(self.all())
            self._connection.execute(
                "INSERT INTO readers (id, title, profile) VALUES (?, ?, ?)"
                " ON CONFLICT (id) DO UPDATE"
                " SET title = excluded.title, profile = excluded.profile",
                (chosen.id, chosen.title, chosen.profile),
            )
        return chosen


def stored_readers(database: DatabasePlace) -> tuple[KnownReader, ...]:
    """Return every reader of a database that is only looked at; none where it cannot be read."""
    try:
        if not exists(database) or not is_current(database):
            return ()
        with open_read_only(database) as connection:
            return ReaderStore(connection, database).all()
    except (StoreError, OSError):
        return ()
