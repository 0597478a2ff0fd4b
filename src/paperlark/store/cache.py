"""A cache of things that take long to make, each with the fingerprint of its inputs."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from pathlib import Path

from paperlark.domain.archive import CacheEntry
from paperlark.store.database import store_errors, transaction


class CacheStore:
    """Implements Cache on an open database."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self._connection = connection
        self._path = path

    def find(self, key: str, made_of: str) -> bytes | None:
        """Return the cached content, None where there is none or its inputs changed."""
        with store_errors(self._path):
            row = self._connection.execute(
                "SELECT content FROM scratch WHERE key = ? AND made_of = ?", (key, made_of)
            ).fetchone()
        return None if row is None else bytes(row[0])

    def keep(self, scraps: Iterable[CacheEntry]) -> None:
        """Store the entries in one transaction, replacing those with the same keys."""
        with store_errors(self._path), transaction(self._connection):
            self._connection.executemany(
                "INSERT OR REPLACE INTO scratch (key, made_of, content) VALUES (?, ?, ?)",
                ((one.key, one.made_of, one.content) for one in scraps),
            )
