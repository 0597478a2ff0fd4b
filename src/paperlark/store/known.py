"""Which papers the database has a text of: announced to anybody, or imported by this reader."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from pathlib import Path

from paperlark.domain.paper import Paper, PaperId
from paperlark.store.database import told
from paperlark.store.papers import paper_of

_ANNOUNCED = """
    SELECT id, version, title, authors, abstract, categories FROM papers
    WHERE id = :id ORDER BY version DESC LIMIT 1
"""
_IMPORTED = """
    SELECT paper_id, version, title, authors, abstract, categories FROM library
    WHERE profile = :profile AND paper_id = :id
"""


class KnownPapers:
    """Finds papers in an open database, as one reader knows them."""

    def __init__(self, connection: sqlite3.Connection, path: Path, profile: str) -> None:
        self._connection = connection
        self._path = path
        self._profile = profile

    def find(self, papers: Iterable[PaperId]) -> Mapping[PaperId, Paper]:
        """Give those that are known: arXiv's text of the latest version, else what was imported."""
        with told(self._path):
            found = {paper: self._row(paper) for paper in papers}
        return {paper: paper_of(*row) for paper, row in found.items() if row}

    def _row(self, paper: PaperId) -> tuple[str | int, ...] | None:
        about = {"profile": self._profile, "id": paper}
        for question in (_ANNOUNCED, _IMPORTED):
            row: tuple[str | int, ...] | None = self._connection.execute(question, about).fetchone()
            if row:
                return row
        return None
