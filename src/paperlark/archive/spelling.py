"""Correct the words of a query that hardly any paper has, where they are one letter off."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from paperlark.domain.plain_text import fold
from paperlark.domain.search import Correction, SearchQuery, Term
from paperlark.domain.spelling import one_letter_off
from paperlark.ports import PaperSearch

FEW = 2
"""Papers that may have a word that is misspelled all the same: authors misspell too."""

_TIMES = 5
"""So many times as many papers must have the corrected word."""

_MOST_WORDS = 8
"""Words of a query that are corrected: each is some 500 to look up."""


def corrected(query: SearchQuery, finder: PaperSearch) -> tuple[SearchQuery, list[Correction]]:
    """Return the query with its misspelled words corrected, and which those are."""
    corrections = {one.written: one for one in _corrections(query, finder)}
    terms = tuple(
        replace(term, text=corrections[term.text].corrected) if term.text in corrections else term
        for term in query.terms
    )
    text = " ".join(f'"{one.text}"' if " " in one.text else one.text for one in terms)
    if not corrections:
        return query, []
    return replace(query, terms=terms, text=text), list(corrections.values())


def _corrections(query: SearchQuery, finder: PaperSearch) -> Iterator[Correction]:
    words = [term for term in query.terms if _correctable(term)][:_MOST_WORDS]
    known = finder.papers_with(fold(term.text) for term in words)
    for term in words:
        papers = known.get(fold(term.text), 0)
        if papers > FEW:
            continue
        near = finder.papers_with(one_letter_off(fold(term.text)))
        best = max(near, key=lambda word: (near[word], word), default=None)
        if best is not None and near[best] > _TIMES * papers:
            yield Correction(term.text, best, papers)


def _correctable(term: Term) -> bool:
    return not term.prefix and term.text.isalpha()
