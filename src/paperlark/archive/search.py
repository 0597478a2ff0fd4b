"""Search a reader's archive: full text (BM25) first, reranked by similarity of meaning."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache
from typing import TYPE_CHECKING

from paperlark.archive.spelling import FEW, corrected
from paperlark.domain.errors import InvalidQuery
from paperlark.domain.paper import PaperId, identify
from paperlark.domain.search import (
    Correction,
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
from paperlark.settings.identity import known
from paperlark.store.announcements import PaperTextStore
from paperlark.store.derived import VectorStore
from paperlark.store.readers import ReaderStore
from paperlark.store.reading import open_existing
from paperlark.store.search import SearchStore

if TYPE_CHECKING:
    from paperlark.rankers.semantic_search import SemanticSearch

_log = logging.getLogger(__name__)

RERANKED = 200
"""So many of the best papers by words are reranked by their similarity to the query."""

_FEWEST_TERMS = 2
"""Stop words are dropped where so many other terms are left."""

_SHOW_PROGRESS_FROM = 1000
"""Fewer new texts are indexed at once and show no progress."""


@dataclass(frozen=True, slots=True)
class _Found:
    """Papers, how they were found, and their similarity to the query."""

    method: SearchMethod
    hits: Hits
    similarity: Mapping[PaperId, float] = field(default_factory=dict)
    corrections: tuple[Correction, ...] = ()

    def after(self, exact: _Found | None, corrections: Sequence[Correction]) -> _Found:
        """Put what was found as it was written before these papers of the corrected query."""
        first = exact.hits.found if exact else ()
        known = {hit.paper_id for hit in first}
        rest = (hit for hit in self.hits.found if hit.paper_id not in known)
        return _Found(
            self.method,
            replace(self.hits, found=(*first, *rest)),
            {**self.similarity, **(exact.similarity if exact else {})},
            tuple(corrections),
        )


@dataclass(frozen=True, slots=True)
class ArchiveSearch:
    """A reader's papers, to be searched; `semantic` is only opened where the query has words."""

    finder: PaperSearch
    texts: PaperTexts
    semantic: Callable[[], SemanticSearch]

    def answer(self, query: SearchQuery, limit: int) -> SearchResults:
        """Return up to `limit` papers, best first."""
        found = self._find(_without_stop_words(query))
        hits, similarity = found.hits, found.similarity
        _log.info("searched by %s: %d papers", found.method, len(hits.found))
        best = hits.found[:limit]
        texts = self.texts.find(hit.paper_id for hit in best)
        shown = [hit.paper_id for hit in best if hit.paper_id in texts]
        statuses = self.finder.statuses(query, shown)
        return SearchResults(
            query=query,
            method=found.method,
            found=tuple(
                SearchResult(texts[paper], status, similarity.get(paper))
                for paper, status in zip(shown, statuses, strict=True)
            ),
            count=len(hits.found) if hits.whole else None,
            corrections=found.corrections,
        )

    def _find(self, query: SearchQuery) -> _Found:
        """Find a paper by its identifier, else papers by words, else by meaning."""
        if query.paper:
            return _Found(SearchMethod.IDENTIFIER, self.finder.identified(query))
        if not query.terms:
            return _Found(SearchMethod.NO_WORDS, self.finder.without_words(query))
        return self._all_words(query) or self._any_word(query) or self._by_meaning(query)

    def _all_words(self, query: SearchQuery) -> _Found | None:
        """Find papers with all words; if hardly any, also those with all of the corrected words."""
        exact = self._with(query, SearchMethod.ALL_WORDS, self.finder.all_words)
        if exact and (len(query.terms) > 1 or len(exact.hits.found) > FEW):
            return exact
        respelled, corrections = corrected(query, self.finder)
        if not corrections:
            return exact
        meant = self._with(respelled, SearchMethod.ALL_WORDS, self.finder.all_words)
        return meant.after(exact, corrections) if meant else exact

    def _any_word(self, query: SearchQuery) -> _Found | None:
        """Find papers with any of the words, of which some may be corrected."""
        respelled, corrections = corrected(query, self.finder)
        found = self._with(respelled, SearchMethod.ANY_WORD, self.finder.any_word)
        return found.after(None, corrections) if found else None

    def _with(
        self, query: SearchQuery, method: SearchMethod, find: Callable[[SearchQuery], Hits]
    ) -> _Found | None:
        hits = find(query)
        if not hits.found:
            return None
        ordered, similarity = self._ordered(query, hits.found, method)
        return _Found(method, replace(hits, found=ordered), similarity)

    def _ordered(
        self, query: SearchQuery, found: Sequence[Hit], method: SearchMethod
    ) -> tuple[tuple[Hit, ...], Mapping[PaperId, float]]:
        """Order by BM25, then rerank the best by BM25 and similarity together."""
        from paperlark.rankers import semantic_search  # noqa: PLC0415  # numpy: 0.1 s

        all_words = method is SearchMethod.ALL_WORDS
        weight = semantic_search.ALL_WORDS_WEIGHT if all_words else semantic_search.ANY_WORD_WEIGHT
        by_words = sorted(found, key=_by_words, reverse=True)
        best, rest = by_words[:RERANKED], by_words[RERANKED:]
        similarity = self.semantic().similarities(query.text, [hit.paper_id for hit in best])
        return (*semantic_search.order(best, similarity, weight), *rest), similarity

    def _by_meaning(self, query: SearchQuery) -> _Found:
        """Find the papers most similar in meaning, among those that pass the filters."""
        if query.of_days or query.author or query.category:
            others = self.finder.without_words(query)
            papers = [hit.paper_id for hit in others.found]
            similarity = self.semantic().similarities(query.text, papers)
        else:
            similarity = self.semantic().nearest(query.text, RERANKED)
        nearest = sorted(similarity, key=lambda paper: (-similarity[paper], paper))
        return _Found(
            SearchMethod.MEANING,
            Hits(tuple(map(Hit, nearest[:RERANKED])), whole=False),
            similarity,
        )


