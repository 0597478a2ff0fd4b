"""What a reader shows to the other members of their group: a row once they said so."""

from __future__ import annotations

from datetime import datetime

from paperlark.domain.agenda import Sharing
from paperlark.domain.database_place import DatabasePlace
from paperlark.store.connection import DatabaseConnection, instant, store_errors, transaction


class SharingStore:
    """One reader's choice in an open database."""

    def __init__(
        self, connection: DatabaseConnection, database: DatabasePlace, profile: str
    ) -> None:
        self._connection = connection
        self._database = database
        self._profile = profile

    def chosen(self) -> Sharing:
        """Return what the reader shows; nothing where they never said so."""
        with store_errors(self._database):
            row = self._connection.execute(
                "SELECT wanted, saved FROM sharing WHERE profile = ?", (self._profile,)
            ).fetchone()
        return Sharing(bool(row[0]), bool(row[1])) if row else Sharing()

    def choose(self, sharing: Sharing, now: datetime) -> None:
        """Store what the reader shows from now on, also of what they did before."""
        row = (self._profile, int(sharing.wanted), int(sharing.saved), instant(now))
        with store_errors(self._database), transaction(self._connection, self._profile):
            self._connection.execute(
                "INSERT INTO sharing (profile, wanted, saved, at) VALUES (?, ?, ?, ?)"
                " ON CONFLICT (profile) DO UPDATE SET wanted = excluded.wanted,"
                " saved = excluded.saved, at = excluded.at",
                row,
            )
