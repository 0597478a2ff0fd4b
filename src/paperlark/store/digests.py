"""Digests by profile and day: the archive."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from functools import cache
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, NamedTuple

from paperlark.domain.database_place import DatabasePlace
from paperlark.domain.digest import Digest, SeenBefore, Status
from paperlark.domain.errors import StoreError, Unimportable
from paperlark.domain.exploration import Explored, Outcome
from paperlark.domain.paper import PaperId
from paperlark.domain.profile import Cutoffs
from paperlark.store.announcements import keep_papers, lacks_papers
from paperlark.store.connection import (
    DatabaseConnection,
    marked,
    rows_with,
    store_errors,
    transaction,
)
from paperlark.store.day_values import pack_digest, pack_ranking, unpack_digest, unpack_ranking
from paperlark.store.derived import announce_papers, lacks_announced
from paperlark.store.paper_sets import Versions, announced_versions, keep_paper_set
from paperlark.store.scanned import (
    as_calibrated,
    explored_before,
    keep_explored,
    keep_shown_or_judged,
    outcomes_before,
)

if TYPE_CHECKING:
    from pydantic import TypeAdapter


@cache
def _adapter() -> TypeAdapter[Digest]:
    from pydantic import TypeAdapter  # noqa: PLC0415  # 0.2 s, not needed for a page in memory

    return TypeAdapter(Digest)


# From the papers to the days, which SQLite would go through first: most papers are new.
_SEEN = """
    SELECT m.paper_id, d.day, coalesce(s.on_page, 0)
    FROM paper_set_members m CROSS JOIN digests d
    LEFT JOIN shown_or_judged s
        ON s.profile = d.profile AND s.day = d.day AND s.paper_id = m.paper_id
    WHERE m.paper_id IN ({keys}) AND d.paper_set = m.paper_set AND d.profile = ?
    ORDER BY d.day
"""
_COLUMNS = ("profile", "day", "paper_set", "fingerprint", "digest", "ranking")
_OF_A_DAY = ("digests", "shown_or_judged", "explored")
"""The tables whose rows of a reader's day are written anew together."""


class PackedDigest(NamedTuple):
    """A digest with the values that it is stored as: made without a database, on any core."""

    digest: Digest
    fingerprint: str
    text: bytes
    ranking: bytes | None


def packed(digest: Digest, text: str | None = None) -> PackedDigest:
    """Return a digest as it is stored; `text` is its JSON, where that is known."""
    text = _text(digest) if text is None else text
    ranking = pack_ranking(digest.ranked)
    return PackedDigest(digest, _fingerprint(text, ranking), pack_digest(text), ranking)


