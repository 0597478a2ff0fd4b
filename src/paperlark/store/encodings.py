"""The encodings of papers: their words and embeddings, computed once for all readers and days."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from pathlib import Path

from paperlark.store.database import store_errors, transaction

_MOST = 50_000
"""Encodings that are kept, 80 MB: two months of the largest categories."""


class EncodingStore:
    """Implements PaperEncodings on an open database."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self._connection = connection
        self._path = path

    def find(self, made_of: Iterable[bytes]) -> Mapping[bytes, bytes]:
        """Return those that are kept, by what they were made of."""
        question = "SELECT content FROM encodings WHERE made_of = ?"
        with store_errors(self._path):
            rows = {key: self._connection.execute(question, (key,)).fetchone() for key in made_of}
        return {key: row[0] for key, row in rows.items() if row}

    def keep(self, encodings: Mapping[bytes, bytes]) -> None:
        """Keep more of them, and no more than _MOST: the oldest go."""
        with store_errors(self._path), transaction(self._connection):
            self._connection.executemany(
                "INSERT OR REPLACE INTO encodings (made_of, content) VALUES (?, ?)",
                encodings.items(),
            )
            self._connection.execute(
                "DELETE FROM encodings WHERE number <= (SELECT max(number) FROM encodings) - ?",
                (_MOST,),
            )
