"""Translated criteria, and the calls that were paid for them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from paperlark.domain.database_place import DatabasePlace
from paperlark.domain.errors import StoreError
from paperlark.domain.judgement import JudgementKey
from paperlark.domain.translation import StoredTranslation, TranslationReply
from paperlark.store.connection import DatabaseConnection, store_errors, transaction
from paperlark.store.judgements import insert_exchanges
from paperlark.store.reading import open_read_only


class TranslationStore:
    """Implements TranslationMemory on an open database."""

    def __init__(
        self,
        connection: DatabaseConnection,
        database: DatabasePlace,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._connection = connection
        self._database = database
        self._now = now

    def find(self, criteria: str, translator: str) -> StoredTranslation | None:
        """Return what that translator made of these criteria, None where it never answered."""
        with store_errors(self._database):
            row = self._connection.execute(
                "SELECT english, attempts FROM translations WHERE criteria = ? AND translator = ?",
                (criteria, translator),
            ).fetchone()
        return StoredTranslation(*row) if row else None

    def keep(self, reply: TranslationReply, key: JudgementKey) -> None:
        """Store a reply and its calls in one transaction; a usable translation stays."""
        with store_errors(self._database), transaction(self._connection, key.profile):
            insert_exchanges(self._connection, reply.calls, key, self._now())
            if reply.answered:
                self._connection.execute(
                    "INSERT INTO translations (criteria, translator, english, attempts)"
                    " VALUES (?, ?, ?, 1) ON CONFLICT (criteria, translator) DO UPDATE SET"
                    " english = coalesce(translations.english, excluded.english),"
                    " attempts = translations.attempts + 1",
                    (key.criteria, key.judge, reply.english),
                )


def find_translation(
    database: DatabasePlace, criteria: str, translator: str
) -> StoredTranslation | None:
    """Look into a database without changing it; None also where it cannot be read."""
    try:
        with open_read_only(database) as connection:
            return TranslationStore(connection, database).find(criteria, translator)
    except StoreError:
        # It does not exist yet, or is older than translations.
        return None
