"""Votes: every one is kept, the last one counts."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from paperlark.domain.feedback import Feedback, Vote
from paperlark.domain.paper import PaperId
from paperlark.store.database import told, transaction


class FeedbackStore:
    """One reader's votes in an open database."""

    def __init__(self, connection: sqlite3.Connection, path: Path, profile: str) -> None:
        self._connection = connection
        self._path = path
        self._profile = profile

    def keep(self, votes: Iterable[Feedback]) -> int:
        """Keep votes, all or none, and give how many there were not yet."""
        with told(self._path), transaction(self._connection):
            kept = self._connection.executemany(
                # The version is what the reader could have read; that of an import is not known.
                "INSERT INTO feedback (profile, paper_id, version, vote, at)"
                " SELECT :profile, :paper, (SELECT max(version) FROM papers WHERE id = :paper),"
                " :vote, :at WHERE NOT EXISTS (SELECT 1 FROM feedback WHERE profile = :profile"
                " AND paper_id = :paper AND vote = :vote AND at = :at)",
                (
                    {
                        "profile": self._profile,
                        "paper": one.paper_id,
                        "vote": one.vote,
                        "at": instant(one.at),
                    }
                    for one in votes
                ),
            )
        return kept.rowcount

    def all(self) -> tuple[Feedback, ...]:
        """Give every vote, oldest first."""
        with told(self._path):
            rows = self._connection.execute(
                "SELECT paper_id, vote, at FROM feedback WHERE profile = ? ORDER BY at, id",
                (self._profile,),
            ).fetchall()
        return tuple(
            Feedback(PaperId(paper), Vote(vote), datetime.fromisoformat(at))
            for paper, vote, at in rows
        )


def instant(at: datetime) -> str:
    """Write an instant so that text compares as time does."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")
