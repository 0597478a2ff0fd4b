"""The answer to a search, as lines for a terminal and as JSON for programs."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterator
from typing import Any

from paperlark.domain import plain_text
from paperlark.domain.paper import Identifier, Paper
from paperlark.domain.search import (
    PaperStatus,
    SearchMethod,
    SearchQuery,
    SearchResult,
    SearchResults,
)
from paperlark.renderers import english, typeset

NARROWEST = 60
_FEW_AUTHORS = 4
_LONGEST_SAID = 200
"""Characters of a question that are repeated."""
_INDENT = 12


def results_text(answer: SearchResults, *, width: int = 80) -> str:
    """Give the answer in lines of at most `width` (or 60)."""
    width = max(width, NARROWEST)
    # What a terminal would take for a command must not reach it.
    return "\n".join(plain_text.clean(line).rstrip() for line in _lines(answer, width))


def _lines(answer: SearchResults, width: int) -> Iterator[str]:
    yield from textwrap.wrap(results_summary(answer), width)
    for number, found in enumerate(answer.found, start=1):
        yield ""
        yield from _paper_lines(number, found, width)
    more = (answer.count or 0) - len(answer.found)
    if more > 0:
        yield ""
        yield f"… and {english.counted(more, 'more paper')}: see --limit"


def results_summary(answer: SearchResults) -> str:
    """Say how many papers there are, and how they were found."""
    asked = asked_for(answer.query)
    if not answer.found:
        return f"No paper {asked}."
    shown = english.counted(len(answer.found), "paper")
    match answer.method:
        case SearchMethod.MEANING:
            return f"No paper has any of the words. {shown} nearest in meaning, of those {asked}."
        case SearchMethod.ANY_WORD:
            how = "No paper has all of the words. With the rarest of them: "
        case _:
            how = ""
    if answer.count is None:
        latest = "the best of the latest" if answer.query.terms else "the latest"
        return f"{how}{shown}, {latest}, of very many {asked}."
    return f"{how}{english.counted(answer.count, 'paper')} {asked}."


def asked_for(question: SearchQuery) -> str:
    """`with “bats sonar” by Ada in cs.LG from 2025-02-17`."""
    said = plain_text.one_line(question.text)
    more = "…" if len(said) > _LONGEST_SAID else ""
    parts = (
        f"on “{said[:_LONGEST_SAID]}{more}”" if question.terms else "",
        f"by {question.author}" if question.author else "",
        f"in {question.category}" if question.category else "",
        f"from {question.first}" if question.first else "",
        f"to {question.last}" if question.last else "",
        f"of relevance {question.score} or more" if question.score else "",
        "on a page" if question.selected else "",
    )
    return " ".join(filter(None, parts))


def _paper_lines(number: int, found: SearchResult, width: int) -> Iterator[str]:
    paper = found.paper
    head = f"{number:>4}  {_chip(found.status):<6}"
    title = textwrap.wrap(_plain(paper.title), width - _INDENT) or ["(without a title)"]
    yield from (f"{begin}{line}" for begin, line in zip(_begin(head), title, strict=False))
    for line in (_authors(paper), f"{' · '.join(filter(None, _facts(found)))}"):
        yield from textwrap.wrap(
            line, width, initial_indent=" " * _INDENT, subsequent_indent=" " * _INDENT
        )
    yield f"{' ' * _INDENT}{address(paper) or 'not at arXiv'}"


def _begin(head: str) -> Iterator[str]:
    yield head
    while True:
        yield " " * _INDENT


def _chip(standing: PaperStatus) -> str:
    if standing.relevance is None or standing.novelty is None:
        return ""
    return f"{standing.relevance}\N{MIDDLE DOT}{standing.novelty}"


def _authors(paper: Paper) -> str:
    names = [plain_text.one_line(author.name) for author in paper.authors]
    more = f" and {len(names) - _FEW_AUTHORS} more" if len(names) > _FEW_AUTHORS else ""
    return f"{english.listed(names[:_FEW_AUTHORS])}{more}"


def _facts(found: SearchResult) -> Iterator[str]:
    standing = found.status
    if standing.day is None:
        yield "imported"
    else:
        yield english.short_date(standing.day)
    if standing.selected:
        yield f"place {standing.place} on the page" if standing.place else "on the page"
    elif standing.day is not None and not standing.scanned:
        yield "not looked at for you"
    if standing.probability is not None:
        yield f"match {english.percent(standing.probability)}"
    yield english.listed(found.paper.categories)


def address(paper: Paper) -> str | None:
    """Give the paper's address at arXiv, None for one that was imported from elsewhere."""
    return paper.url if Identifier.parse(paper.id) else None


def _plain(words: str) -> str:
    return plain_text.one_line(typeset.plain(words))


def results_document(answer: SearchResults) -> str:
    """Give everything; in ASCII, so that nothing in it commands a terminal."""
    question = answer.query
    return json.dumps(
        {
            "schema": "paperlark/search/1",
            "question": {
                "text": question.text,
                "terms": [one.text + "*" * one.prefix for one in question.terms],
                "author": question.author,
                "category": question.category,
                "from": question.first,
                "to": question.last,
                "selected": question.selected,
                "score": question.score,
            },
            "found_by": answer.method,
            "count": answer.count,
            "papers": [_paper(one) for one in answer.found],
        },
        indent=2,
        default=str,
    )


def _paper(found: SearchResult) -> dict[str, Any]:
    paper, standing = found.paper, found.status
    return {
        "id": paper.id,
        "version": paper.version,
        "url": address(paper),
        "title": paper.title,
        "authors": [author.name for author in paper.authors],
        "categories": paper.categories,
        "day": standing.day,
        "looked_at": standing.scanned,
        "selected": standing.selected,
        "place": standing.place,
        "relevance": standing.relevance,
        "novelty": standing.novelty,
        "match": standing.probability,
        "likeness": None if found.similarity is None else round(found.similarity, 4),
    }