class DigestStore:
    """Implements Archive on an open database."""

    def __init__(self, connection: DatabaseConnection, database: DatabasePlace) -> None:
        self._connection = connection
        self._database = database

    def save(self, digest: Digest) -> None:
        """Store the digest, replacing an earlier one of that profile and day."""
        self.save_many((packed(digest),))

    def save_many(self, digests: Sequence[PackedDigest]) -> None:
        """Store digests of many readers, each replacing an earlier one of that reader and day.

        All or none, in few statements. Within a transaction it takes part in that, as a shard of
        a fleet does, whose end is stored with its digests. What all readers of a day share, such
        as texts of papers, is written once for them, and not at all where it is there already:
        `share` does so before.
        """
        with store_errors(self._database):
            if self._connection.in_transaction:
                self._write(digests)
                return
            with self._writing(digests):
                self._write(digests)

    def share(self, digests: Sequence[PackedDigest]) -> None:
        """Store what these digests share with those of other readers, in a transaction of its own.

        Other workers then do not wait for each other until a block of digests is stored.
        """
        with store_errors(self._database), transaction(self._connection):
            self._share(digests)

    def add(self, digest: Digest) -> bool:
        """Store the digest unless there is one of that day already; return whether it was stored.

        Raises Unimportable, and stores nothing, where it could not be read back.
        """
        ready = packed(digest, _readable(digest))
        with store_errors(self._database), self._writing([ready]):
            new = not self._connection.execute(
                "SELECT 1 FROM digests WHERE profile = ? AND day = ?",
                (digest.reader_id, digest.day.isoformat()),
            ).fetchone()
            if new:
                self._write((ready,))
        return new

    @contextmanager
    def _writing(self, digests: Sequence[PackedDigest]) -> Iterator[None]:
        """Begin the transaction of digests, which may also write what readers share.

        Papers are never taken out again, so what was found before the locks is so after them: only
        the first of the readers of a day's papers keeps the others waiting.
        """
        shared = any(map(self._lacks_shared, (one.digest for one in digests)))
        readers = [one.digest.reader_id for one in digests]
        with transaction(self._connection, *readers, shared=shared):
            yield

    def _lacks_shared(self, digest: Digest) -> bool:
        """Return whether a paper of a digest is not stored yet as the digest has it."""
        papers = [entry.paper for entry in digest.entries]
        printed = digest.status is Status.IMPORTED
        return lacks_papers(self._connection, papers, printed=printed) or lacks_announced(
            self._connection, digest.scanned, digest.day
        )

    def _write(self, digests: Sequence[PackedDigest]) -> None:
        sets = self._share(digests)
        keys = [(one.digest.reader_id, one.digest.day.isoformat()) for one in digests]
        for table in _OF_A_DAY:
            self._forget(table, keys)
        self._connection.insert_rows(
            "digests",
            _COLUMNS,
            (
                (*key, paper_set, one.fingerprint, one.text, one.ranking)
                for key, paper_set, one in zip(keys, sets, digests, strict=True)
            ),
        )
        keep_shown_or_judged(self._connection, (one.digest for one in digests))
        keep_explored(self._connection, (one.digest for one in digests))

    def _forget(self, table: str, keys: Iterable[tuple[str, str]]) -> None:
        """Delete the rows of those readers and days."""
        by_day = groupby(sorted(keys, key=itemgetter(1)), key=itemgetter(1))
        for day, some in by_day:
            for marks, readers in marked(profile for profile, _ in some):
                self._connection.execute(
                    f"DELETE FROM {table} WHERE profile IN ({marks}) AND day = ?",  # noqa: S608
                    (*readers, day),
                )

    def _share(self, digests: Sequence[PackedDigest]) -> list[int | None]:
        """Store what they share; return the number of each one's set of scanned papers."""
        of_day: dict[date, list[Digest]] = {}
        for one in digests:
            of_day.setdefault(one.digest.day, []).append(one.digest)
        announced: dict[date, Versions] = {}
        for day, some in sorted(of_day.items(), key=itemgetter(0)):
            self._share_papers(some, day)
            announced[day] = announced_versions(self._connection, day)
        numbers: dict[tuple[date, bool, tuple[PaperId, ...]], int | None] = {}
        for digest in (one.digest for one in digests):
            key = _scanned_key(digest)
            if key not in numbers:
                # An imported page lists selected papers, not the announcement.
                versions = {} if digest.status is Status.IMPORTED else announced[digest.day]
                papers = {paper: versions.get(paper) for paper in digest.scanned}
                numbers[key] = keep_paper_set(self._connection, papers)
        return [numbers[_scanned_key(one.digest)] for one in digests]

    def _share_papers(self, digests: Sequence[Digest], day: date) -> None:
        """Store the texts of a day's papers, and that they were announced."""
        for printed in (False, True):
            # A restored digest has no batches: its page is the only source of the texts.
            texts = {
                (entry.paper.id, entry.paper.version): entry.paper
                for digest in digests
                if (digest.status is Status.IMPORTED) is printed
                for entry in digest.entries
            }
            keep_papers(self._connection, texts.values(), printed=printed)
        scanned = dict.fromkeys(paper for digest in digests for paper in digest.scanned)
        announce_papers(self._connection, scanned, day)

    def digest(self, profile: str, day: date) -> Digest | None:
        """Return the digest of that day, None where there is none.

        Raises StoreError when the stored value is not a digest.
        """
        with store_errors(self._database):
            row = self._connection.execute(
                "SELECT digest, ranking FROM digests WHERE profile = ? AND day = ?",
                (profile, day.isoformat()),
            ).fetchone()
        if row is None:
            return None
        try:
            digest = _adapter().validate_json(unpack_digest(row[0]))
        except ValueError as error:
            raise StoreError(
                f"the digest of {day} in {self._database} cannot be read",
                hint=f"make it again: paperlark run --date {day}",
            ) from error
        with store_errors(self._database):
            ranked = unpack_ranking(row[1])
        return replace(digest, ranked=as_calibrated(ranked) if digest.calibrated else ranked)

    def days(self, profile: str) -> tuple[date, ...]:
        """Return the days that have a digest, in order."""
        with store_errors(self._database):
            rows = self._connection.execute(
                "SELECT day FROM digests WHERE profile = ? ORDER BY day", (profile,)
            ).fetchall()
            return tuple(date.fromisoformat(day) for (day,) in rows)

    def fingerprints(self, profile: str) -> Mapping[date, str]:
        """Return the content hash of every day's digest, in the order of the days."""
        with store_errors(self._database):
            rows = self._connection.execute(
                "SELECT day, fingerprint FROM digests WHERE profile = ? ORDER BY day", (profile,)
            ).fetchall()
            known = {date.fromisoformat(day): hashed for day, hashed in rows}
            return {day: hashed or self._hash_of(profile, day) for day, hashed in known.items()}

    def _hash_of(self, profile: str, day: date) -> str:
        """Compute and store the hash of a digest that has none yet."""
        key = (profile, day.isoformat())
        with store_errors(self._database), transaction(self._connection, profile):
            text, ranking = self._connection.execute(
                "SELECT digest, ranking FROM digests WHERE profile = ? AND day = ?", key
            ).fetchone()
            computed = _fingerprint(unpack_digest(text), ranking and bytes(ranking))
            self._connection.execute(
                "UPDATE digests SET fingerprint = ? WHERE profile = ? AND day = ?", (computed, *key)
            )
        return computed

    def seen(
        self, profile: str, day: date, papers: Iterable[PaperId]
    ) -> Mapping[PaperId, SeenBefore]:
        """Return which of these papers were announced to that reader on an earlier day.

        Or on a later one whose page was made before this one's.
        """
        with store_errors(self._database):
            rows = rows_with(self._connection, _SEEN, papers, profile)
            days: dict[PaperId, dict[date, bool]] = {}
            for paper, at, on_page in rows:
                days.setdefault(PaperId(paper), {})[date.fromisoformat(at)] = bool(on_page)
        found = {paper: seen_before(day, on_page) for paper, on_page in days.items()}
        return {paper: seen for paper, seen in found.items() if seen}

    def explored(self, profile: str, day: date, days: int) -> tuple[Explored, ...]:
        """Return the random samples judged on the last `days` days that had one."""
        with store_errors(self._database):
            return explored_before(self._connection, profile, day, days)

    def outcomes(
        self, profile: str, day: date, days: int, cutoffs: Cutoffs
    ) -> tuple[tuple[Outcome, ...], ...]:
        """Return what became of the papers of the last `days` earlier days with judged ones."""
        with store_errors(self._database):
            return outcomes_before(self._connection, profile, day, days, cutoffs)


