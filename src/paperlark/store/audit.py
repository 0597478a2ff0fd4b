"""The audit log: who signed in, and what admins did to others. Rows are only added."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from paperlark.domain.audit import DELETED, AuditAction, AuditEvent, AuditOrigin
from paperlark.domain.database_place import DatabasePlace
from paperlark.store.connection import DatabaseConnection, instant, store_errors

_LONGEST = 200
"""Characters of a text that is stored."""


class AuditStore:
    """The log in an open database; the tables themselves refuse other changes."""

    def __init__(self, connection: DatabaseConnection, database: DatabasePlace) -> None:
        self._connection = connection
        self._database = database

    def record(
        self,
        action: AuditAction,
        *,
        actor: str,
        origin: AuditOrigin,
        now: datetime,
        subject: str = "",
        detail: str = "",
    ) -> None:
        """Store one event; within a transaction of the caller's it is stored with that.

        `actor` is the id of who did it, empty at the command line, and `subject` the reader or
        group that it was done to. `detail` names nobody. Raises StoreError.
        """
        texts = (actor, str(action), subject, detail, origin.network, origin.request)
        with store_errors(self._database):
            self._connection.execute(
                "INSERT INTO audit (at, actor, action, subject, detail, origin, request)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                (instant(now), *(text[:_LONGEST] for text in texts)),
            )

    def events(
        self, *, most: int, before: int | None = None, subject: str | None = None
    ) -> tuple[AuditEvent, ...]:
        """Return the latest events, latest first.

        At most so many, with smaller numbers than `before`, about the `subject` alone if one is
        named: what was done to them, and what they did. Raises StoreError.
        """
        with store_errors(self._database):
            rows = self._connection.execute(
                "SELECT number, at, actor, action, subject, detail, origin, request FROM audit"
                " WHERE (:before IS NULL OR number < :before)"
                " AND (:subject IS NULL OR subject = :subject OR actor = :subject)"
                " ORDER BY number DESC LIMIT :most",
                {"before": before, "subject": subject, "most": most},
            ).fetchall()
            return tuple(_event(row) for row in rows)

    def forget(self, person: str) -> None:
        """Replace the name of somebody who was deleted; that something was done stays.

        Raises StoreError.
        """
        if not person:
            return  # the command line is nobody
        with store_errors(self._database):
            self._connection.execute(
                "UPDATE audit SET detail = '',"
                " origin = CASE WHEN actor = :person THEN '' ELSE origin END,"
                " actor = CASE WHEN actor = :person THEN :deleted ELSE actor END,"
                " subject = CASE WHEN subject = :person THEN :deleted ELSE subject END"
                " WHERE actor = :person OR subject = :person",
                {"person": person, "deleted": DELETED},
            )


def _event(row: tuple[Any, ...]) -> AuditEvent:
    number, at, actor, action, subject, detail, *origin = row
    when = datetime.fromisoformat(at)
    return AuditEvent(number, when, actor, action, subject, detail, AuditOrigin(*origin))
