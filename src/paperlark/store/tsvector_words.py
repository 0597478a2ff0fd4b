"""The full-text index of PostgreSQL: `tsvector` with positions of ours, scored by BM25.

PostgreSQL's own parser and ranking would find other papers, in another order, than SQLite's do: so
texts are split here as FTS5's `unicode61` splits them, and scored as its `bm25` scores them
(https://www.sqlite.org/fts5.html#the_bm25_function).
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from paperlark.domain import plain_text
from paperlark.domain.search import SearchQuery, Term, is_initial, name_words
from paperlark.store.connection import DatabaseConnection
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

_WORD = re.compile(r"[^\W_]+")
_LONGEST_WORD = 200
"""Characters: PostgreSQL takes words of at most 2 kB."""
_LAST_POSITION = 16_383
_BETWEEN_COLUMNS = 16
"""Positions left out between columns: no phrase goes from one into the next."""
_WEIGHTS = {"A": TITLE_WEIGHT, "B": AUTHORS_WEIGHT, "C": ABSTRACT_WEIGHT, "D": 0.0}
"""How much a word counts in title, authors, abstract, categories, by PostgreSQL's letters."""
_K1, _B = 1.2, 0.75
_LEAST_IDF = 1e-6

_WITH_WORDS = f"""
    SELECT f.number, f.paper_id, f.length, u.lexeme, u.positions, u.weights
    FROM (
        SELECT x.number, x.paper_id, x.length, x.words FROM search_texts x
        WHERE x.words @@ CAST(:match AS tsquery) AND {YOURS}{{of_days}}
        ORDER BY x.number DESC LIMIT :most
    ) f LEFT JOIN LATERAL unnest(f.words) u
        ON u.lexeme = ANY(:words) OR u.lexeme LIKE ANY(:prefixes)
    ORDER BY f.number DESC
"""  # noqa: S608  # composed of constants only
_COUNT = """
    SELECT count(*) FROM (
        SELECT 1 FROM search_texts WHERE words @@ CAST(? AS tsquery) LIMIT ?
    ) AS found
"""
_ALL = "SELECT count(*), coalesce(avg(length), 1) FROM search_texts"
_ADD = """
    INSERT INTO search_texts (paper_id, profile, version, length, words)
    VALUES (?, ?, ?, ?, CAST(? AS tsvector))
"""


@dataclass(frozen=True, slots=True)
class _Phrase:
    """Words that stand beside each other in one of the columns; the last may be a prefix."""

    words: tuple[str, ...]
    columns: str
    prefix: bool = False

    def __str__(self) -> str:
        *begin, last = self.words
        star = "*" if self.prefix else ""
        parts = (*(f"{_quoted(word)}:{self.columns}" for word in begin),)
        return f"({' <-> '.join((*parts, f'{_quoted(last)}:{star}{self.columns}'))})"


@dataclass(frozen=True, slots=True)
class _Found:
    """A paper, how many words it has, and where those of the question stand in it."""

    paper: str
    length: int
    places: Mapping[str, Mapping[int, str]]


class TsvectorWords:
    """Implements WordIndex on a PostgreSQL database."""

    def __init__(self, connection: DatabaseConnection) -> None:
        self._connection = connection

    def add(self, texts: Sequence[IndexedText]) -> None:
        """Index texts; each gets a higher number than all before."""
        self._connection.executemany(
            _ADD,
            ((one.paper_id, one.profile, one.version, *_vector(one)) for one in texts),
        )

    def merge(self) -> None:
        """Leave that to the server, which tidies up by itself."""

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
        groups = [_phrases(term, "A" if title_only else "ABC") for term in terms]
        groups = [group for group in groups if group]
        others = [*_author(question.author), *_category(question.category)]
        asked = _query(groups, others, every=every)
        if not asked:
            return []
        phrases = [*(phrase for group in groups for phrase in group), *others]
        values = {
            **about,
            "match": asked,
            "words": [word for one in phrases for word in one.words],
            "prefixes": [f"{one.words[-1]}%" for one in phrases if one.prefix],
        }
        sql = _WITH_WORDS.format(of_days=AND_OF_DAYS if question.of_days else "")
        found = _papers(self._connection.execute(sql, values))
        return self._scored(found, phrases)

    def count(self, question: SearchQuery, term: Term, most: int) -> int:
        """Return how many papers have a term, at most so many."""
        others = [*_author(question.author), *_category(question.category)]
        return self._count(_query([_phrases(term, "ABC")], others, every=True), most)

    def papers_with(self, words: Iterable[str]) -> Mapping[str, int]:
        """Return how many papers have each of these words; words that none has are left out."""
        counts = {
            word: self._count(f"{_quoted(word)}", 2**31 - 1)
            for word in dict.fromkeys(words)
            if _tokens(word) == [word]
        }
        return {word: count for word, count in counts.items() if count}

    def _count(self, asked: str, most: int) -> int:
        if not asked:
            return 0
        return int(self._connection.execute(_COUNT, (asked, most)).fetchone()[0])

    def _scored(
        self, found: Sequence[_Found], phrases: Sequence[_Phrase]
    ) -> list[tuple[str, float]]:
        if not found:
            return []
        papers, mean = self._connection.execute(_ALL).fetchone()
        having = [self._count(str(one), int(papers)) for one in phrases]
        worth = [
            max(_LEAST_IDF, math.log((papers - count + 0.5) / (count + 0.5))) for count in having
        ]
        return [(one.paper, _score(one, phrases, worth, float(mean))) for one in found]


