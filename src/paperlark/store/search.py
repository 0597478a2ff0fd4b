"""Queries to the full-text index, scored by BM25, each reading a bounded number of papers.

Where more papers have the words than can be weighed in a moment, the latest of them are, and the
latest of those that have them in the title.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import cache
from itertools import islice

from paperlark.domain.database_place import DatabasePlace
from paperlark.domain.judgement import Match
from paperlark.domain.paper import PaperId
from paperlark.domain.search import (
    MOST_TERMS,
    Hit,
    Hits,
    PaperStatus,
    SearchQuery,
    Term,
    is_initial,
)
from paperlark.ports import Advance
from paperlark.store.connection import DatabaseConnection, store_errors
from paperlark.store.scanned import ranking_of
from paperlark.store.search_index import FullTextIndex
from paperlark.store.search_words import AND_OF_DAYS, OF_DAYS, YOURS, folded_name

BOUND = 1000
"""Papers that one query scores."""

_WITHOUT_WORDS = f"""
    SELECT s.paper_id FROM scanned s WHERE {OF_DAYS}
    ORDER BY s.day DESC, s.place NULLS LAST, s.relevance DESC NULLS LAST, s.paper_id LIMIT :most
"""  # noqa: S608  # likewise
_STANDING = f"""
    SELECT s.day, s.on_page, s.place, s.relevance, s.novelty FROM scanned s
    WHERE s.paper_id = :paper AND {OF_DAYS}
    ORDER BY s.on_page DESC, s.day DESC LIMIT 1
"""  # noqa: S608  # likewise
_IDENTIFIED = f"""
    SELECT DISTINCT x.paper_id FROM search_texts x
    WHERE x.paper_id = :paper AND {YOURS}{{of_days}}
"""  # noqa: S608  # likewise
_LISTED = "SELECT max(day) FROM listings WHERE paper_id = ?"
_AUTHORS = """
    SELECT authors FROM papers WHERE id = :paper
    UNION ALL SELECT authors FROM library WHERE paper_id = :paper AND profile = :profile
