"""Settings and a question in, an answer from the archive out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from typing import TYPE_CHECKING

from paperlark.domain.errors import InvalidQuery
from paperlark.domain.paper import PaperId
from paperlark.domain.search import (
    Hit,
    Hits,
    SearchMethod,
    SearchQuery,
    SearchResult,
    SearchResults,
    read_name,
    read_terms,
)
from paperlark.ports import PaperSearch, PaperTexts, Progress
from paperlark.renderers import typeset
from paperlark.settings import Settings
from paperlark.store.database import open_existing
from paperlark.store.paper_texts import PaperTextStore
from paperlark.store.search import SearchStore
from paperlark.store.vectors import VectorStore

if TYPE_CHECKING:
    from paperlark.rankers.semantic_search import SemanticSearch

COMPARED = 200
"""The best papers by words, whose meaning is compared with the question's."""

_ENOUGH = 2
"""Words that tell one paper from another without the small ones between them."""

_TOLD_FROM = 1000
"""Texts that are read in no time need no progress."""


@dataclass(frozen=True, slots=True)
class ArchiveSearch:
    """A reader's papers, to be searched; `meaning` is only made where there are words."""

    finder: PaperSearch
    texts: PaperTexts
    meaning: Callable[[], SemanticSearch]

    def answer(self, question: SearchQuery, limit: int) -> SearchResults:
        """Give the best so many papers."""
        means, hits, likeness = self._find(_telling(question))
        best = hits.found[:limit]
        texts = self.texts.find(hit.paper_id for hit in best)
        shown = [hit.paper_id for hit in best if hit.paper_id in texts]
        standings = self.finder.statuses(question, shown)
        return SearchResults(
            query=question,
            method=means,
            found=tuple(
                SearchResult(texts[paper], standing, likeness.get(paper))
                for paper, standing in zip(shown, standings, strict=True)
            ),
            count=len(hits.found) if hits.whole else None,
        )

    def _find(self, question: SearchQuery) -> tuple[SearchMethod, Hits, Mapping[PaperId, float]]:
        """Ask for all of the words, else for any of them, else for the meaning."""
        if not question.terms:
            return SearchMethod.NO_WORDS, self.finder.without_words(question), {}
        for means, find in (
            (SearchMethod.ALL_WORDS, self.finder.all_words),
            (SearchMethod.ANY_WORD, self.finder.any_word),
        ):
            hits = find(question)
            if hits.found:
                ordered, likeness = self._ordered(question, hits.found, means)
                return means, replace(hits, found=ordered), likeness
        return self._alike(question)

    def _ordered(
        self, question: SearchQuery, found: Sequence[Hit], means: SearchMethod
    ) -> tuple[tuple[Hit, ...], Mapping[PaperId, float]]:
        """Order by words, and the best of those by words and meaning."""
        from paperlark.rankers import semantic_search  # noqa: PLC0415  # numpy and scipy: 0.4 s

        every = means is SearchMethod.ALL_WORDS
        weight = semantic_search.BESIDE_ALL_WORDS if every else semantic_search.BESIDE_ANY_WORD
        by_words = sorted(found, key=_by_words, reverse=True)
        best, rest = by_words[:COMPARED], by_words[COMPARED:]
        likeness = self.meaning().similarities(question.text, [hit.paper_id for hit in best])
        return (*semantic_search.order(best, likeness, weight), *rest), likeness

    def _alike(self, question: SearchQuery) -> tuple[SearchMethod, Hits, Mapping[PaperId, float]]:
        """Find papers whose meaning is near, among those to which all else applies."""
        if question.of_days or question.author or question.category:
            others = self.finder.without_words(question)
            papers = [hit.paper_id for hit in others.found]
            likeness = self.meaning().similarities(question.text, papers)
        else:
            likeness = self.meaning().nearest(question.text, COMPARED)
        nearest = sorted(likeness, key=lambda paper: (-likeness[paper], paper))
        return (
            SearchMethod.MEANING,
            Hits(tuple(map(Hit, nearest[:COMPARED])), whole=False),
            likeness,
        )


def _telling(question: SearchQuery) -> SearchQuery:
    """Leave out the words that say nothing, such as `of the`, where two or more are left.

    Nearly every paper has them, and to weigh them takes longer than all else.
    """
    if not question.terms:
        return question
    from paperlark.rankers.tokens import is_empty  # noqa: PLC0415  # numpy

    terms = tuple(term for term in question.terms if not is_empty(term.text))
    return replace(question, terms=terms) if len(terms) >= _ENOUGH else question


def _by_words(hit: Hit) -> tuple[float, PaperId]:
    return hit.text_score, hit.paper_id


def search_query(  # everything that can be asked for
    text: str = "",
    *,
    author: str | None = None,
    category: str | None = None,
    first: date | None = None,
    last: date | None = None,
    selected: bool = False,
    score: int | None = None,
) -> SearchQuery:
    """Return the query for a text and filters as a reader types them.

    Raises InvalidQuery where it asks for nothing, or for too much.
    """
    query = SearchQuery(
        text=text,
        terms=read_terms(text),
        author=None if author is None else read_name(author),
        category=category,
        first=first,
        last=last,
        selected=selected,
        score=score,
    )
    if query.empty:
        raise InvalidQuery("nothing to search for", hint="give words, or a filter")
    return query


@contextmanager
def open_search(settings: Settings, progress: Progress) -> Iterator[ArchiveSearch]:
    """Open a reader's archive, and read what came since the last search.

    A run may be under way. Raises StoreError where there is no database: nothing is made here, not
    even an empty one.
    """
    path, name = settings.database, settings.profile.name
    with open_existing(path, name) as connection:
        finder = SearchStore(connection, path, name, typeset.plain)
        _catch_up(finder, progress)
        places = VectorStore(connection, path)
        yield ArchiveSearch(
            finder, PaperTextStore(connection, path, name), cache(lambda: _meaning(places))
        )


def _catch_up(finder: PaperSearch, progress: Progress) -> None:
    waiting = finder.waiting()
    if waiting < _TOLD_FROM:
        finder.catch_up(lambda *_: None)
        return
    with progress.step("reading papers", waiting) as advance:
        finder.catch_up(advance)


def _meaning(places: VectorStore) -> SemanticSearch:
    from paperlark.rankers.embedding import Embedding  # noqa: PLC0415  # numpy and scipy: 0.4 s
    from paperlark.rankers.semantic_search import SemanticSearch  # noqa: PLC0415  # likewise

    return SemanticSearch(places, Embedding.shipped())
