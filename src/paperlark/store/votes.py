"""Votes: every one is kept, and the last one counts."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from paperlark.domain.database_place import DatabasePlace
from paperlark.domain.feedback import Feedback, Vote
from paperlark.domain.paper import PaperId
from paperlark.store.connection import DatabaseConnection, instant, store_errors, transaction


class FeedbackStore:
    """One reader's votes in an open database."""

    def __init__(
        self, connection: DatabaseConnection, database: DatabasePlace, profile: str
    ) -> None:
        self._connection = connection
        self._database = database
        self._profile = profile

    def keep(self, votes: Iterable[Feedback]) -> int:
        """Store votes, all or none, and return how many were new."""
        with store_errors(self._database), transaction(self._connection, self._profile):
            return insert_votes(self._connection, self._profile, votes)

    def last_number(self) -> int:
        """Return the number of the vote that was stored last, of any reader; 0 without any."""
        with store_errors(self._database):
            (number,) = self._connection.execute(
                "SELECT coalesce(max(id), 0) FROM feedback"
            ).fetchone()
        return int(number)

    def number_of(self, event: str) -> int | None:
        """Return the number of the vote that a triage event cast; None where it cast none."""
        with store_errors(self._database):
            (number,) = self._connection.execute(
                "SELECT max(id) FROM feedback WHERE profile = ? AND event = ?",
                (self._profile, event),
            ).fetchone()
        return None if number is None else int(number)

    def all(self) -> tuple[Feedback, ...]:
        """Return all votes, oldest first."""
        with store_errors(self._database):
            rows = self._connection.execute(
                "SELECT paper_id, vote, at, event FROM feedback WHERE profile = ? ORDER BY at, id",
                (self._profile,),
            ).fetchall()
            return tuple(
                Feedback(PaperId(paper), Vote(vote), datetime.fromisoformat(at), event)
                for paper, vote, at, event in rows
            )


def insert_votes(connection: DatabaseConnection, profile: str, votes: Iterable[Feedback]) -> int:
    """Store votes inside a transaction of the caller, and return how many were new."""
    kept = connection.executemany(
        # The version is what the reader could have read; that of an import is not known.
        "INSERT INTO feedback (profile, paper_id, version, vote, at, event)"
        " SELECT :profile, :paper, (SELECT max(version) FROM papers WHERE id = :paper),"
        " :vote, :at, :event WHERE NOT EXISTS (SELECT 1 FROM feedback WHERE profile = :profile"
        " AND paper_id = :paper AND vote = :vote AND at = :at"
        " AND coalesce(event, '') = coalesce(:event, ''))",
        (
            {
                "profile": profile,
                "paper": one.paper_id,
                "vote": one.vote,
                "at": instant(one.at),
                "event": one.event,
            }
            for one in votes
        ),
    )
    return kept.rowcount