def _text(digest: Digest) -> str:
    # Matches are rows of their own: many, and seldom needed with the digest.
    return _adapter().dump_json(digest, exclude={"ranked"}, by_alias=True).decode()


def _readable(digest: Digest) -> str:
    """Serialize a digest made from outside text, and check that it reads back the same."""
    try:
        text = _text(digest)
        same = _adapter().validate_json(text) == replace(digest, ranked=())
    except ValueError as error:
        raise Unimportable("it contains values that cannot be stored") from error
    if not same:
        raise Unimportable("it contains values that would change when stored")
    return text


def _fingerprint(text: str, ranking: bytes | None) -> str:
    known = hashlib.sha256(text.encode("utf-8", "surrogatepass"))
    known.update(ranking or b"")
    return known.hexdigest()[:16]


def _scanned_key(digest: Digest) -> tuple[date, bool, tuple[PaperId, ...]]:
    """Return what is equal for digests whose sets of papers are."""
    return digest.day, digest.status is Status.IMPORTED, digest.scanned


def seen_before(day: date, on_page: Mapping[date, bool]) -> SeenBefore | None:
    """Return when a paper was seen first, of the days that scanned it, in order.

    One of a later day counts unless this day announced it: then it was here first.
    """
    counting = [one for one in on_page if one < day or (one > day and day not in on_page)]
    if not counting:
        return None
    return SeenBefore(counting[0], next((one for one in counting if on_page[one]), None))