def _without_stop_words(query: SearchQuery) -> SearchQuery:
    """Drop stop words such as `of the`, where two or more other terms are left.

    Nearly every paper has them, and scoring them takes longer than all the rest.
    """
    if not query.terms:
        return query
    from paperlark.rankers.tokens import only_stopwords  # noqa: PLC0415  # numpy

    terms = tuple(term for term in query.terms if not only_stopwords(term.text))
    return replace(query, terms=terms) if len(terms) >= _FEWEST_TERMS else query


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
    named = identify(text)
    query = SearchQuery(
        text=text,
        terms=read_terms(text),
        paper=named.id if named else None,
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
    """Open a reader's archive, and index what no run has indexed yet.

    A run may be at work meanwhile. Raises StoreError where there is no database; none is made.
    """
    path = settings.database
    with open_existing(path, settings.profile.title, settings.output, caches=True) as connection:
        name = known(settings, ReaderStore(connection, path)).profile.id
        finder = SearchStore(connection, path, name, typeset.plain)
        _catch_up(finder, progress)
        vectors = VectorStore(connection, path)
        yield ArchiveSearch(
            finder, PaperTextStore(connection, path, name), cache(lambda: _semantic(vectors))
        )


def _catch_up(finder: PaperSearch, progress: Progress) -> None:
    new = finder.waiting()
    if not new:  # a run may be writing
        return
    if new < _SHOW_PROGRESS_FROM:
        finder.catch_up(lambda *_: None)
        return
    with progress.step("reading papers", new) as advance:
        finder.catch_up(advance)


def _semantic(vectors: VectorStore) -> SemanticSearch:
    from paperlark.rankers.embedding import Embedding  # noqa: PLC0415  # numpy: 0.1 s
    from paperlark.rankers.semantic_search import SemanticSearch  # noqa: PLC0415  # likewise

    return SemanticSearch(vectors, Embedding.shipped())