def _score(found: _Found, phrases: Sequence[_Phrase], worth: Sequence[float], mean: float) -> float:
    spread = _K1 * (1 - _B + _B * found.length / mean)
    often = [_frequency(found.places, phrase) for phrase in phrases]
    return sum(
        idf * count * (_K1 + 1) / (count + spread) for idf, count in zip(worth, often, strict=True)
    )


def _frequency(places: Mapping[str, Mapping[int, str]], phrase: _Phrase) -> float:
    """Return how often a phrase stands in a paper, each time with the weight of its column."""
    *begin, last = phrase.words
    ends: dict[int, str] = {}
    for word, where in places.items():
        if word == last or (phrase.prefix and word.startswith(last)):
            ends.update(where)
    return sum(
        _WEIGHTS[column]
        for end, column in ends.items()
        if column in phrase.columns
        and all(end - back in places.get(word, {}) for back, word in _backwards(begin))
    )


def _backwards(words: Sequence[str]) -> Iterator[tuple[int, str]]:
    return ((len(words) - number, word) for number, word in enumerate(words))


def _papers(rows: Iterable[Sequence[object]]) -> list[_Found]:
    """Put the rows of each paper together, in their order."""
    found: dict[object, tuple[str, int, dict[str, Mapping[int, str]]]] = {}
    for number, paper, length, word, positions, weights in rows:
        _, _, places = found.setdefault(number, (str(paper), int(str(length)), {}))
        if isinstance(positions, list) and isinstance(weights, list):
            places[str(word)] = dict(zip(positions, weights, strict=True))
    return [_Found(*one) for one in found.values()]


def _query(groups: Sequence[Sequence[_Phrase]], others: Sequence[_Phrase], *, every: bool) -> str:
    """Return a tsquery for one phrase of all, or of any, of the groups, and for all others."""
    terms = [" | ".join(map(str, group)) for group in groups if group]
    joined = " & ".join(f"({one})" for one in terms) if every else " | ".join(terms)
    return " & ".join(f"({one})" for one in (joined, *map(str, others)) if one)


def _phrases(term: Term, columns: str) -> list[_Phrase]:
    """Return a term in each of its spellings; none where it has no word."""
    written = (tuple(_tokens(one)) for one in spellings(term.text))
    return [_Phrase(words, columns, term.prefix) for words in written if words]


def _author(name: str | None) -> Iterator[_Phrase]:
    """Yield the words of a name; which of them are one author's is compared later."""
    for written in name_words(fold(name or "")):
        if not is_initial(written):
            yield from (_Phrase((word,), "B") for word in _tokens(written))


def _category(category: str | None) -> Iterator[_Phrase]:
    if category:
        yield _Phrase((bare(category),), "D")


def _vector(text: IndexedText) -> tuple[int, str]:
    """Return how many words a text has, and its tsvector: each word with positions and weights."""
    places: dict[str, list[str]] = {}
    position = length = 0
    columns = (text.title, text.authors, text.abstract, text.categories)
    for weight, column in zip(_WEIGHTS, columns, strict=True):
        for word in _tokens(column):
            position, length = min(position + 1, _LAST_POSITION), length + 1
            places.setdefault(word, []).append(f"{position}{weight}")
        position += _BETWEEN_COLUMNS
    return length, " ".join(f"{_quoted(word)}:{','.join(at)}" for word, at in places.items())


def _tokens(text: str) -> list[str]:
    """Return the words of a text, lower case and without accents, as FTS5's `unicode61` does."""
    return [word[:_LONGEST_WORD] for word in _WORD.findall(plain_text.fold(fold(text)))]


def _quoted(word: str) -> str:
    return f"'{word}'"  # letters and digits alone: there is no quote in it
