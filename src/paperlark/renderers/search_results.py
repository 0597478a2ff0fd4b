"""Search results, as lines for a terminal and as JSON."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterable, Iterator
from typing import Any

from paperlark.domain import plain_text
from paperlark.domain.paper import Identifier, Paper
from paperlark.domain.search import (
    Correction,
    PaperStatus,
    SearchMethod,
    SearchQuery,
    SearchResult,
    SearchResults,
)
from paperlark.renderers import english, reasons, typeset
from paperlark.renderers.json import paper_details_record

NARROWEST = 60
_FEW_AUTHORS = 4
_LONGEST_QUERY = 200
"""Characters of a query that are repeated."""
_INDENT = 12


def results_text(results: SearchResults, *, width: int = 80) -> str:
    """Return the results in lines of at most `width` (or 60)."""
    width = max(width, NARROWEST)
    # Control characters must not reach the terminal.
    return "\n".join(plain_text.clean(line).rstrip() for line in _lines(results, width))


def _lines(results: SearchResults, width: int) -> Iterator[str]:
    yield from textwrap.wrap(results_summary(results), width)
    for number, result in enumerate(results.found, start=1):
        yield ""
        yield from _paper_lines(number, result, width)
    more = (results.count or 0) - len(results.found)
    if more > 0:
        yield ""
        yield f"… and {english.counted(more, 'more paper')}: see --limit"


def results_summary(results: SearchResults) -> str:
    """Return how many papers were found, and by which method."""
    asked = query_text(results.query)
    if results.method is SearchMethod.IDENTIFIER:
        return _identified(results)
    if not results.found:
        return f"No paper {asked}."
    shown = english.counted(len(results.found), "paper")
    if results.corrections:
        some = " with some of the words" if results.method is SearchMethod.ANY_WORD else ""
        return f"{_corrected(results.corrections)}: {_counted(results)}{some}."
    match results.method:
        case SearchMethod.MEANING:
            return f"No paper contains any of these words. Nearest in meaning: {shown} {asked}."
        case SearchMethod.ANY_WORD:
            how = "No paper contains all of these words. With the rarest of them: "
        case _:
            how = ""
    if results.count is None:
        latest = "the best among the latest" if results.query.terms else "the latest"
        return f"{how}{shown}, {latest} of very many {asked}."
    return f"{how}{english.counted(results.count, 'paper')} {asked}."


def _identified(results: SearchResults) -> str:
    found = f"Paper {results.query.paper}"
    if results.found:
        return f"{found}."
    return f"{found} was not announced to you and is not imported."


def _corrected(corrections: Iterable[Correction]) -> str:
    """Return `no paper has «galaxis»; showing «galaxies»`."""
    corrections = tuple(corrections)
    written = english.listed(f"«{one.written}»" for one in corrections)
    meant = english.listed(f"«{one.corrected}»" for one in corrections)
    papers = sum(one.papers for one in corrections)
    if papers:
        has = "has" if papers == 1 else "have"
        return f"{english.counted(papers, 'paper')} {has} {written}; showing {meant} too"
    return f"No paper has {written}; showing {meant}"


def _counted(results: SearchResults) -> str:
    if results.count is None:
        return f"{english.counted(len(results.found), 'paper')}, the best among the latest"
    return english.counted(results.count, "paper")


def query_text(query: SearchQuery) -> str:
    """Return the query in words: `on “bats sonar” by Ada in cs.LG from 2025-02-17`."""
    text = plain_text.one_line(query.text)
    more = "…" if len(text) > _LONGEST_QUERY else ""
    parts = (
        f"on “{text[:_LONGEST_QUERY]}{more}”" if query.terms else "",
        f"by {query.author}" if query.author else "",
        f"in {query.category}" if query.category else "",
        f"from {query.first}" if query.first else "",
        f"to {query.last}" if query.last else "",
        f"with relevance {query.score} or more" if query.score else "",
        "on a page" if query.selected else "",
    )
    return " ".join(filter(None, parts))


def _paper_lines(number: int, result: SearchResult, width: int) -> Iterator[str]:
    paper = result.paper
    head = f"{number:>4}  {_chip(result.status):<6}"
    title = textwrap.wrap(_plain(paper.title), width - _INDENT) or ["(no title)"]
    yield from (f"{begin}{line}" for begin, line in zip(_begin(head), title, strict=False))
    for line in (_authors(paper), f"{' · '.join(filter(None, _facts(result)))}"):
        yield from textwrap.wrap(
            line, width, initial_indent=" " * _INDENT, subsequent_indent=" " * _INDENT
        )
    yield f"{' ' * _INDENT}{address(paper) or 'not on arXiv'}"


def _begin(head: str) -> Iterator[str]:
    yield head
    while True:
        yield " " * _INDENT


def _chip(status: PaperStatus) -> str:
    if status.relevance is None or status.novelty is None:
        return ""
    return f"{status.relevance}\N{MIDDLE DOT}{status.novelty}"


def _authors(paper: Paper) -> str:
    names = [plain_text.one_line(author.name) for author in paper.authors]
    more = f" and {len(names) - _FEW_AUTHORS} more" if len(names) > _FEW_AUTHORS else ""
    return f"{english.listed(names[:_FEW_AUTHORS])}{more}"


def _facts(result: SearchResult) -> Iterator[str]:
    status = result.status
    if status.day is None:
        yield "imported"
    else:
        yield english.short_date(status.day)
    if status.selected:
        yield f"place {status.place} on the page" if status.place else "on the page"
    elif status.day is not None and not status.scanned:
        yield "new version, not ranked"
    if status.rank is not None and status.ranked is not None:
        yield f"match {english.number(status.rank)} of {english.number(status.ranked)}"
    yield english.listed(result.paper.categories)
    yield reasons.accepted(result.paper)


def address(paper: Paper) -> str | None:
    """Return the address on arXiv, None for a paper imported from elsewhere."""
    return paper.url if Identifier.parse(paper.id) else None


def _plain(words: str) -> str:
    return plain_text.one_line(typeset.plain(words))


def results_document(results: SearchResults) -> str:
    """Return the results as JSON, in ASCII so that it is safe in a terminal."""
    query = results.query
    return json.dumps(
        {
            "schema": "paperlark/search/1",
            "question": {
                "text": query.text,
                "terms": [one.text + "*" * one.prefix for one in query.terms],
                "author": query.author,
                "category": query.category,
                "from": query.first,
                "to": query.last,
                "selected": query.selected,
                "score": query.score,
            },
            "found_by": results.method,
            "corrections": [
                {"written": one.written, "corrected": one.corrected} for one in results.corrections
            ],
            "count": results.count,
            "papers": [_paper(one) for one in results.found],
        },
        indent=2,
        default=str,
    )


def _paper(result: SearchResult) -> dict[str, Any]:
    paper, status = result.paper, result.status
    return {
        "id": paper.id,
        "version": paper.version,
        "url": address(paper),
        "title": paper.title,
        "authors": [author.name for author in paper.authors],
        "categories": paper.categories,
        "details": paper_details_record(paper),
        "day": status.day,
        "looked_at": status.scanned,
        "selected": status.selected,
        "place": status.place,
        "relevance": status.relevance,
        "novelty": status.novelty,
        "match": status.probability,
        "likeness": None if result.similarity is None else round(result.similarity, 4),
    }
