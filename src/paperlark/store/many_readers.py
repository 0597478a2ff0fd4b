"""What a day's pages of many readers need to know of each, asked for all of them at once.

Each answer is what the store of one reader gives (`digests.py`, `outbox.py`), in one statement for
a block of readers instead of some for each.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from paperlark.domain.database_place import DatabasePlace
from paperlark.domain.delivery import Parcel
from paperlark.domain.digest import SeenBefore
from paperlark.domain.feedback import STREAM_DAYS
from paperlark.domain.paper import PaperId
from paperlark.store.connection import DatabaseConnection, store_errors
from paperlark.store.outbox import parcel_of

# As `digests.py` asks about one reader: a paper of a later day counts unless this day announced it.
_SEEN = """
    SELECT s.profile, s.paper_id, min(s.day), min(CASE s.on_page WHEN 1 THEN s.day END)
    FROM scanned s
    WHERE s.profile IN ({readers}) AND s.paper_id IN ({papers})
        AND (s.day < ? OR (s.day > ? AND NOT EXISTS (SELECT 1 FROM scanned t
            WHERE t.profile = s.profile AND t.paper_id = s.paper_id AND t.day = ?)))
    GROUP BY s.profile, s.paper_id
"""

_LATEST = """
    SELECT d.profile, d.day, d.papers FROM digests d
    WHERE d.profile IN ({readers}) AND d.day < ? AND EXISTS (
        SELECT 1 FROM scanned s WHERE s.profile = d.profile AND s.day = d.day)
    ORDER BY d.profile, d.day DESC
"""


class ManyReaders:
    """Reads what is stored of a block of readers in an open database."""

    def __init__(self, connection: DatabaseConnection, database: DatabasePlace) -> None:
        self._connection = connection
        self._database = database

    def seen(
        self, readers: Sequence[str], day: date, papers: Iterable[PaperId]
    ) -> Mapping[str, Mapping[PaperId, SeenBefore]]:
        """Return for each reader which of these papers they had, as `Archive.seen`."""
        on = day.isoformat()
        found: dict[str, dict[PaperId, SeenBefore]] = {reader: {} for reader in readers}
        asked = sorted(papers)
        values = [*readers, *asked, on, on, on]
        with store_errors(self._database):
            rows = self._rows(_SEEN, values, readers=readers, papers=asked) if asked else []
            for reader, paper, first, shown in rows:
                found[reader][PaperId(paper)] = SeenBefore(
                    date.fromisoformat(first), date.fromisoformat(shown) if shown else None
                )
        return found

    def streams(self, readers: Sequence[str], day: date) -> Mapping[str, str]:
        """Return for each reader what names the stream of earlier papers of their evidence.

        Readers with the same name have the same papers there, in the same order.
        """
        days: defaultdict[str, list[tuple[str, str | None]]] = defaultdict(list)
        with store_errors(self._database):
            for reader, before, papers in self._rows(
                _LATEST, [*readers, day.isoformat()], readers=readers
            ):
                if len(days[reader]) < STREAM_DAYS:
                    days[reader].append((before, papers))
        return {reader: _stream_name(reader, days[reader]) for reader in readers}

    def with_digest(self, readers: Sequence[str], day: date) -> frozenset[str]:
        """Return those of the readers who have a digest of that day already."""
        question = "SELECT profile FROM digests WHERE profile IN ({readers}) AND day = ?"
        with store_errors(self._database):
            rows = self._rows(question, [*readers, day.isoformat()], readers=readers)
        return frozenset(reader for (reader,) in rows)

    def parcels(self, readers: Sequence[str], since: date) -> Mapping[str, Sequence[Parcel]]:
        """Return the parcels of that day and later of each reader, oldest first, as an outbox."""
        question = (
            "SELECT * FROM parcels WHERE profile IN ({readers}) AND day >= ?"
            " ORDER BY day, channel, occasion"
        )
        found: defaultdict[str, list[Parcel]] = defaultdict(list)
        with store_errors(self._database):
            for row in self._rows(question, [*readers, since.isoformat()], readers=readers):
                parcel = parcel_of(row)
                found[parcel.profile].append(parcel)
        return found

    def digest_days(self, readers: Sequence[str], first: date) -> Mapping[str, Collection[date]]:
        """Return for each reader their first day with a digest, and all since `first`."""
        question = (
            "SELECT profile, day FROM digests WHERE profile IN ({readers}) AND day >= ?"
            " UNION SELECT profile, min(day) FROM digests WHERE profile IN ({readers})"
            " GROUP BY profile"
        )
        found: defaultdict[str, list[date]] = defaultdict(list)
        values = [*readers, first.isoformat(), *readers]
        with store_errors(self._database):
            for reader, day in self._rows(question, values, readers=readers):
                found[reader].append(date.fromisoformat(day))
        return found

    def _rows(
        self, question: str, values: Sequence[str], **lists: Sequence[str]
    ) -> list[tuple[Any, ...]]:
        if not all(lists.values()):
            return []  # of nobody, or no paper, there is nothing, and `IN ()` is no SQL
        marks = {name: ", ".join("?" * len(those)) for name, those in lists.items()}
        return self._connection.execute(question.format(**marks), values).fetchall()


def _stream_name(reader: str, days: Sequence[tuple[str, str | None]]) -> str:
    """Return a name of the stream of these days; where their papers are unknown, of one reader."""
    if any(papers is None for _, papers in days):
        return f"of {reader}"
    return hashlib.sha256(repr(days).encode()).hexdigest()
