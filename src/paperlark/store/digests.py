"""Digests by profile and day: the archive."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from functools import cache
from typing import TYPE_CHECKING

from paperlark.domain.database_place import DatabasePlace
from paperlark.domain.digest import Digest, Ranked, SeenBefore, Status
from paperlark.domain.errors import StoreError, Unimportable
from paperlark.domain.exploration import Explored, Outcome
from paperlark.domain.paper import Paper, PaperId
from paperlark.domain.profile import Cutoffs
from paperlark.store.announcements import keep_papers, lacks_papers
from paperlark.store.connection import DatabaseConnection, store_errors, transaction
from paperlark.store.derived import announce_papers, lacks_announced
from paperlark.store.scanned import (
    as_calibrated,
    explored_before,
    keep_explored,
    keep_matches,
    matches_of,
    outcomes_before,
)

if TYPE_CHECKING:
    from pydantic import TypeAdapter


@cache
def _adapter() -> TypeAdapter[Digest]:
    from pydantic import TypeAdapter  # noqa: PLC0415  # 0.2 s, not needed for a page in memory

    return TypeAdapter(Digest)


# A paper of a later day counts unless this day announced it: then it was here first.
_SEEN = """
    SELECT min(day), min(CASE on_page WHEN 1 THEN day END) FROM scanned s
    WHERE profile = :profile AND paper_id = :paper AND (day < :day OR (day > :day AND NOT EXISTS (
        SELECT 1 FROM scanned WHERE profile = :profile AND paper_id = :paper AND day = :day)))
"""


class DigestStore:
    """Implements Archive on an open database."""

    def __init__(self, connection: DatabaseConnection, database: DatabasePlace) -> None:
        self._connection = connection
        self._database = database

    def save(self, digest: Digest) -> None:
        """Store the digest, replacing an earlier one of that profile and day."""
        text = _text(digest)
        with store_errors(self._database), self._writing(digest) as shared:
            self._write(digest, text, shared=shared)

    def write(self, digests: Iterable[Digest]) -> None:
        """Store digests as `save` does, within the caller's transaction."""
        for one in digests:
            self._write(one, _text(one), shared=True)

    def add(self, digest: Digest) -> bool:
        """Store the digest unless there is one of that day already; return whether it was stored.

        Raises Unimportable, and stores nothing, where it could not be read back.
        """
        text = _readable(digest)
        with store_errors(self._database), self._writing(digest) as shared:
            new = not self._connection.execute(
                "SELECT 1 FROM digests WHERE profile = ? AND day = ?",
                (digest.reader_id, digest.day.isoformat()),
            ).fetchone()
            if new:
                self._write(digest, text, shared=shared)
        return new

    @contextmanager
    def _writing(self, digest: Digest) -> Iterator[bool]:
        """Begin the transaction of a digest; yield whether it also writes what readers share.

        Papers are never taken out again, so what was found before the locks is so after them: only
        the first of the readers of a day's papers keeps the others waiting.
        """
        connection = self._connection
        papers, printed = _papers(digest)
        shared = lacks_papers(connection, papers, printed=printed)
        shared = shared or lacks_announced(connection, digest)
        with transaction(connection, digest.reader_id, shared=shared):
            yield shared

    def _write(self, digest: Digest, text: str, *, shared: bool) -> None:
        key = (digest.reader_id, digest.day.isoformat())
        self._connection.execute(
            "INSERT INTO digests (profile, day, digest, fingerprint, papers) VALUES (?, ?, ?, ?, ?)"
            " ON CONFLICT (profile, day) DO UPDATE SET digest = excluded.digest,"
            " fingerprint = excluded.fingerprint, papers = excluded.papers",
            (*key, text, _fingerprint(text, digest.ranked), papers_fingerprint(digest)),
        )
        self._connection.execute("DELETE FROM scanned WHERE profile = ? AND day = ?", key)
        self._connection.executemany(
            "INSERT INTO scanned"
            " (profile, day, paper_id, on_page, place, relevance, novelty, version)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, coalesce(?, (SELECT max(version) FROM listings"
            " WHERE paper_id = ? AND day = ?)))",
            _scanned(digest),
        )
        keep_explored(self._connection, digest)
        keep_matches(self._connection, digest)
        if shared:
            papers, printed = _papers(digest)
            keep_papers(self._connection, papers, printed=printed)
            announce_papers(self._connection, digest)

    def digest(self, profile: str, day: date) -> Digest | None:
        """Return the digest of that day, None where there is none.

        Raises StoreError when the stored text is not a digest.
        """
        with store_errors(self._database):
            row = self._connection.execute(
                "SELECT digest FROM digests WHERE profile = ? AND day = ?",
                (profile, day.isoformat()),
            ).fetchone()
        if row is None:
            return None
        try:
            digest = _adapter().validate_json(row[0])
        except ValueError as error:
            raise StoreError(
                f"the digest of {day} in {self._database} cannot be read",
                hint=f"make it again: paperlark run --date {day}",
            ) from error
        ranked = self._ranked(profile, day)
        return replace(digest, ranked=as_calibrated(ranked) if digest.calibrated else ranked)

    def _ranked(self, profile: str, day: date) -> tuple[Ranked, ...]:
        with store_errors(self._database):
            return matches_of(self._connection, profile, day)

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
        with store_errors(self._database), transaction(self._connection):
            (text,) = self._connection.execute(
                "SELECT digest FROM digests WHERE profile = ? AND day = ?", key
            ).fetchone()
            computed = _fingerprint(text, matches_of(self._connection, profile, day))
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
            about = {"profile": profile, "day": day.isoformat()}
            rows = {
                paper: self._connection.execute(_SEEN, {**about, "paper": paper}).fetchone()
                for paper in papers
            }
            return {
                paper: SeenBefore(
                    date.fromisoformat(first), date.fromisoformat(shown) if shown else None
                )
                for paper, (first, shown) in rows.items()
                if first is not None
            }

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


