"""What a day's pages of many readers need to know of each, asked for all of them at once.

Each answer is what the store of one reader gives (`digests.py`, `outbox.py`), in one statement for
a block of readers instead of some for each.
"""

from __future__ import annotations

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
from paperlark.store.digests import seen_before
from paperlark.store.outbox import parcel_of

_OF_SETS = "SELECT paper_set, paper_id FROM paper_set_members WHERE paper_id IN ({papers})"

_DAYS = """
    SELECT profile, day, paper_set FROM digests
    WHERE profile IN ({readers}) AND paper_set IS NOT NULL ORDER BY profile, day
"""

_SHOWN = """
    SELECT profile, paper_id, day FROM shown_or_judged
    WHERE profile IN ({readers}) AND paper_id IN ({papers}) AND on_page = 1
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
        asked = sorted(papers)
        found: dict[str, Mapping[PaperId, SeenBefore]] = {}
        with store_errors(self._database):
            of_sets: defaultdict[int, set[PaperId]] = defaultdict(set)
            for number, paper in self._rows(_OF_SETS, asked, papers=asked):
                of_sets[number].add(PaperId(paper))
            known = sorted({paper for some in of_sets.values() for paper in some})
            shown: defaultdict[tuple[str, str], set[PaperId]] = defaultdict(set)
            values = [*readers, *known]
            for reader, paper, at in self._rows(_SHOWN, values, readers=readers, papers=known):
                shown[reader, at].add(PaperId(paper))
            for reader, days in self._days(readers).items():
                own = {at: of_sets[number] for at, number in days if number in of_sets}
                found[reader] = _seen(day, own, {at: shown[reader, at] for at in own})
        return found

    def streams(self, readers: Sequence[str], day: date) -> Mapping[str, str]:
        """Return for each reader what names the stream of earlier papers of their evidence.

        Readers with the same name have the same papers there, in the same order.
        """
        until = day.isoformat()
        return {
            reader: repr([one for one in days if one[0] < until][-STREAM_DAYS:])
            for reader, days in self._days(readers).items()
        }

    def _days(self, readers: Sequence[str]) -> Mapping[str, Sequence[tuple[str, int]]]:
        """Return for each reader the days with papers, in order, each with the set they are."""
        days: dict[str, list[tuple[str, int]]] = {reader: [] for reader in readers}
        with store_errors(self._database):
            for reader, at, number in self._rows(_DAYS, readers, readers=readers):
                days[reader].append((at, number))
        return days

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


def _seen(
    day: date, scanned: Mapping[str, Collection[PaperId]], shown: Mapping[str, Collection[PaperId]]
) -> Mapping[PaperId, SeenBefore]:
    """Return when papers were seen first, of those that were scanned and shown on each day."""
    on_page: defaultdict[PaperId, dict[date, bool]] = defaultdict(dict)
    for at, papers in scanned.items():
        for paper in papers:
            on_page[paper][date.fromisoformat(at)] = paper in shown[at]
    seen = {paper: seen_before(day, own) for paper, own in on_page.items()}
    return {paper: one for paper, one in seen.items() if one is not None}
