"""Several days' papers in one order."""

from __future__ import annotations

import heapq
from collections.abc import Sequence

from paperlark.domain.digest import Digest, Entry
from paperlark.domain.paper import PaperId


def merged(digests: Sequence[Digest]) -> tuple[Entry, ...]:
    """Give the papers of all days, each once, in the order that a page of them all would have.

    Every day's papers stay in the order of their own page.
    """
    ordered = heapq.merge(*(digest.entries for digest in digests), key=_merit)
    first: dict[PaperId, Entry] = {}
    for entry in ordered:
        first.setdefault(entry.paper.id, entry)
    return tuple(first.values())


def _merit(entry: Entry) -> tuple[float, ...]:
    """Followed authors come first, then what a judge thinks, then what the ranker does."""
    match, judged = entry.match, entry.judgement
    likely = -(match.probability or 0) if match else 0
    rank = match.rank if match else 0
    if entry.followed:
        return (0, likely, rank)
    if judged:
        scores = (-(judged.relevance + judged.novelty), -judged.relevance)
        return (1, *scores, likely, rank)
    return (3 if entry.outside else 2, likely, rank)
