"""Libraries that are read for a reader every morning: what was in them, and in which version."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from paperlark.domain.database_place import DatabasePlace
from paperlark.store.connection import DatabaseConnection, instant, store_errors, transaction


@dataclass(frozen=True, slots=True)
class ReadLibrary:
    """A library as it was read last: its own version then, and its items, as JSON."""

    version: int
    items: str


class ReadLibraryStore:
    """One reader's libraries in an open database, by their names."""

    def __init__(
        self, connection: DatabaseConnection, database: DatabasePlace, profile: str
    ) -> None:
        self._connection = connection
        self._database = database
        self._profile = profile

    def all(self) -> Mapping[str, ReadLibrary]:
        """Return every library that was read."""
        with store_errors(self._database):
            rows = self._connection.execute(
                "SELECT library, version, items FROM read_libraries WHERE profile = ?"
                " ORDER BY library",
                (self._profile,),
            ).fetchall()
        return {library: ReadLibrary(version, items) for library, version, items in rows}

    def keep(self, libraries: Mapping[str, ReadLibrary], now: datetime) -> None:
        """Store what libraries have now, in one transaction, in place of all that was stored."""
        with store_errors(self._database), transaction(self._connection, self._profile):
            self._connection.execute(
                "DELETE FROM read_libraries WHERE profile = ?", (self._profile,)
            )
            self._connection.executemany(
                "INSERT INTO read_libraries (profile, library, version, items, at)"
                " VALUES (?, ?, ?, ?, ?)",
                [
                    (self._profile, name, one.version, one.items, instant(now))
                    for name, one in libraries.items()
                ],
            )
