"""Imported papers: liked, disliked, or judged elsewhere."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from pathlib import Path

from paperlark.domain.feedback import Example, LabelSource
from paperlark.domain.paper import PaperId
from paperlark.store.database import store_errors, transaction
from paperlark.store.paper_texts import row_of

Standing = tuple[str | int | None, ...]


class LibraryStore:
    """One reader's imports in an open database; each paper once, as last imported."""

    def __init__(self, connection: sqlite3.Connection, path: Path, profile: str) -> None:
        self._connection = connection
        self._path = path
        self._profile = profile

    def new(self, examples: Iterable[Example]) -> tuple[Example, ...]:
        """Return the examples that are new, differ from the stored one, or add an abstract."""
        there, bare = self._standings(), self._without_abstract()
        return tuple(
            one
            for one in examples
            if there.get(one.paper.id) != _standing(one)
            or (one.paper.id in bare and one.paper.abstract)
        )

    def keep(self, examples: Iterable[Example]) -> None:
        """Store examples, all or none, each replacing an earlier one of its paper."""
        with store_errors(self._path), transaction(self._connection):
            self._connection.executemany(
                "INSERT OR REPLACE INTO library (profile, paper_id, version, title, authors,"
                " abstract, categories, day, wanted, relevance, novelty)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    (
                        self._profile,
                        *row_of(one.paper),
                        one.day.isoformat(),
                        one.wanted,
                        one.relevance,
                        one.novelty,
                    )
                    for one in examples
                ),
            )

    def _standings(self) -> Mapping[PaperId, Standing]:
        with store_errors(self._path):
            rows = self._connection.execute(
                "SELECT paper_id, CASE WHEN relevance IS NULL THEN wanted END,"
                " CASE WHEN relevance IS NOT NULL THEN day END, relevance, novelty"
                " FROM library WHERE profile = ?",
                (self._profile,),
            ).fetchall()
        return {PaperId(row[0]): row[1:] for row in rows}

    def _without_abstract(self) -> frozenset[PaperId]:
        with store_errors(self._path):
            rows = self._connection.execute(
                "SELECT paper_id FROM library WHERE profile = ? AND abstract = ''", (self._profile,)
            ).fetchall()
        return frozenset(PaperId(paper) for (paper,) in rows)


def _standing(example: Example) -> Standing:
    """Return a key that is equal for equal examples: liked on any day, or same scores that day."""
    if example.label_source is LabelSource.JUDGE:
        return None, example.day.isoformat(), example.relevance, example.novelty
    return int(example.wanted), None, None, None
