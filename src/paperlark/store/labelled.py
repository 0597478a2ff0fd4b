"""What became of a reader's papers: the judge's scores of every day, and the reader's votes."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from paperlark.domain.feedback import Vote
from paperlark.domain.paper import Paper
from paperlark.store.database import told
from paperlark.store.papers import paper_of

_ANNOUNCED = """
    SELECT p.id, p.version, p.title, p.authors, p.abstract, p.categories,
        s.day, s.on_page, s.relevance, s.novelty,
        (
            SELECT f.vote FROM feedback f
            WHERE f.profile = s.profile AND f.paper_id = s.paper_id
            ORDER BY f.at DESC, f.id DESC LIMIT 1
        )
    FROM scanned s JOIN papers p ON p.id = s.paper_id AND p.version = s.version
    WHERE s.profile = :profile
    ORDER BY s.day, s.paper_id
"""


@dataclass(frozen=True, slots=True)
class Announced:
    """A paper as a reader met it on a day; scores and vote are None where nobody gave any."""

    day: date
    paper: Paper
    on_page: bool
    relevance: int | None
    novelty: int | None
    vote: Vote | None


def announced(connection: sqlite3.Connection, path: Path, profile: str) -> Iterator[Announced]:
    """Give all papers of all days of a reader, in order; raises StoreError."""
    with told(path):
        for row in connection.execute(_ANNOUNCED, {"profile": profile}):
            day, on_page, relevance, novelty, vote = row[6:]
            cast = None if vote in {None, Vote.NONE} else Vote(vote)
            yield Announced(
                day=date.fromisoformat(day),
                paper=paper_of(*row[:6]),
                on_page=bool(on_page),
                relevance=relevance,
                novelty=novelty,
                vote=cast,
            )
