"""The full-text index (SQLite FTS5): queries with every word quoted, and what is indexed."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from pathlib import Path

from paperlark.domain import plain_text
from paperlark.domain.paper import Paper
from paperlark.domain.search import SearchQuery, Term, is_initial, name_words
from paperlark.ports import Advance
from paperlark.store.announcements import FIELDS, paper_of
from paperlark.store.database import store_errors, transaction

TEXT_COLUMNS = ("title", "authors", "abstract")

# Letters and digits with nothing between them but how TeX sets an index: `H2O`, `H$_2$O`.
_ONE_WORD = re.compile(r"[^\W_]+(?:[$_^{}]+[^\W_]+)*[$}]*")
_BEFORE_DIGITS = re.compile(r"(?<=[^\W\d_])(?=\d)")
_LETTERS_OR_DIGITS = re.compile(r"[^\W\d_]+|\d+")
_MOST_PARTS = 8
"""Changes between letters and digits; more are no word that people type."""

_BETWEEN_NAMES = 4
"""Words allowed between those of a name: `Juan` and `Cruz` of Juan Carlos de la Cruz."""

# Letters that are no accented ones to Unicode.
_PLAIN = str.maketrans(
    {
        "ł": "l",
        "Ł": "L",
        "ø": "o",
        "Ø": "O",
        "đ": "d",
        "Đ": "D",
        "\N{LATIN SMALL LETTER DOTLESS I}": "i",
        "ß": "ss",
    }
    | {"æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE"}
)


def fold(text: str) -> str:
    """Normalize ligatures and letter forms (NFKC); the index itself removes accents."""
    return text if text.isascii() else plain_text.normalize("NFKC", text).translate(_PLAIN)


@lru_cache(maxsize=2**14)
def folded_name(name: str) -> tuple[str, ...]:
    """Return the words of a name, lower case and without accents."""
    return tuple(name_words(plain_text.fold(fold(name))))


def category_words(categories: Iterable[str]) -> str:
    """Return categories as words, with their archives: `cs.LG` becomes `cslg` and `cs`."""
    return " ".join(
        word for one in categories for word in dict.fromkeys((_bare(one), _bare(one.split(".")[0])))
    )


def match(
    question: SearchQuery, terms: Sequence[Term], *, every: bool, title_only: bool = False
) -> str:
    """Return an FTS5 query for all or any of these terms, author and category included."""
    columns = ("title",) if title_only else TEXT_COLUMNS
    words = _all(terms) if every else " OR ".join(map(_quoted, terms))
    name = _near(question.author) if question.author else ""
    parts = (
        f"{{{' '.join(columns)}}} : ({words})" if words else "",
        f"authors : ({name})" if name else "",
        f'categories : "{_bare(question.category)}"' if question.category else "",
    )
    return " AND ".join(f"({part})" for part in parts if part)


def _all(terms: Sequence[Term]) -> str:
    """Return an FTS5 query for all of these terms."""
    alternatives = [one for one in terms if len(_spellings(one.text)) > 1]
    # Blanks between mean all; unlike AND they let a term without any word pass, but they cannot
    # stand beside parentheses.
    plain = " ".join(_quoted(one) for one in terms if one not in alternatives)
    groups = (f"({one})" for one in (plain, *map(_quoted, alternatives)) if one)
    return plain if not alternatives else " AND ".join(groups)


def _quoted(term: Term) -> str:
    star = " *" if term.prefix else ""
    return " OR ".join(f"{_quote(one)}{star}" for one in _spellings(term.text))


def _spellings(text: str) -> tuple[str, ...]:
    """Return a term as it may be indexed: H$_2$O is there as `H 2 O`, and H_2O as `H 2O`."""
    text = fold(text)
    parts = _LETTERS_OR_DIGITS.findall(text)
    chemical = 1 < len(parts) <= _MOST_PARTS and any(map(str.isdigit, parts))
    if not chemical or not _ONE_WORD.fullmatch(text):
        return (text,)
    joined, split = "".join(parts), " ".join(parts)
    return tuple(dict.fromkeys((joined, split, _BEFORE_DIGITS.sub(" ", joined))))


def _near(name: str) -> str:
    """Return an FTS5 NEAR query for the words of a name; initials are compared later."""
    words = [word for word in name_words(fold(name)) if not is_initial(word)]
    if not words:
        return ""
    return f"NEAR({' '.join(map(_quote, words))}, {_BETWEEN_NAMES * len(words)})"


def _quote(text: str) -> str:
    doubled = text.replace('"', '""')
    return f'"{doubled}"'


def _bare(category: str) -> str:
    return "".join(filter(str.isalnum, category)).lower()


_AT_ONCE = 1000
"""Texts indexed in one transaction: another writer waits half a second at most."""

_WORTH_MERGING = 10_000
"""From this many new texts on, the index is optimized afterwards."""

_LAST = """
    SELECT max(number), count(*) FROM (SELECT number FROM search_waiting ORDER BY number LIMIT ?)
