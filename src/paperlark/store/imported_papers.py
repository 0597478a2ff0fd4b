"""Imported papers: liked, disliked, or judged elsewhere."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime

from paperlark.domain.database_place import DatabasePlace
from paperlark.domain.feedback import Example, ImportedPaper, LabelSource, Vote
from paperlark.domain.paper import PaperId
from paperlark.store.announcements import paper_of, row_of
from paperlark.store.connection import DatabaseConnection, instant, store_errors, transaction

Standing = tuple[str | int | None, ...]


_COLUMNS = (
    "profile, paper_id, version, title, authors, abstract, categories, day, wanted, relevance,"
    " novelty, source, imported, removed"
)
_REPLACED = ", ".join(f"{name} = excluded.{name}" for name in _COLUMNS.split(", "))
_KEEP = f"""
    INSERT INTO library ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (profile, paper_id) DO UPDATE SET {_REPLACED}
"""  # noqa: S608  # composed of constants only
_LISTED = """
    SELECT paper_id, version, title, authors, abstract, categories,
        day, wanted, relevance, novelty, source, imported
    FROM library WHERE profile = ? AND removed = 0
    ORDER BY imported, source, title, paper_id
"""
_LAST_VOTE = """
    SELECT vote FROM feedback WHERE profile = ? AND paper_id = ? ORDER BY at DESC, id DESC LIMIT 1
"""


class LibraryStore:
    """One reader's imports in an open database; each paper once, as last imported."""

    def __init__(
        self, connection: DatabaseConnection, database: DatabasePlace, profile: str
    ) -> None:
        self._connection = connection
        self._database = database
        self._profile = profile

    def new(self, examples: Iterable[Example]) -> tuple[Example, ...]:
        """Return the examples that are new, differ from the stored one, or add an abstract."""
        there, bare = self._standings(), self._without_abstract()
        return tuple(
            one
            for one in examples
            if there.get(one.paper.id) != _standing(one)
            or (one.paper.id in bare and one.paper.abstract)
        )

    def keep(
        self, examples: Iterable[Example], *, source: str = "", at: datetime | None = None
    ) -> None:
        """Store examples, all or none, each replacing an earlier one of its paper."""
        imported = instant(at) if at else ""
        with store_errors(self._database), transaction(self._connection, self._profile):
            self._connection.executemany(
                _KEEP,
                (
                    (
                        self._profile,
                        *row_of(one.paper),
                        one.day.isoformat(),
                        one.wanted,
                        one.relevance,
                        one.novelty,
                        source,
                        imported,
                        0,
                    )
                    for one in examples
                ),
            )

    def all(self) -> tuple[ImportedPaper, ...]:
        """Return every imported paper, in the order of import, those of one source by title."""
        with store_errors(self._database):
            rows = self._connection.execute(_LISTED, (self._profile,)).fetchall()
            return tuple(_imported(*row) for row in rows)

    def remove(self, papers: Collection[PaperId]) -> None:
        """Take papers out, all or none; those not imported are ignored.

        The text of a paper with a vote stays, or the vote would be on nothing.
        """
        # The search index is everybody's: its next texts are not read meanwhile.
        both = transaction(self._connection, self._profile, shared=True)
        with store_errors(self._database), both:
            for paper in papers:
                about = (self._profile, paper)
                vote = self._connection.execute(_LAST_VOTE, about).fetchone()
                if vote and vote[0] != Vote.NONE:
                    self._connection.execute(
                        "UPDATE library SET removed = 1 WHERE profile = ? AND paper_id = ?", about
                    )
                    continue
                for table in ("library", "search_texts", "search_waiting"):
                    self._connection.execute(
                        f"DELETE FROM {table} WHERE profile = ? AND paper_id = ?",  # noqa: S608
                        about,
                    )

    def _standings(self) -> Mapping[PaperId, Standing]:
        with store_errors(self._database):
            rows = self._connection.execute(
                "SELECT paper_id, CASE WHEN relevance IS NULL THEN wanted END,"
                " CASE WHEN relevance IS NOT NULL THEN day END, relevance, novelty"
                " FROM library WHERE profile = ? AND removed = 0",
                (self._profile,),
            ).fetchall()
        return {PaperId(row[0]): row[1:] for row in rows}

    def _without_abstract(self) -> frozenset[PaperId]:
        with store_errors(self._database):
            rows = self._connection.execute(
                "SELECT paper_id FROM library WHERE profile = ? AND abstract = ''", (self._profile,)
            ).fetchall()
        return frozenset(PaperId(paper) for (paper,) in rows)


def _imported(*row: str | int | None) -> ImportedPaper:
    paper = paper_of(*(value for value in row[:6] if value is not None))
    day, wanted, relevance, novelty, source, at = row[6:]
    label = LabelSource.LIBRARY if relevance is None else LabelSource.JUDGE
    example = Example(
        paper=paper,
        day=date.fromisoformat(str(day)),
        wanted=bool(wanted),
        label_source=label,
        relevance=None if relevance is None else int(relevance),
        novelty=None if novelty is None else int(novelty),
    )
    return ImportedPaper(example, str(source), datetime.fromisoformat(str(at)) if at else None)


def _standing(example: Example) -> Standing:
    """Return a key that is equal for equal examples: liked on any day, or same scores that day."""
    if example.label_source is LabelSource.JUDGE:
        return None, example.day.isoformat(), example.relevance, example.novelty
    return int(example.wanted), None, None, None
