"""Keep the full-text index up to date with the papers that are new since the last search or run."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

from paperlark.domain.database_place import DatabasePlace
from paperlark.ports import Advance
from paperlark.store.announcements import DETAILS, FIELDS, columns, paper_of
from paperlark.store.connection import DatabaseConnection, store_errors, transaction
from paperlark.store.fts5_words import Fts5Words
from paperlark.store.search_words import WordIndex, text_of
from paperlark.store.tsvector_words import TsvectorWords

_AT_ONCE = 1000
"""Texts indexed in one transaction: another writer waits half a second at most."""

_FIRST = "SELECT number FROM search_waiting ORDER BY number LIMIT ?"
_OF_LIBRARY = ", ".join(
    (*(f"t.{field}" for field in FIELDS), *(f"CAST(NULL AS TEXT) AS {one}" for one in DETAILS))
)
"""An imported paper has no details."""
# A version that is in the index already stays: an older one may arrive later. arXiv's own text
# takes precedence over an imported one.
_TEXTS = f"""
    SELECT w.number, w.profile, {columns("t")}
    FROM search_waiting w JOIN papers t ON t.id = w.paper_id
        AND t.version = (SELECT max(version) FROM papers WHERE id = w.paper_id)
    WHERE w.profile = '' AND w.number <= :last AND NOT EXISTS (
        SELECT 1 FROM search_texts
        WHERE paper_id = t.id AND profile = '' AND version = t.version
    )
    UNION ALL
    SELECT w.number, w.profile, {_OF_LIBRARY.replace("t.id", "t.paper_id", 1)}
    FROM search_waiting w JOIN library t ON t.paper_id = w.paper_id AND t.profile = w.profile
    WHERE w.profile <> '' AND w.number <= :last
        AND NOT EXISTS (SELECT 1 FROM papers WHERE id = w.paper_id)
    ORDER BY number
"""  # noqa: S608  # composed of constants only


_WORTH_MERGING = 10_000
"""From this many new texts on, the index is tidied up afterwards."""


class FullTextIndex:
    """Keeps the index of an open database up to date; `plain` decodes the TeX of a text."""

    def __init__(
        self, connection: DatabaseConnection, database: DatabasePlace, plain: Callable[[str], str]
    ) -> None:
        self.words: WordIndex = (
            Fts5Words(connection)
            if isinstance(connection, sqlite3.Connection)
            else TsvectorWords(connection)
        )
        self._connection = connection
        self._database = database
        self._plain = plain

    def waiting(self) -> int:
        """Return how many texts are not indexed yet."""
        with store_errors(self._database):
            (found,) = self._connection.execute("SELECT count(*) FROM search_waiting").fetchone()
        return int(found)

    def catch_up(self, advance: Advance, most: int | None = None) -> None:
        """Index waiting texts, `most` or all, some in each transaction; the rest waits on."""
        read = 0
        while some := self._read_some(_AT_ONCE if most is None else min(_AT_ONCE, most - read)):
            advance(some)
            read += some
        if read >= _WORTH_MERGING:
            with store_errors(self._database), transaction(self._connection):
                self.words.merge()

    def _read_some(self, most: int) -> int:
        with store_errors(self._database), transaction(self._connection):
            waiting = [number for (number,) in self._connection.execute(_FIRST, (most,))]
            if not waiting:
                return 0
            rows = self._connection.execute(_TEXTS, {"last": waiting[-1]}).fetchall()
            texts = [text_of(profile, paper_of(*row), self._plain) for _, profile, *row in rows]
            # arXiv's own text takes the place of everybody's import.
            self._connection.executemany(
                "DELETE FROM search_texts WHERE paper_id = ? AND ? IN (profile, '')",
                ((one.paper_id, one.profile) for one in texts),
            )
            self.words.add(texts)
            # These alone: an import that was committed meanwhile may have a lower number.
            marks = ", ".join("?" * len(waiting))
            self._connection.execute(
                f"DELETE FROM search_waiting WHERE number IN ({marks})",  # noqa: S608  # of marks only
                waiting,
            )
        return len(waiting)
