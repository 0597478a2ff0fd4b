"""What arXiv announced: batches by category and day, fetched once, and the texts of the papers."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import date
from itertools import starmap

from paperlark.domain.announcement import AnnounceType, Earlier, Feed, Listing, Via
from paperlark.domain.database_place import DatabasePlace
from paperlark.domain.paper import Author, Paper, PaperId
from paperlark.store.connection import DatabaseConnection, rows_with, store_errors, transaction

REMEMBERED = 5
"""A stale feed is at most a few announcements old."""

FIELDS = ("id", "version", "title", "authors", "abstract", "categories")
"""The columns that `paper_of` reads, in its order."""


def keep_papers(
    connection: DatabaseConnection, papers: Iterable[Paper], *, printed: bool = False
) -> None:
    """Store papers that are new; a stored version stays as first described.

    Except for categories into which it was crossed since, and where only an imported page
    `printed` it: arXiv's own text replaces that. They are written in the order of their keys: a
    server locks each row that is there, and two writers in other orders would wait for each other.
    """
    connection.executemany(
        "INSERT INTO papers (id, version, title, authors, abstract, categories, printed)"
        " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id, version) DO UPDATE SET"
        " title = CASE papers.printed WHEN 1 THEN excluded.title ELSE papers.title END,"
        " authors = CASE papers.printed WHEN 1 THEN excluded.authors ELSE papers.authors END,"
        " abstract = CASE papers.printed WHEN 1 THEN excluded.abstract ELSE papers.abstract END,"
        " categories = excluded.categories, printed = 0 WHERE excluded.printed = 0"
        " AND (papers.printed = 1 OR length(excluded.categories) > length(papers.categories))",
        (
            (*row_of(paper), printed)
            for paper in sorted(papers, key=lambda paper: (paper.id, paper.version))
        ),
    )


def lacks_papers(
    connection: DatabaseConnection, papers: Iterable[Paper], *, printed: bool = False
) -> bool:
    """Return whether `keep_papers` would change anything."""
    stored = (
        (
            connection.execute(
                "SELECT printed, length(categories) FROM papers WHERE id = ? AND version = ?",
                (paper.id, paper.version),
            ).fetchone(),
            len(" ".join(paper.categories)),
        )
        for paper in papers
    )
    return any(
        row is None or (not printed and (row[0] == 1 or row[1] < categories))
        for row, categories in stored
    )


def row_of(paper: Paper) -> tuple[str | int, ...]:
    """Return the values of FIELDS of a paper."""
    authors = json.dumps([[author.name, author.affiliation] for author in paper.authors])
    categories = " ".join(paper.categories)
    return paper.id, paper.version, paper.title, authors, paper.abstract, categories


def paper_of(*row: str | int) -> Paper:
    """Build a paper from the values of FIELDS."""
    identifier, version, title, authors, abstract, categories = row
    return Paper(
        id=PaperId(str(identifier)),
        version=int(version),
        title=str(title),
        authors=tuple(starmap(Author, json.loads(str(authors)))),
        abstract=str(abstract),
        categories=tuple(str(categories).split()),
    )


class AnnouncementStore:
    """Implements AnnouncementBatches on an open database."""

    def __init__(self, connection: DatabaseConnection, database: DatabasePlace) -> None:
        self._connection = connection
        self._database = database

    def batch(self, category: str, day: date) -> Feed | None:
        """Return the stored batch, None where there is none."""
        key = (day.isoformat(), category)
        with store_errors(self._database):
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
        with store_errors(self._database), transaction(self._connection):
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
        with store_errors(self._database):
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


_ANNOUNCED = """
    SELECT id, version, title, authors, abstract, categories FROM papers
    WHERE id IN ({keys}) ORDER BY version
"""
_IMPORTED = """
    SELECT paper_id, version, title, authors, abstract, categories FROM library
    WHERE paper_id IN ({keys}) AND profile = ?
"""
_KNOWN = (
    "SELECT DISTINCT id FROM papers WHERE id IN ({keys})",
    "SELECT paper_id FROM library WHERE paper_id IN ({keys}) AND profile = ?",
)


class PaperTextStore:
    """Implements PaperTexts on an open database, for one reader."""

    def __init__(
        self, connection: DatabaseConnection, database: DatabasePlace, profile: str
    ) -> None:
        self._connection = connection
        self._database = database
        self._profile = profile

    def find(self, papers: Iterable[PaperId]) -> Mapping[PaperId, Paper]:
        """Return the known ones: arXiv's text of the latest version, else the imported text."""
        wanted = tuple(dict.fromkeys(papers))
        with store_errors(self._database):
            # Of two versions the later one comes last, and stays.
            found = {row[0]: row for row in rows_with(self._connection, _ANNOUNCED, wanted)}
            left = [one for one in wanted if one not in found]
            imported = rows_with(self._connection, _IMPORTED, left, self._profile)
            found.update((row[0], row) for row in imported)
            return {one: paper_of(*found[one]) for one in wanted if one in found}

    def known(self, papers: Iterable[PaperId]) -> frozenset[PaperId]:
        """Return those that `find` would return, without their texts."""
        wanted = tuple(papers)
        with store_errors(self._database):
            announced, imported = (
                rows_with(self._connection, question, wanted, *values)
                for question, values in zip(_KNOWN, ((), (self._profile,)), strict=True)
            )
            return frozenset(PaperId(one) for (one,) in (*announced, *imported))
