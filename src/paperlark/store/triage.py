"""Triage events: what a reader did with papers, stored with the votes that they cast."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from paperlark.domain.database_place import DatabasePlace
from paperlark.domain.feedback import Feedback
from paperlark.domain.paper import PaperId
from paperlark.domain.triage import Action, TriageEvent, vote_on
from paperlark.store.connection import DatabaseConnection, instant, store_errors, transaction
from paperlark.store.votes import insert_votes

_INSERT = """
    INSERT INTO triage
        (profile, id, paper_id, action, is_on, text, page, place, at, undoes)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (profile, id) DO NOTHING
"""
_STORED = """
    SELECT id, paper_id, action, is_on, text, page, place, at, undoes, number FROM triage
    WHERE profile = :profile
"""
# Votes from the command line have no event: here they are events like all others.
_ALL = f"""
    {_STORED} AND (:paper IS NULL OR paper_id = :paper)
    UNION ALL
    SELECT 'vote-' || paper_id || '-' || at, paper_id, CASE vote WHEN 'down' THEN 'not' ELSE 'want'
        END, CASE vote WHEN 'none' THEN 0 ELSE 1 END, '', NULL, NULL, at, NULL, 0 FROM feedback
    WHERE profile = :profile AND event IS NULL AND (:paper IS NULL OR paper_id = :paper)
    ORDER BY at, number
"""  # noqa: S608  # of constants only
_VOTES = {Action.WANT, Action.NOT}


class TriageStore:
    """One reader's triage events in an open database."""

    def __init__(
        self, connection: DatabaseConnection, database: DatabasePlace, profile: str
    ) -> None:
        self._connection = connection
        self._database = database
        self._profile = profile

    def all(self) -> tuple[TriageEvent, ...]:
        """Return all events, oldest first, with votes that were cast on the command line."""
        with store_errors(self._database):
            return self._all()

    def stored(self) -> tuple[TriageEvent, ...]:
        """Return the events that are stored as such, without votes of the command line."""
        with store_errors(self._database):
            rows = self._connection.execute(_STORED, {"profile": self._profile})
            return tuple(_event(*row) for row in rows)

    def event(self, event_id: str) -> TriageEvent | None:
        """Return a stored event by its id; None where there is none."""
        asked = {"profile": self._profile, "id": event_id}
        with store_errors(self._database):
            row = self._connection.execute(f"{_STORED} AND id = :id", asked).fetchone()
        return _event(*row) if row else None

    def of(self, paper: PaperId) -> tuple[TriageEvent, ...]:
        """Return the events of one paper, oldest first."""
        with store_errors(self._database):
            return self._all(paper)

    def keep(self, event: TriageEvent) -> tuple[bool, Feedback | None]:
        """Store an event and the vote that it casts; return whether it was new, and that vote.

        One whose id is there already changes nothing.
        """
        with store_errors(self._database), transaction(self._connection, self._profile):
            if not self._insert(event):
                return False, None
            if event.action not in _VOTES:
                return True, None
            counts = vote_on(event.paper_id, self._all(event.paper_id))
            vote = Feedback(event.paper_id, counts, event.at, event.id)
            insert_votes(self._connection, self._profile, [vote])
        return True, vote

    def restore(self, events: Iterable[TriageEvent]) -> int:
        """Store events alone, whose votes are restored by themselves; return how many were new."""
        with store_errors(self._database), transaction(self._connection, self._profile):
            return sum(self._insert(event) for event in events)

    def _insert(self, one: TriageEvent) -> int:
        row = (
            self._profile,
            one.id,
            one.paper_id,
            one.action,
            one.on,
            one.text,
            one.page.isoformat() if one.page else None,
            one.place,
            instant(one.at),
            one.undoes,
        )
        return self._connection.execute(_INSERT, row).rowcount

    def _all(self, paper: PaperId | None = None) -> tuple[TriageEvent, ...]:
        rows = self._connection.execute(_ALL, {"profile": self._profile, "paper": paper})
        return tuple(_event(*row) for row in rows)


def _event(*row: Any) -> TriageEvent:  # noqa: ANN401  # a row
    id_, paper, action, is_on, text, page, place, at, undoes, _ = row
    return TriageEvent(
        id=id_,
        paper_id=PaperId(paper),
        action=Action(action),
        at=datetime.fromisoformat(at),
        on=bool(is_on),
        text=text,
        page=date.fromisoformat(page) if page else None,
        place=place,
        undoes=undoes,
    )
