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
    loud = order[np.abs(moved[order]) > _AUDIBLE]
    numbers = ids[columns[loud]].tolist()
    written = spell(set(numbers), paper.title, paper.abstract)
    chosen: dict[bool, list[str]] = {True: [], False: []}
    said: set[str] = set()
    for number, speaks_for in zip(numbers, (moved[loud] > 0).tolist(), strict=True):
        word, side = written.get(number, ""), chosen[speaks_for]
        # `kv cache` speaks for both its words.
        if word and len(side) < SHOWN and said.isdisjoint(word.split()):
            side.append(word)
            said.update(word.split())
    return Words(tuple(chosen[True]), tuple(chosen[False]))
