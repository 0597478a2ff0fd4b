"""Why a paper stands where it stands: its words that speak for and against it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from paperlark.domain.paper import Paper
from paperlark.rankers.learned import Numbers
from paperlark.rankers.reading import TermIds, spell

SHOWN = 5
"""Words on each side."""

_AUDIBLE = 0.02
"""Log-odds below which a word says nothing."""


@dataclass(frozen=True, slots=True)
class Words:
    """The strongest terms as the paper writes them, strongest first."""

    speak_for: tuple[str, ...]
    speak_against: tuple[str, ...]


def explain(
    papers: Sequence[Paper], words: sparse.csr_matrix, ids: TermIds, weights: Numbers
) -> list[Words]:
    """Name the terms of each paper, a row of `words` each, that moved it most.

    `weights` says what each term counts in log-odds.
    """
    return [
        _words(paper, ids, words.indices[start:end], words.data[start:end], weights)
        for paper, start, end in zip(papers, words.indptr, words.indptr[1:], strict=False)
    ]


def _words(  # one row, taken apart
    paper: Paper, ids: TermIds, columns: Numbers, values: Numbers, weights: Numbers
) -> Words:
    moved = values * weights[columns]
    order = np.argsort(-np.abs(moved), kind="stable")[: 8 * SHOWN]
    loud = [int(at) for at in order if abs(moved[at]) > _AUDIBLE]
    written = spell({int(ids[columns[at]]) for at in loud}, paper.title, paper.abstract)
    chosen: dict[bool, list[str]] = {True: [], False: []}
    for at in loud:
        word = written.get(int(ids[columns[at]]))
        side = chosen[bool(moved[at] > 0)]
        if word and len(side) < SHOWN and not _said(word, chosen):
            side.append(word)
    return Words(tuple(chosen[True]), tuple(chosen[False]))


def _said(word: str, chosen: dict[bool, list[str]]) -> bool:
    """`kv cache` speaks for both its words."""
    parts = set(word.split())
    return any(parts & set(other.split()) for side in chosen.values() for other in side)