def _papers(digest: Digest) -> tuple[tuple[Paper, ...], bool]:
    """Return the papers of a page, and whether that page is the only source of their texts.

    An imported digest has no batches.
    """
    papers = tuple(entry.paper for entry in digest.entries)
    return papers, digest.status is Status.IMPORTED


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


def _fingerprint(text: str, ranked: Iterable[Ranked]) -> str:
    known = hashlib.sha256(text.encode("utf-8", "surrogatepass"))
    for one in ranked:
        known.update(repr(one).encode("utf-8", "surrogatepass"))
    return known.hexdigest()[:16]


def papers_fingerprint(digest: Digest) -> str | None:
    """Return a fingerprint of the scanned papers, ids and versions; None where these are unknown.

    Of readers with the same ones on their latest days the stream of earlier papers is the same.
    """
    if len(digest.ranked) != len(digest.scanned):
        return None
    papers = sorted((one.paper_id, one.version) for one in digest.ranked)
    return hashlib.sha256(repr(papers).encode()).hexdigest()[:16]


def _scanned(digest: Digest) -> Iterator[tuple[str | int | None, ...]]:
    """Yield a row for each scanned paper, with its scores where it was judged.

    An imported page lists selected papers, not the announcement, so it must not count as one: the
    versions are unknown, and its scores become examples through the library.
    """
    day = digest.day.isoformat()
    imported = digest.status is Status.IMPORTED
    shown = {entry.paper.id: (entry.place, entry.paper.version) for entry in digest.entries}
    judged = {one.paper_id: one for one in digest.judgements}
    for paper in digest.scanned:
        one = judged.get(paper)
        scores = (one.relevance, one.novelty) if one else (None, None)
        place, version = shown.get(paper, (None, None))
        version = None if imported else one.version if one else version
        listed = "" if imported else day
        yield digest.reader_id, day, paper, paper in shown, place, *scores, version, paper, listed
