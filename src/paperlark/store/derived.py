"""What is derived from papers and labels and can be computed again: embeddings, words, results."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from operator import attrgetter

from paperlark.domain.archive import CacheEntry, PaperVector, VectorChunk
from paperlark.domain.database_place import DatabasePlace
from paperlark.domain.paper import Paper, PaperId
from paperlark.store.announcements import paper_of
from paperlark.store.connection import (
    DatabaseConnection,
    marked,
    rows_with,
    store_errors,
    transaction,
)

_AT_ONCE = 4096
"""Vectors read at a time: 1.7 MB."""

# No index is used for an expression: that of spaces holds no vectors, and to read nearly all of
# them by way of it takes three times as long.
_BEFORE = """
    SELECT paper_id, day, place FROM places
    WHERE coalesce(space, '') = :space AND coalesce(day, '') < :day
    ORDER BY paper_id
"""

# As first announced: a later version is no other paper.
_UNPLACED = """
    SELECT p.id, p.version, p.title, p.authors, p.abstract, p.categories, w.day
    FROM places w JOIN papers p ON p.id = w.paper_id
        AND p.version = (SELECT min(version) FROM papers WHERE id = w.paper_id)
    WHERE (w.space < :space OR w.space > :space) AND w.day < :day
    ORDER BY w.day DESC, w.paper_id LIMIT :most
"""

_KEEP = """
    INSERT INTO places (paper_id, day, title, space, place)
    VALUES (:paper, :day, :title, :space, :vector)
    ON CONFLICT (paper_id) DO UPDATE
    SET day = CASE WHEN excluded.day < places.day THEN excluded.day ELSE places.day END,
        space = excluded.space, place = excluded.place
"""

# Nothing is written where a paper is there already: on a server a row written again is a new row.
_ANNOUNCE = """
    INSERT INTO places (paper_id, day, title, space, place)
    SELECT p.id, ?, p.title, '', ? FROM papers p WHERE p.id IN ({keys})
        AND p.version = (SELECT min(version) FROM papers WHERE id = p.id)
    ON CONFLICT (paper_id) DO UPDATE SET day = excluded.day WHERE excluded.day < places.day
"""

_UNANNOUNCED = """
    SELECT 1 FROM papers p WHERE p.id IN ({keys})
    AND NOT EXISTS (SELECT 1 FROM places w WHERE w.paper_id = p.id AND w.day <= ?) LIMIT 1
"""

_PLACED = """
    SELECT paper_id, day, title, place FROM places WHERE paper_id IN ({keys}) AND space = ?
