"""Parcels for channels: packed once, their fate kept message by message, a receipt at the end."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path

from paperlark.domain.delivery import Fate, Message, Occasion, Parcel
from paperlark.store.database import told, transaction


class OutboxStore:
    """Implements Outbox on an open database."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self._connection = connection
        self._path = path

    def keep(self, parcel: Parcel) -> None:
        """Keep a parcel; of one that arrived the receipt alone, for its text is in the archive."""
        messages = () if parcel.arrived else parcel.messages
        row = (
            parcel.profile,
            parcel.channel,
            parcel.occasion,
            parcel.day.isoformat(),
            json.dumps([asdict(message) for message in messages], ensure_ascii=False),
            json.dumps(parcel.fates),
            parcel.problem,
            parcel.since.isoformat(),
            parcel.at.isoformat(),
        )
        with told(self._path), transaction(self._connection):
            self._connection.execute(
                "INSERT OR REPLACE INTO parcels VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", row
            )

    def since(self, profile: str, day: date) -> tuple[Parcel, ...]:
        """Give all parcels of that day and later, oldest first."""
        with told(self._path):
            rows = self._connection.execute(
                "SELECT * FROM parcels WHERE profile = ? AND day >= ?"
                " ORDER BY day, channel, occasion",
                (profile, day.isoformat()),
            ).fetchall()
        return tuple(_parcel(row) for row in rows)


def _parcel(row: tuple[str, ...]) -> Parcel:
    profile, channel, occasion, day, messages, fates, problem, since, at = row
    return Parcel(
        profile=profile,
        channel=channel,
        occasion=Occasion(occasion),
        day=date.fromisoformat(day),
        messages=tuple(Message(**message) for message in json.loads(messages)),
        fates=tuple(Fate(fate) for fate in json.loads(fates)),
        problem=problem,
        since=datetime.fromisoformat(since),
        at=datetime.fromisoformat(at),
    )
