"""Baseline rankers: random, BM25, and the methods of three other tools.

This module has what they share.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from paperlark.domain.criteria import Criteria
from paperlark.domain.judgement import Match
from paperlark.domain.paper import Paper
from paperlark.evaluation.metrics import Floats


def wanted_text(criteria: Criteria) -> str:
    """Return the positive part of the criteria, topics and keywords, as one text."""
    parts = [f"{topic.name}\n{topic.relevant}" for topic in criteria.topics]
    return "\n".join((*parts, *criteria.keywords))


def paper_text(paper: Paper) -> str:
    """Return title and abstract as one text."""
    return f"{paper.title}\n{paper.abstract}"


def collection(papers: Sequence[Paper], before: Iterable[Paper]) -> tuple[Paper, ...]:
    """Return the papers of the day, then those from before that are not among them, each once."""
    today = {paper.id for paper in papers}
    others = {paper.id: paper for paper in before if paper.id not in today}
    return (*papers, *others.values())


def in_order(papers: Sequence[Paper], scores: Floats) -> tuple[Match, ...]:
    """Return a match for each paper, by descending score; ties are ordered by id.

    `scores` has shape (papers,) and any scale.
    """
    # Rounding makes the order independent of the machine's floating point.
    found = [round(float(score), 10) for score in scores]
    order = sorted(range(len(papers)), key=lambda place: (-found[place], papers[place].id))
    rank = {place: number for number, place in enumerate(order, start=1)}
    return tuple(
        Match(score=score, rank=rank[place], of=len(papers)) for place, score in enumerate(found)
    )
