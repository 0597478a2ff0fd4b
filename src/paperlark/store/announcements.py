"""What arXiv announced, by category and day: fetched once, then read from here."""

from __future__ import annotations

import json
import sqlite3
from datetime import date
from pathlib import Path

from paperlark.domain.announcement import AnnounceType, Earlier, Feed, Listing, Via
from paperlark.domain.paper import PaperId
from paperlark.store.database import store_errors, transaction
from paperlark.store.paper_texts import keep_papers, paper_of

REMEMBERED = 5
"""A stale feed is at most a few announcements old."""


class AnnouncementStore:
    """Implements AnnouncementBatches on an open database."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self._connection = connection
        self._path = path

    def batch(self, category: str, day: date) -> Feed | None:
        """Return the stored batch, None where there is none."""
        key = (day.isoformat(), category)
        with store_errors(self._path):
            row = self._connection.execute(
                "SELECT via, confirmed, expected, origin, notes, trail FROM batches"
                " WHERE day = ? AND category = ?",
                key,
            ).fetchone()
            if row is None:
                return None
            listings = self._connection.execute(
                "SELECT l.type, p.id, p.version, p.title, p.authors, p.abstract, p.categories"
                " FROM listings l JOIN papers p ON p.id = l.paper_id AND p.version = l.version"
                " WHERE l.day = ? AND l.category = ? ORDER BY l.place",
                key,
            ).fetchall()
        via, confirmed, expected, origin, notes, trail = row
        return Feed(
            category=category,
            stamped=day,
            listings=tuple(
                Listing(paper_of(*paper), AnnounceType(kind)) for kind, *paper in listings
            ),
            origin=origin,
            via=Via(via),
            expected=expected,
            confirmed=Via(confirmed) if confirmed else None,
            notes=tuple(json.loads(notes)),
            trail=tuple(json.loads(trail)),
        )

    def keep(self, feed: Feed, day: date) -> None:
        """Store a batch, replacing an earlier one of that day and category."""
        key = (day.isoformat(), feed.category)
        with store_errors(self._path), transaction(self._connection):
            self._connection.execute("DELETE FROM batches WHERE day = ? AND category = ?", key)
            self._connection.execute(
                "INSERT INTO batches (day, category, via, confirmed, expected, origin, sha256,"
                " notes, trail) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    *key,
                    feed.via,
                    feed.confirmed,
                    feed.expected,
                    feed.origin,
                    feed.sha256,
                    json.dumps(feed.notes),
                    json.dumps(feed.trail),
                ),
            )
            keep_papers(self._connection, (listing.paper for listing in feed.listings))
            self._connection.executemany(
                "INSERT INTO listings (day, category, place, paper_id, version, type)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                (
                    (*key, place, listing.paper.id, listing.paper.version, listing.type)
                    for place, listing in enumerate(feed.listings)
                ),
            )

    def earlier(self, category: str, day: date) -> tuple[Earlier, ...]:
        """Return the papers of the last few batches before that day, latest first."""
        with store_errors(self._path):
            days = self._connection.execute(
                "SELECT DISTINCT day FROM listings WHERE category = ? AND day < ?"
                " ORDER BY day DESC LIMIT ?",
                (category, day.isoformat(), REMEMBERED),
            ).fetchall()
            return tuple(Earlier(date.fromisoformat(d), self._ids(category, d)) for (d,) in days)

    def _ids(self, category: str, day: str) -> frozenset[PaperId]:
        rows = self._connection.execute(
            "SELECT paper_id FROM listings WHERE category = ? AND day = ?", (category, day)
        )
        return frozenset(PaperId(paper) for (paper,) in rows)