"""
_COLUMNS = ", ".join(f"t.{field}" for field in FIELDS)
# A version that is in the index already stays: an older one may arrive later. arXiv's own text
# takes precedence over an imported one.
_TEXTS = f"""
    SELECT w.number, w.profile, {_COLUMNS}
    FROM search_waiting w JOIN papers t ON t.id = w.paper_id
        AND t.version = (SELECT max(version) FROM papers WHERE id = w.paper_id)
    WHERE w.profile = '' AND w.number <= :last AND NOT EXISTS (
        SELECT 1 FROM search_texts
        WHERE paper_id = t.id AND profile = '' AND version = t.version
    )
    UNION ALL
    SELECT w.number, w.profile, {_COLUMNS.replace("t.id", "t.paper_id", 1)}
    FROM search_waiting w JOIN library t ON t.paper_id = w.paper_id AND t.profile = w.profile
    WHERE w.profile <> '' AND w.number <= :last
        AND NOT EXISTS (SELECT 1 FROM papers WHERE id = w.paper_id)
    ORDER BY number
"""  # noqa: S608  # composed of constants only


class FullTextIndex:
    """Keeps the index of an open database up to date; `plain` decodes the TeX of a text."""

    def __init__(
        self, connection: sqlite3.Connection, path: Path, plain: Callable[[str], str]
    ) -> None:
        self._connection = connection
        self._path = path
        self._plain = plain

    def waiting(self) -> int:
        """Return how many texts are not indexed yet."""
        with store_errors(self._path):
            (found,) = self._connection.execute("SELECT count(*) FROM search_waiting").fetchone()
        return int(found)

    def catch_up(self, advance: Advance, most: int | None = None) -> None:
        """Index waiting texts, `most` or all, some in each transaction; the rest waits on."""
        read = 0
        while some := self._read_some(_AT_ONCE if most is None else min(_AT_ONCE, most - read)):
            advance(some)
            read += some
        if read >= _WORTH_MERGING:
            with store_errors(self._path), transaction(self._connection):
                self._connection.execute(
                    "INSERT INTO search_words (search_words) VALUES ('optimize')"
                )

    def _read_some(self, most: int) -> int:
        with store_errors(self._path), transaction(self._connection):
            last, count = self._connection.execute(_LAST, (most,)).fetchone()
            texts = self._connection.execute(_TEXTS, {"last": last}).fetchall()
            self._read([(profile, paper_of(*row)) for _, profile, *row in texts])
            self._connection.execute("DELETE FROM search_waiting WHERE number <= ?", (last,))
        return int(count)

    def _read(self, texts: Sequence[tuple[str, Paper]]) -> None:
        """Index papers, each with the reader who imported it, '' for arXiv's own text."""
        # The row of an earlier text stays behind without a number. To take it out one must know
        # just which words it had, and a later paperlark may read TeX in another way.
        self._connection.executemany(
            "DELETE FROM search_texts WHERE paper_id = ? AND ? IN (profile, '')",
            ((paper.id, profile) for profile, paper in texts),
        )
        # As no row is ever taken out, each new one has a higher number than all before.
        insert = (
            "INSERT INTO search_words (title, authors, abstract, categories) VALUES (?, ?, ?, ?)"
        )
        numbers = [
            self._connection.execute(insert, self._words(paper)).lastrowid for _, paper in texts
        ]
        self._connection.executemany(
            "INSERT INTO search_texts (number, paper_id, profile, version) VALUES (?, ?, ?, ?)",
            (
                (number, paper.id, profile, paper.version)
                for number, (profile, paper) in zip(numbers, texts, strict=True)
            ),
        )

    def _words(self, paper: Paper) -> tuple[str, ...]:
        names = "; ".join(author.name for author in paper.authors)
        return (
            self._read_text(paper.title),
            # They are kept as JSON, which can hold halves of pairs; no encoding has them.
            fold(names).encode("utf-8", "replace").decode(),
            self._read_text(paper.abstract),
            category_words(paper.categories),
        )

    def _read_text(self, text: str) -> str:
        # Two texts of three have no TeX in them.
        return fold(self._plain(text) if "\\" in text else text)
