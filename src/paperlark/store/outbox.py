"""The outbox: parcels for channels, the status of each message, and receipts."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterable
from dataclasses import asdict, replace
from datetime import date, datetime

from paperlark.domain.database_place import DatabasePlace, DatabaseServer
from paperlark.domain.delivery import Message, MessageStatus, Occasion, Parcel
from paperlark.domain.errors import StoreError
from paperlark.domain.paper import PaperId
from paperlark.store.connection import DatabaseConnection, insist, store_errors, transaction

_log = logging.getLogger(__name__)


class OutboxStore:
    """Implements Outbox on an open database; `check` raises StoreError where nothing may be sent.

    What is sent is stored before: who lost the run's lock does not send.
    """

    def __init__(
        self,
        connection: DatabaseConnection,
        database: DatabasePlace,
        check: Callable[[], object] | None = None,
    ) -> None:
        self._check = check
        self._connection = connection
        self._database = database

    def keep(self, parcel: Parcel) -> None:
        """Store a parcel; once delivered only its receipt, for its text is in the archive."""
        if self._check is not None:
            self._check()
        with store_errors(self._database), transaction(self._connection, parcel.profile):
            keep_parcels(self._connection, [parcel])

    def note_delivered(self, parcel: Parcel) -> None:
        """Store which messages of a parcel have arrived, or else they would be sent again.

        Also by a run that has lost its lock, for that is what happened; what another run has noted
        meanwhile stays. Where the connection to a server is lost, over another one.
        """

        def write(connection: DatabaseConnection) -> None:
            with store_errors(self._database), transaction(connection, parcel.profile):
                keep_parcels(connection, [_with_stored(connection, parcel)])

        try:
            write(self._connection)
        except StoreError as error:
            if not isinstance(self._database, DatabaseServer):
                raise
            _log.warning("noting what was sent again: %s", error.problem)
            insist(self._database, write)

    def since(self, profile: str, day: date) -> tuple[Parcel, ...]:
        """Return all parcels of that day and later, oldest first."""
        with store_errors(self._database):
            rows = self._connection.execute(
                "SELECT * FROM parcels WHERE profile = ? AND day >= ?"
                " ORDER BY day, channel, occasion",
                (profile, day.isoformat()),
            ).fetchall()
            return tuple(parcel_of(row) for row in rows)

    def readers_with_open(self, since: date) -> frozenset[str]:
        """Return the readers for whom a parcel of that day or later is still to be sent."""
        marks = [f'%"{status}"%' for status in _OPEN]
        with store_errors(self._database):
            rows = self._connection.execute(
                "SELECT DISTINCT profile FROM parcels WHERE day >= ?"
                " AND (fates LIKE ? OR fates LIKE ? OR fates LIKE ?)",
                (since.isoformat(), *marks),
            ).fetchall()
            return frozenset(str(row[0]) for row in rows)

    def readers_told_of_failure(self, day: date) -> frozenset[str]:
        """Return the readers for whom there is a parcel on why they have no page of a day."""
        with store_errors(self._database):
            rows = self._connection.execute(
                "SELECT DISTINCT profile FROM parcels WHERE day = ? AND occasion = ?",
                (day.isoformat(), Occasion.FAILURE),
            ).fetchall()
            return frozenset(str(row[0]) for row in rows)


_OPEN = (MessageStatus.WAITING, MessageStatus.SENDING, MessageStatus.REFUSED)


def keep_parcels(connection: DatabaseConnection, parcels: Iterable[Parcel]) -> None:
    """Store parcels as `OutboxStore.keep` does, within the caller's transaction."""
    connection.executemany(
        "INSERT INTO parcels VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (profile, channel, occasion, day) DO UPDATE SET"
        " messages = excluded.messages, fates = excluded.fates,"
        " problem = excluded.problem, since = excluded.since, at = excluded.at,"
        " incomplete = excluded.incomplete",
        map(_row, parcels),
    )


def _with_stored(connection: DatabaseConnection, parcel: Parcel) -> Parcel:
    """Return the parcel with the messages that another run has noted as delivered, if any."""
    row = connection.execute(
        "SELECT * FROM parcels WHERE profile = ? AND channel = ? AND occasion = ? AND day = ?",
        (parcel.profile, parcel.channel, parcel.occasion, parcel.day.isoformat()),
    ).fetchone()
    stored = parcel_of(row) if row else None
    if stored is None or len(stored.statuses) != len(parcel.statuses):
        return parcel
    delivered = MessageStatus.DELIVERED
    pairs = zip(parcel.statuses, stored.statuses, strict=True)
    return replace(
        parcel, statuses=tuple(delivered if delivered in pair else pair[0] for pair in pairs)
    )


def _row(parcel: Parcel) -> tuple[str | None, ...]:
    messages = () if parcel.arrived else parcel.messages
    return (
        parcel.profile,
        parcel.channel,
        parcel.occasion,
        parcel.day.isoformat(),
        json.dumps([asdict(message) for message in messages], ensure_ascii=False),
        json.dumps(parcel.statuses),
        parcel.problem,
        parcel.since.isoformat(),
        parcel.at.isoformat(),
        None if parcel.incomplete is None else json.dumps(parcel.incomplete),
    )


def parcel_of(row: tuple[str, ...]) -> Parcel:
    """Build a parcel from all columns of its row."""
    profile, channel, occasion, day, messages, statuses, problem, since, at, incomplete = row
    return Parcel(
        profile=profile,
        channel=channel,
        occasion=Occasion(occasion),
        day=date.fromisoformat(day),
        messages=tuple(Message(**message) for message in json.loads(messages)),
        statuses=tuple(map(MessageStatus, json.loads(statuses))),
        problem=problem,
        since=datetime.fromisoformat(since),
        at=datetime.fromisoformat(at),
        incomplete=tuple(map(PaperId, json.loads(incomplete))) if incomplete else None,
    )


class MemoryOutbox:
    """Implements Outbox in memory, for a run whose database cannot be opened."""

    def __init__(self) -> None:
        self._parcels: dict[tuple[str, str, Occasion, date], Parcel] = {}

    def keep(self, parcel: Parcel) -> None:
        """Store a parcel for this run."""
        key = (parcel.profile, parcel.channel, parcel.occasion, parcel.day)
        self._parcels[key] = parcel

    def note_delivered(self, parcel: Parcel) -> None:
        """Store a parcel for this run."""
        self.keep(parcel)

    def since(self, profile: str, day: date) -> tuple[Parcel, ...]:
        """Return the parcels of this run."""
        mine = (one for one in self._parcels.values() if one.profile == profile and one.day >= day)
        return tuple(sorted(mine, key=lambda one: one.day))
