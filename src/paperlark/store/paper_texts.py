"""Titles, abstracts and authors of papers, as arXiv described them."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping
from functools import lru_cache
from itertools import starmap
from pathlib import Path

from paperlark.domain.paper import Author, Paper, PaperId
from paperlark.store.database import store_errors

FIELDS = ("id", "version", "title", "authors", "abstract", "categories")
"""The columns that `paper_of` reads, in its order."""

# Thousands of papers are read for one page, and their authors write many each.
_author = lru_cache(maxsize=2**16)(Author)


def keep_papers(
    connection: sqlite3.Connection, papers: Iterable[Paper], *, printed: bool = False
) -> None:
    """Store papers that are new; a stored version stays as first described.

    Except where only an imported page `printed` it: arXiv's own text replaces that.
    """
    connection.executemany(
        "INSERT INTO papers (id, version, title, authors, abstract, categories, printed)"
        " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id, version) DO UPDATE SET"
        " title = excluded.title, authors = excluded.authors, abstract = excluded.abstract,"
        " categories = excluded.categories, printed = 0 WHERE printed AND NOT excluded.printed",
        ((*row_of(paper), printed) for paper in papers),
    )


def row_of(paper: Paper) -> tuple[str | int, ...]:
    """Return the values of FIELDS of a paper."""
    authors = json.dumps([[author.name, author.affiliation] for author in paper.authors])
    categories = " ".join(paper.categories)
    return paper.id, paper.version, paper.title, authors, paper.abstract, categories


def paper_of(*row: str | int) -> Paper:
    """Build a paper from the values of FIELDS."""
    identifier, version, title, authors, abstract, categories = row
    return Paper(
        id=PaperId(str(identifier)),
        version=int(version),
        title=str(title),
        authors=tuple(starmap(_author, json.loads(str(authors)))),
        abstract=str(abstract),
        categories=tuple(str(categories).split()),
    )


_ANNOUNCED = """
    SELECT id, version, title, authors, abstract, categories FROM papers
    WHERE id = :id ORDER BY version DESC LIMIT 1
"""
_IMPORTED = """
    SELECT paper_id, version, title, authors, abstract, categories FROM library
    WHERE profile = :profile AND paper_id = :id
"""


class PaperTextStore:
    """Implements PaperTexts on an open database, for one reader."""

    def __init__(self, connection: sqlite3.Connection, path: Path, profile: str) -> None:
        self._connection = connection
        self._path = path
        self._profile = profile

    def find(self, papers: Iterable[PaperId]) -> Mapping[PaperId, Paper]:
        """Return the known ones: arXiv's text of the latest version, else the imported text."""
        with store_errors(self._path):
            found = {paper: self._row(paper) for paper in papers}
            return {paper: paper_of(*row) for paper, row in found.items() if row}

    def _row(self, paper: PaperId) -> tuple[str | int, ...] | None:
        about = {"profile": self._profile, "id": paper}
        for question in (_ANNOUNCED, _IMPORTED):
            row: tuple[str | int, ...] | None = self._connection.execute(question, about).fetchone()
            if row:
                return row
        return None
