"""The full-text index: every paper once, in its latest version, read when it is first needed.

Whatever puts a text into the database, the database itself notes that it waits to be read
(triggers of 0006), so that a run, a restored page and an import need not know of the index.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

from paperlark.domain.paper import Paper
from paperlark.ports import Advance
from paperlark.store.database import told, transaction
from paperlark.store.papers import FIELDS, paper_of
from paperlark.store.search_words import category_words, fold

_AT_ONCE = 1000
"""Texts read in one transaction: a run that wants to write waits half a second at most."""

_WORTH_MERGING = 10_000
"""From so many texts on the index is put in order when all are read: questions get faster."""

_WAITING = """
    SELECT number, paper_id, profile FROM search_waiting ORDER BY number LIMIT ?
"""
_COLUMNS = ", ".join(FIELDS)
_ANNOUNCED = f"""
    SELECT {_COLUMNS} FROM papers WHERE id = :paper ORDER BY version DESC LIMIT 1
"""  # noqa: S608  # put together from our own words
# What arXiv says of a paper goes before what somebody imported.
_IMPORTED = f"""
    SELECT {_COLUMNS.replace("id", "paper_id", 1)} FROM library
    WHERE paper_id = :paper AND profile = :profile
        AND NOT EXISTS (SELECT 1 FROM papers WHERE id = :paper)
"""  # noqa: S608  # likewise


class SearchIndex:
    """Keeps the index of an open database right; `plain` decodes the TeX of a text."""

    def __init__(
        self, connection: sqlite3.Connection, path: Path, plain: Callable[[str], str]
    ) -> None:
        self._connection = connection
        self._path = path
        self._plain = plain

    def waiting(self) -> int:
        """Say how many texts are not read yet."""
        with told(self._path):
            (found,) = self._connection.execute("SELECT count(*) FROM search_waiting").fetchone()
        return int(found)

    def catch_up(self, advance: Advance) -> None:
        """Read all that wait, some in each transaction; one that is interrupted is gone on with."""
        read = 0
        while some := self._read_some():
            advance(some)
            read += some
        if read >= _WORTH_MERGING:
            with told(self._path), transaction(self._connection):
                self._connection.execute(
                    "INSERT INTO search_words (search_words) VALUES ('optimize')"
                )

    def _read_some(self) -> int:
        with told(self._path), transaction(self._connection):
            waiting = self._connection.execute(_WAITING, (_AT_ONCE,)).fetchall()
            for number, paper, profile in waiting:
                self._read(paper, profile)
                self._connection.execute("DELETE FROM search_waiting WHERE number = ?", (number,))
        return len(waiting)

    def _read(self, paper: str, profile: str) -> None:
        about = {"paper": paper, "profile": profile}
        row = self._connection.execute(_IMPORTED if profile else _ANNOUNCED, about).fetchone()
        if row is None or (not profile and self._is_read(paper, row[1])):
            return
        # The row of an earlier text stays behind without a number. To take it out one must know
        # just which words it had, and a later paperlark may read TeX in another way.
        self._connection.execute(
            "DELETE FROM search_texts WHERE paper_id = :paper AND :profile IN (profile, '')", about
        )
        # As no row is ever taken out, each new one has a higher number than all before.
        number = self._connection.execute(
            "INSERT INTO search_words (title, authors, abstract, categories) VALUES (?, ?, ?, ?)",
            self._words(paper_of(*row)),
        ).lastrowid
        self._connection.execute(
            "INSERT INTO search_texts (number, paper_id, profile, version) VALUES (?, ?, ?, ?)",
            (number, paper, profile, row[1]),
        )

    def _is_read(self, paper: str, version: int) -> bool:
        """Tell whether this very version is in the index: an older one may come in later."""
        row = self._connection.execute(
            "SELECT 1 FROM search_texts WHERE paper_id = ? AND profile = '' AND version = ?",
            (paper, version),
        ).fetchone()
        return row is not None

    def _words(self, paper: Paper) -> tuple[str, ...]:
        names = "; ".join(author.name for author in paper.authors)
        return (
            self._read_text(paper.title),
            # They are kept as JSON, which can hold halves of pairs; no encoding has them.
            fold(names).encode("utf-8", "replace").decode(),
            self._read_text(paper.abstract),
            category_words(paper.categories),
        )

    def _read_text(self, text: str) -> str:
        # Two texts of three have no TeX in them.
        return fold(self._plain(text) if "\\" in text else text)
