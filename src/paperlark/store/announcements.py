"""What arXiv announced: batches by category and day, fetched once, and the texts of the papers."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import date
from itertools import starmap

from paperlark.domain.announcement import AnnounceType, Earlier, Feed, Listing, Via
from paperlark.domain.database_place import DatabasePlace
from paperlark.domain.paper import NO_DETAILS, Author, Paper, PaperDetails, PaperId
from paperlark.store.connection import DatabaseConnection, rows_with, store_errors, transaction

REMEMBERED = 5
"""A stale feed is at most a few announcements old."""

FIELDS = ("id", "version", "title", "authors", "abstract", "categories")
"""The columns that `paper_of` needs, in its order."""
DETAILS = ("comments", "journal_reference", "doi", "licence")
"""The columns of a paper's details, which `paper_of` reads after the others if they are there."""
_KEPT = (*FIELDS, *DETAILS, "printed")
_ARXIVS_OWN = ", ".join(
    f"{one} = CASE papers.printed WHEN 1 THEN excluded.{one} ELSE papers.{one} END"
    for one in ("title", "authors", "abstract")
)
_LATEST = ", ".join(f"{one} = coalesce(excluded.{one}, papers.{one})" for one in DETAILS)
_MORE_CATEGORIES = "length(excluded.categories) > length(papers.categories)"
_OTHER_DETAILS = " OR ".join(f"excluded.{one} <> coalesce(papers.{one}, '')" for one in DETAILS)
_KEEP = f"""
    INSERT INTO papers ({", ".join(_KEPT)}) VALUES ({", ".join("?" * len(_KEPT))})
    ON CONFLICT (id, version) DO UPDATE SET {_ARXIVS_OWN}, {_LATEST}, printed = 0,
        categories = CASE WHEN papers.printed = 1 OR {_MORE_CATEGORIES}
            THEN excluded.categories ELSE papers.categories END
    WHERE excluded.printed = 0
        AND (papers.printed = 1 OR {_MORE_CATEGORIES} OR {_OTHER_DETAILS})
"""  # noqa: S608  # composed of constants only


def keep_papers(
    connection: DatabaseConnection, papers: Iterable[Paper], *, printed: bool = False
) -> None:
    """Store papers that are new; a stored version stays as first described.

    Except for categories into which it was crossed since, for details that came later, such as a
    journal reference, and where only an imported page `printed` it: arXiv's own text replaces that.
    They are written in the order of their keys: a server locks each row that is there, and two
    writers in other orders would wait for each other.
    """
    connection.executemany(
        _KEEP,
        (
            (*row_of(paper), *_details_of(paper), int(printed))
            for paper in sorted(papers, key=lambda paper: (paper.id, paper.version))
        ),
    )


def lacks_papers(
    connection: DatabaseConnection, papers: Iterable[Paper], *, printed: bool = False
) -> bool:
    """Return whether `keep_papers` would change anything."""
    find = f"""
        SELECT printed, length(categories), {", ".join(DETAILS)} FROM papers
        WHERE id = ? AND version = ?
    """  # noqa: S608  # composed of constants only
    stored = (
        (connection.execute(find, (paper.id, paper.version)).fetchone(), paper) for paper in papers
    )
    return any(row is None or (not printed and _adds(paper, *row)) for row, paper in stored)


def _adds(paper: Paper, printed: int, categories: int, *details: str | None) -> bool:
    """Return whether a paper says more than its row, or arXiv itself says it."""
    said = zip(_details_of(paper), details, strict=True)
    return (
        printed == 1
        or categories < len(" ".join(paper.categories))
        or any(new is not None and new != old for new, old in said)
    )


def _details_of(paper: Paper) -> tuple[str | None, ...]:
    """Return the values of DETAILS of a paper."""
    said = paper.details
    return said.comments, said.journal_reference, said.doi, said.licence


def row_of(paper: Paper) -> tuple[str | int, ...]:
    """Return the values of FIELDS of a paper."""
    authors = json.dumps([[author.name, author.affiliation] for author in paper.authors])
    categories = " ".join(paper.categories)
    return paper.id, paper.version, paper.title, authors, paper.abstract, categories


def paper_of(*row: str | int | None) -> Paper:
    """Build a paper from the values of FIELDS, and of DETAILS where they are read too."""
    identifier, version, title, authors, abstract, categories, *details = row
    return Paper(
        id=PaperId(str(identifier)),
        version=int(version or 0),
        title=str(title),
        authors=tuple(starmap(Author, json.loads(str(authors)))),
        abstract=str(abstract),
        categories=tuple(str(categories).split()),
        details=_read_details(*details) if any(details) else NO_DETAILS,
    )


def _read_details(*values: str | int | None) -> PaperDetails:
    return PaperDetails(*(None if one is None else str(one) for one in values))


def columns(table: str) -> str:
    """Return all columns of a paper that `paper_of` reads, of a table or its alias."""
    return ", ".join(f"{table}.{name}" for name in (*FIELDS, *DETAILS))


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
                f"SELECT l.type, {columns('p')}"  # noqa: S608  # of constants only
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


_ANNOUNCED = f"""
    SELECT {columns("papers")} FROM papers WHERE id IN ({{keys}}) ORDER BY version
"""  # noqa: S608  # of constants only
_IMPORTED = """
    SELECT paper_id, version, title, authors, abstract, categories FROM library
    WHERE paper_id IN ({keys}) AND profile = ?
"""
_IS_ANNOUNCED = "SELECT DISTINCT id FROM papers WHERE id IN ({keys})"
_IS_IMPORTED = "SELECT paper_id FROM library WHERE paper_id IN ({keys}) AND profile = ?"


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
            found = {PaperId(one) for (one,) in rows_with(self._connection, _IS_ANNOUNCED, wanted)}
            left = [one for one in wanted if one not in found]
            imported = rows_with(self._connection, _IS_IMPORTED, left, self._profile)
            return frozenset(found.union(PaperId(one) for (one,) in imported))
