"""The full-text index of SQLite, FTS5: queries with every word quoted, scored by BM25."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence

from paperlark.domain.search import SearchQuery, Term, is_initial, name_words
from paperlark.store.search_words import (
    ABSTRACT_WEIGHT,
    AND_OF_DAYS,
    AUTHORS_WEIGHT,
    TITLE_WEIGHT,
    YOURS,
    IndexedText,
    bare,
    fold,
    spellings,
)

TEXT_COLUMNS = ("title", "authors", "abstract")

_BETWEEN_NAMES = 4
"""Words allowed between those of a name: `Juan` and `Cruz` of Juan Carlos de la Cruz."""


def fts5_query(
    question: SearchQuery, terms: Sequence[Term], *, every: bool, title_only: bool = False
) -> str:
    """Return an FTS5 query for all or any of these terms, author and category included."""
    columns = ("title",) if title_only else TEXT_COLUMNS
    words = _all(terms) if every else " OR ".join(map(_quoted, terms))
    name = _near(question.author) if question.author else ""
    parts = (
        f"{{{' '.join(columns)}}} : ({words})" if words else "",
        f"authors : ({name})" if name else "",
        f'categories : "{bare(question.category)}"' if question.category else "",
    )
    return " AND ".join(f"({part})" for part in parts if part)


def _all(terms: Sequence[Term]) -> str:
    """Return an FTS5 query for all of these terms."""
    alternatives = [one for one in terms if len(spellings(one.text)) > 1]
    # Blanks between mean all; unlike AND they let a term without any word pass, but they cannot
    # stand beside parentheses.
    plain = " ".join(_quoted(one) for one in terms if one not in alternatives)
    groups = (f"({one})" for one in (plain, *map(_quoted, alternatives)) if one)
    return plain if not alternatives else " AND ".join(groups)


def _quoted(term: Term) -> str:
    star = " *" if term.prefix else ""
    return " OR ".join(f"{_quote(one)}{star}" for one in spellings(term.text))


def _near(name: str) -> str:
    """Return an FTS5 NEAR query for the words of a name; initials are compared later."""
    words = [word for word in name_words(fold(name)) if not is_initial(word)]
    if not words:
        return ""
    return f"NEAR({' '.join(map(_quote, words))}, {_BETWEEN_NAMES * len(words)})"


def _quote(text: str) -> str:
    doubled = text.replace('"', '""')
    return f'"{doubled}"'


_WITH_WORDS = f"""
    SELECT x.paper_id, -bm25(search_words, {{title}}, {AUTHORS_WEIGHT}, {ABSTRACT_WEIGHT}, 0.0)
    FROM search_words w CROSS JOIN search_texts x ON x.number = w.rowid
    WHERE search_words MATCH :match AND {YOURS}{{of_days}}
    ORDER BY w.rowid DESC LIMIT :most
"""  # noqa: S608  # composed of constants only
# Of this connection only: nothing is stored.
_VOCABULARY = (
    "CREATE VIRTUAL TABLE IF NOT EXISTS temp.search_vocabulary"
    " USING fts5vocab(main, search_words, row)"
)
_PAPERS_WITH = "SELECT term, doc FROM temp.search_vocabulary WHERE term = ?"


class Fts5Words:
    """Implements WordIndex on an SQLite database."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def add(self, texts: Sequence[IndexedText]) -> None:
        """Index texts; each gets a higher number than all before.

        The row of an earlier text stays behind without a number. To take it out one must know just
        which words it had, and a later paperlark may read TeX in another way.
        """
        insert = (
            "INSERT INTO search_words (title, authors, abstract, categories) VALUES (?, ?, ?, ?)"
        )
        for one in texts:
            words = (one.title, one.authors, one.abstract, one.categories)
            number = self._connection.execute(insert, words).lastrowid
            self._connection.execute(
                "INSERT INTO search_texts (number, paper_id, profile, version) VALUES (?, ?, ?, ?)",
                (number, one.paper_id, one.profile, one.version),
            )

    def merge(self) -> None:
        """Tidy up after many new texts."""
        self._connection.execute("INSERT INTO search_words (search_words) VALUES ('optimize')")

    def find(
        self,
        question: SearchQuery,
        terms: Sequence[Term],
        about: Mapping[str, object],
        *,
        every: bool,
        title_only: bool = False,
    ) -> list[tuple[str, float]]:
        """Return the latest papers with all or any of these terms, scored by BM25."""
        asked = fts5_query(question, terms, every=every, title_only=title_only)
        if not asked:
            return []
        days = AND_OF_DAYS if question.of_days else ""
        sql = _WITH_WORDS.format(title=TITLE_WEIGHT, of_days=days)
        return self._connection.execute(sql, {**about, "match": asked}).fetchall()

    def count(self, question: SearchQuery, term: Term, most: int) -> int:
        """Return how many papers have a term, at most so many."""
        (found,) = self._connection.execute(
            "SELECT count(*) FROM (SELECT 1 FROM search_words WHERE search_words MATCH ? LIMIT ?)",
            (fts5_query(question, [term], every=True), most),
        ).fetchone()
        return int(found)

    def papers_with(self, words: Iterable[str]) -> Mapping[str, int]:
        """Return how many papers have each of these words; words that none has are left out."""
        self._connection.execute(_VOCABULARY)
        rows = (
            self._connection.execute(_PAPERS_WITH, (word,)).fetchone()
            for word in dict.fromkeys(words)
        )
        return dict(filter(None, rows))