"""


class SearchStore:
    """Implements PaperSearch on an open database, for one reader."""

    def __init__(
        self,
        connection: DatabaseConnection,
        database: DatabasePlace,
        profile: str,
        plain: Callable[[str], str],
    ) -> None:
        self._connection = connection
        self._database = database
        self._profile = profile
        self._index = FullTextIndex(connection, database, plain)

    def waiting(self) -> int:
        """Return how many texts are not indexed yet."""
        return self._index.waiting()

    def catch_up(self, advance: Advance) -> None:
        """Index those texts."""
        self._index.catch_up(advance)

    def all_words(self, question: SearchQuery) -> Hits:
        """Find papers with all of the terms."""
        return self._found(question, question.terms, every=True)

    def any_word(self, question: SearchQuery) -> Hits:
        """Find papers with any of the terms, the rarest ones only; quotes are ignored."""
        terms = self._rare(question)
        # Its author's papers are no answer where no paper has any word.
        return self._found(question, terms, every=False) if terms else Hits()

    def without_words(self, question: SearchQuery) -> Hits:
        """Find papers by everything but the terms of a query, latest first."""
        if question.author or question.category:
            return self._found(question, (), every=True)
        if not question.of_days:
            return Hits()
        with store_errors(self._database):
            rows = self._connection.execute(_WITHOUT_WORDS, self._about(question)).fetchall()
        papers = dict.fromkeys(PaperId(paper) for (paper,) in rows)
        return Hits(tuple(map(Hit, papers)), whole=len(rows) < BOUND)

    def identified(self, question: SearchQuery) -> Hits:
        """Find the one paper that the query names, where it meets its conditions about days."""
        sql = _IDENTIFIED.format(of_days=AND_OF_DAYS if question.of_days else "")
        about = self._about(question) | {"paper": question.paper}
        with store_errors(self._database):
            rows = self._connection.execute(sql, about).fetchall()
        return Hits(tuple(Hit(PaperId(paper)) for (paper,) in rows))

    def papers_with(self, words: Iterable[str]) -> Mapping[str, int]:
        """Return how many papers have each of these words; words that none has are left out."""
        with store_errors(self._database):
            return self._index.words.papers_with(words)

    def statuses(self, question: SearchQuery, papers: Iterable[PaperId]) -> Sequence[PaperStatus]:
        """Return the status of each paper for the reader, in the order of `papers`."""
        about = self._about(question)

        @cache
        def matches(day: date) -> Mapping[PaperId, Match]:
            ranked = ranking_of(self._connection, self._profile, day)
            return {one.paper_id: one.match for one in ranked}

        with store_errors(self._database):
            return [self._standing(about, paper, matches) for paper in papers]

    def _standing(
        self,
        about: dict[str, object],
        paper: PaperId,
        matches: Callable[[date], Mapping[PaperId, Match]],
    ) -> PaperStatus:
        about = about | {"paper": paper}
        row = self._connection.execute(_STANDING, about).fetchone()
        if row is None:
            (day,) = self._connection.execute(_LISTED, (about["paper"],)).fetchone()
            return PaperStatus(date.fromisoformat(day) if day else None)
        day, selected, place, relevance, novelty = row
        match = matches(date.fromisoformat(day)).get(paper)
        return PaperStatus(
            date.fromisoformat(day),
            scanned=True,
            selected=bool(selected),
            place=place,
            relevance=relevance,
            novelty=novelty,
            probability=match.probability if match else None,
            rank=match.rank if match else None,
            ranked=match.of if match else None,
        )

    def _found(self, question: SearchQuery, terms: Sequence[Term], *, every: bool) -> Hits:
        rows = self._rows(question, terms, every=every)
        whole = len(rows) < BOUND
        if terms and not whole:
            titles = self._rows(question, terms, every=every, title_only=True)
            # Of a paper that is found both ways, the words count in all of its text.
            rows = list((dict(titles) | dict(rows)).items())
        hits = [Hit(PaperId(paper), score) for paper, score in rows]
        if question.author:
            hits = self._by_author(hits, question.author)
        return Hits(tuple(hits), whole=whole)

    def _rows(
        self, question: SearchQuery, terms: Sequence[Term], *, every: bool, title_only: bool = False
    ) -> list[tuple[str, float]]:
        about = self._about(question)
        with store_errors(self._database):
            return self._index.words.find(
                question, terms, about, every=every, title_only=title_only
            )

    def _about(self, question: SearchQuery) -> dict[str, object]:
        return {
            "profile": self._profile,
            "first": (question.first or date.min).isoformat(),
            "last": (question.last or date.max).isoformat(),
            "selected": int(question.selected),
            "score": question.score or 0,
            "most": BOUND,
        }

    def _rare(self, question: SearchQuery) -> list[Term]:
        """Return the rarest words whose papers together stay within the bound."""
        words = (word for term in question.terms for word in _words_of(term))
        counts = {word: self._count(question, word) for word in islice(words, MOST_TERMS)}
        rare: list[Term] = []
        room = BOUND
        for term in sorted((one for one, count in counts.items() if count), key=counts.__getitem__):
            room -= counts[term]
            if rare and room < 0:
                break
            rare.append(term)
        return rare

    def _count(self, question: SearchQuery, term: Term) -> int:
        """Count the papers that have a term, up to the bound."""
        with store_errors(self._database):
            return self._index.words.count(question, term, BOUND)

    def _by_author(self, hits: Sequence[Hit], name: str) -> list[Hit]:
        """Keep the papers that have an author with all words of the name, initials included."""
        asked = folded_name(name)
        if len(asked) == 1:
            # A single word is always one author's, and the index has found it.
            return list(hits)
        return [hit for hit in hits if any(_bears(asked, one) for one in self._names(hit.paper_id))]

    def _names(self, paper: PaperId) -> list[str]:
        about = {"paper": paper, "profile": self._profile}
        with store_errors(self._database):
            rows = self._connection.execute(_AUTHORS, about).fetchall()
            return [name for (authors,) in rows for name, _ in json.loads(authors)]


def _words_of(term: Term) -> Iterator[Term]:
    *begin, last = term.text.split()
    yield from map(Term, begin)
    yield Term(last, prefix=term.prefix)


def _bears(asked: Sequence[str], name: str) -> bool:
    """Return whether a name has all the words asked for; `g` matches Geoffrey."""
    words = list(folded_name(name))
    # An initial is that of another word: Li Wang is no W Wang.
    for one in sorted(asked, key=is_initial):
        word = next((word for word in words if _fits(one, word)), None)
        if word is None:
            return False
        words.remove(word)
    return True


def _fits(asked: str, word: str) -> bool:
    return word.startswith(asked) if is_initial(asked) else word == asked