"""

_MOST_ENCODINGS = 50_000
"""Encodings that are kept, 80 MB: two months of the largest categories."""


class VectorStore:
    """Implements PaperVectors on an open database."""

    def __init__(self, connection: DatabaseConnection, database: DatabasePlace) -> None:
        self._connection = connection
        self._database = database

    def find(self, papers: Iterable[PaperId], space: str) -> Mapping[PaperId, PaperVector]:
        """Return the vectors of those papers that have one in this embedding."""
        with store_errors(self._database):
            asked = list(papers)
            rows = rows_with(self._connection, _PLACED, asked, space)
            found = {
                PaperId(paper): PaperVector(PaperId(paper), date.fromisoformat(day), title, vector)
                for paper, day, title, vector in rows
            }
        return {paper: found[paper] for paper in asked if paper in found}

    def before(self, day: date, space: str) -> Iterator[VectorChunk]:
        """Yield all vectors of papers announced before that day, by id, a chunk at a time."""
        with store_errors(self._database):
            rows = self._connection.execute(_BEFORE, {"day": day.isoformat(), "space": space})
            while some := rows.fetchmany(_AT_ONCE):
                papers, days, vectors = zip(*some, strict=True)
                yield VectorChunk(papers, tuple(map(date.fromisoformat, days)), b"".join(vectors))

    def without_vector(self, day: date, space: str, most: int) -> Sequence[tuple[Paper, date]]:
        """Return papers announced before that day that have no vector yet, latest first."""
        about = {"day": day.isoformat(), "space": space, "most": most}
        with store_errors(self._database):
            rows = self._connection.execute(_UNPLACED, about).fetchall()
            return [(paper_of(*row[:6]), date.fromisoformat(row[6])) for row in rows]

    def keep(self, places: Iterable[PaperVector], space: str) -> None:
        """Store vectors in one transaction; of two days of one paper the earlier counts."""
        with store_errors(self._database), transaction(self._connection):
            self._connection.executemany(
                _KEEP,
                (
                    {
                        "paper": one.paper_id,
                        "day": one.day.isoformat(),
                        "title": one.title,
                        "space": space,
                        "vector": one.vector,
                    }
                    for one in places
                ),
            )


class EncodingStore:
    """Implements PaperEncodings on an open database, which a reading command only reads."""

    def __init__(
        self, connection: DatabaseConnection, database: DatabasePlace, *, read_only: bool = False
    ) -> None:
        self._connection = connection
        self._database = database
        self._read_only = read_only

    def find(self, made_of: Iterable[bytes]) -> Mapping[bytes, bytes]:
        """Return those that are kept, by what they were made of."""
        question = "SELECT made_of, content FROM encodings WHERE made_of IN ({keys})"
        with store_errors(self._database):
            return dict(rows_with(self._connection, question, made_of, large=True))

    def keep(self, encodings: Mapping[bytes, bytes]) -> None:
        """Keep more of them, and no more than _MOST_ENCODINGS: the oldest go."""
        if self._read_only:
            return
        with store_errors(self._database), transaction(self._connection):
            self._connection.executemany(
                "INSERT INTO encodings (made_of, content) VALUES (?, ?)"
                " ON CONFLICT (made_of) DO UPDATE SET content = excluded.content",
                encodings.items(),
            )
            self._connection.execute(
                "DELETE FROM encodings WHERE number <= (SELECT max(number) FROM encodings) - ?",
                (_MOST_ENCODINGS,),
            )


class CacheStore:
    """Implements Cache on an open database."""

    def __init__(self, connection: DatabaseConnection, database: DatabasePlace) -> None:
        self._connection = connection
        self._database = database

    def find(self, key: str, made_of: str) -> bytes | None:
        """Return the cached content, None where there is none or its inputs changed."""
        with store_errors(self._database):
            row = self._connection.execute(
                "SELECT content FROM scratch WHERE key = ? AND made_of = ?", (key, made_of)
            ).fetchone()
        return None if row is None else bytes(row[0])

    def find_all(self, made_of: Mapping[str, str]) -> Mapping[str, bytes]:
        """Return the cached content of these keys, in few queries."""
        question = "SELECT key, made_of, content FROM scratch WHERE key IN ({keys})"
        with store_errors(self._database):
            rows = rows_with(self._connection, question, made_of, large=True)
            return {key: content for key, of, content in rows if made_of[key] == of}

    def keep(self, scraps: Iterable[CacheEntry]) -> None:
        """Store the entries in one transaction, replacing those with the same keys."""
        # In one order no two writers wait for each other, and neither reads before.
        ordered = sorted(scraps, key=attrgetter("key"))
        with store_errors(self._database), transaction(self._connection, shared=False):
            self._connection.executemany(
                "INSERT INTO scratch (key, made_of, content) VALUES (?, ?, ?)"
                " ON CONFLICT (key) DO UPDATE"
                " SET made_of = excluded.made_of, content = excluded.content",
                ((one.key, one.made_of, one.content) for one in ordered),
            )


def derived_stores(
    connection: DatabaseConnection, database: DatabasePlace
) -> tuple[VectorStore, EncodingStore, CacheStore]:
    """Return all that a ranker keeps in an open database."""
    return (
        VectorStore(connection, database),
        EncodingStore(connection, database),
        CacheStore(connection, database),
    )


def lacks_announced(connection: DatabaseConnection, papers: Iterable[PaperId], day: date) -> bool:
    """Return whether one of a day's papers, whose text is known, is not registered yet."""
    rows = rows_with(connection, _UNANNOUNCED, papers, day.isoformat())
    return next(rows, None) is not None


def announce_papers(connection: DatabaseConnection, papers: Iterable[PaperId], day: date) -> None:
    """Register a day's papers, where their texts are known, to be embedded later.

    Papers of a restored day, and of a page made without precedents, have no vector yet.
    """
    for marks, some in marked(papers):
        connection.execute(_ANNOUNCE.format(keys=marks), (day.isoformat(), b"", *some))
