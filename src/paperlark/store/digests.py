"""Digests day by day: the archive that pages are walked through."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from paperlark.domain.digest import Digest, Ranked, SeenBefore, Status
from paperlark.domain.errors import StoreError, Unimportable
from paperlark.domain.exploration import Explored
from paperlark.domain.paper import PaperId
from paperlark.store.database import store_errors, transaction
from paperlark.store.paper_texts import keep_papers
from paperlark.store.scanned import explored_before, keep_explored, keep_matches, matches_of
from paperlark.store.vectors import announce_papers

if TYPE_CHECKING:
    from pydantic import TypeAdapter


@cache
def _adapter() -> TypeAdapter[Digest]:
    from pydantic import TypeAdapter  # noqa: PLC0415  # 0.2 s that a page in memory does not need

    return TypeAdapter(Digest)


class DigestStore:
    """Implements Archive on an open database."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self._connection = connection
        self._path = path

    def save(self, digest: Digest) -> None:
        """Keep the digest, in place of an earlier one of that profile and day."""
        with store_errors(self._path), transaction(self._connection):
            self._write(digest, _text(digest))

    def add(self, digest: Digest) -> bool:
        """Keep the digest where there is none of that profile and day yet; tell whether it was.

        Raises Unimportable, and nothing is kept, where it could not be read again.
        """
        text = _readable(digest)
        with store_errors(self._path), transaction(self._connection):
            new = not self._connection.execute(
                "SELECT 1 FROM digests WHERE profile = ? AND day = ?",
                (digest.profile, digest.day.isoformat()),
            ).fetchone()
            if new:
                self._write(digest, text)
        return new

    def _write(self, digest: Digest, text: str) -> None:
        key = (digest.profile, digest.day.isoformat())
        self._connection.execute(
            "INSERT OR REPLACE INTO digests (profile, day, digest, fingerprint)"
            " VALUES (?, ?, ?, ?)",
            (*key, text, _fingerprint(text, digest.ranked)),
        )
        self._connection.execute("DELETE FROM scanned WHERE profile = ? AND day = ?", key)
        # A digest that is restored has no batches, so its page is all that knows the texts.
        keep_papers(
            self._connection,
            (entry.paper for entry in digest.entries),
            printed=digest.status is Status.IMPORTED,
        )
        self._connection.executemany(
            "INSERT INTO scanned"
            " (profile, day, paper_id, on_page, place, relevance, novelty, version)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, coalesce(?, (SELECT max(version) FROM listings"
            " WHERE paper_id = ? AND day = ?)))",
            _scanned(digest),
        )
        keep_explored(self._connection, digest)
        keep_matches(self._connection, digest)
        announce_papers(self._connection, digest)

    def digest(self, profile: str, day: date) -> Digest | None:
        """Give the digest of that day, None where there is none.

        Raises StoreError when what is stored is no digest any more.
        """
        with store_errors(self._path):
            row = self._connection.execute(
                "SELECT digest FROM digests WHERE profile = ? AND day = ?",
                (profile, day.isoformat()),
            ).fetchone()
        if row is None:
            return None
        try:
            return replace(_adapter().validate_json(row[0]), ranked=self._ranked(profile, day))
        except ValueError as error:
            raise StoreError(
                f"the digest of {day} in {self._path} cannot be read",
                hint=f"make it again: paperlark run --date {day}",
            ) from error

    def _ranked(self, profile: str, day: date) -> tuple[Ranked, ...]:
        with store_errors(self._path):
            return matches_of(self._connection, profile, day)

    def days(self, profile: str) -> tuple[date, ...]:
        """Give the days that have a digest, in order."""
        with store_errors(self._path):
            rows = self._connection.execute(
                "SELECT day FROM digests WHERE profile = ? ORDER BY day", (profile,)
            ).fetchall()
        return tuple(date.fromisoformat(day) for (day,) in rows)

    def fingerprints(self, profile: str) -> Mapping[date, str]:
        """Name every day's digest by its content, in the order of the days."""
        with store_errors(self._path):
            rows = self._connection.execute(
                "SELECT day, fingerprint FROM digests WHERE profile = ? ORDER BY day", (profile,)
            ).fetchall()
        return {
            (at := date.fromisoformat(day)): known or self._named(profile, at)
            for day, known in rows
        }

    def _named(self, profile: str, day: date) -> str:
        """Name a digest that was kept before digests had names."""
        key = (profile, day.isoformat())
        with store_errors(self._path), transaction(self._connection):
            (text,) = self._connection.execute(
                "SELECT digest FROM digests WHERE profile = ? AND day = ?", key
            ).fetchone()
            named = _fingerprint(text, matches_of(self._connection, profile, day))
            self._connection.execute(
                "UPDATE digests SET fingerprint = ? WHERE profile = ? AND day = ?", (named, *key)
            )
        return named

    def seen(
        self, profile: str, day: date, papers: Iterable[PaperId]
    ) -> Mapping[PaperId, SeenBefore]:
        """Tell which of these papers were announced to that reader on a day before."""
        with store_errors(self._path):
            rows = {
                paper: self._connection.execute(
                    "SELECT min(day), min(CASE WHEN on_page THEN day END) FROM scanned"
                    " WHERE profile = ? AND paper_id = ? AND day < ?",
                    (profile, paper, day.isoformat()),
                ).fetchone()
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
        """Give what was judged from below the line on the last so many such days."""
        with store_errors(self._path):
            return explored_before(self._connection, profile, day, days)


def _text(digest: Digest) -> str:
    # What was known of each paper is many rows, which few readers of a digest ask for.
    return _adapter().dump_json(digest, exclude={"ranked"}, by_alias=True).decode()


def _readable(digest: Digest) -> str:
    """Write a digest that others have a hand in, and make sure that it is the same when read."""
    try:
        text = _text(digest)
        same = _adapter().validate_json(text) == replace(digest, ranked=())
    except ValueError as error:
        raise Unimportable("it holds what cannot be kept") from error
    if not same:
        raise Unimportable("it holds what would change if it were kept")
    return text


def _fingerprint(text: str, ranked: Iterable[Ranked]) -> str:
    known = hashlib.sha256(text.encode("utf-8", "surrogatepass"))
    for one in ranked:
        known.update(repr(one).encode("utf-8", "surrogatepass"))
    return known.hexdigest()[:16]


def _scanned(digest: Digest) -> Iterator[tuple[str | int | None, ...]]:
    """Give a row for each paper that was looked at, with its scores where a judge spoke.

    An imported page says which papers were selected and not which were announced, so it must not
    pass for an announcement: nobody knows a version, and its scores teach by way of the library.
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
        yield digest.profile, day, paper, paper in shown, place, *scores, version, paper, listed
