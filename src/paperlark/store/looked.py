"""Every paper that was looked at for a reader, selected or not, with what was said of it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from paperlark.domain.archive import LookedAt
from paperlark.domain.paper import PaperId
from paperlark.store.database import told
from paperlark.store.papers import paper_of

_COUNT = "SELECT count(*) FROM scanned WHERE profile = ? AND day BETWEEN ? AND ?"

_BETWEEN = """
    SELECT
        s.day, s.paper_id, s.on_page, s.relevance, s.novelty, m.probability,
        p.id, p.version, p.title, p.authors, p.abstract, p.categories
    FROM scanned s
    LEFT JOIN matches m ON m.profile = s.profile AND m.day = s.day AND m.paper_id = s.paper_id
    LEFT JOIN papers p ON p.id = s.paper_id
        AND p.version = coalesce(s.version, (SELECT max(version) FROM papers WHERE id = s.paper_id))
    WHERE s.profile = ? AND s.day BETWEEN ? AND ?
    ORDER BY s.day DESC, s.on_page DESC, m.rank, s.paper_id
"""


class LookedStore:
    """Implements Looked on an open database."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self._connection = connection
        self._path = path

    def count(self, profile: str, first: date, last: date) -> int:
        """Say how many there are of these days."""
        with told(self._path):
            (found,) = self._connection.execute(
                _COUNT, (profile, first.isoformat(), last.isoformat())
            ).fetchone()
        return int(found)

    def between(self, profile: str, first: date, last: date) -> Iterator[LookedAt]:
        """Give those of these days, the latest day first, of a day the selected first."""
        with told(self._path):
            for row in self._connection.execute(
                _BETWEEN, (profile, first.isoformat(), last.isoformat())
            ):
                day, paper_id, on_page, relevance, novelty, probability, *paper = row
                yield LookedAt(
                    paper_id=PaperId(paper_id),
                    day=date.fromisoformat(day),
                    selected=bool(on_page),
                    relevance=relevance,
                    novelty=novelty,
                    probability=probability,
                    paper=paper_of(*paper) if paper[0] is not None else None,
                )
