"""Rank papers by how often they have the reader's keywords, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Sequence

from paperlark.domain.criteria import Criteria
from paperlark.domain.feedback import Evidence
from paperlark.domain.judgement import Match
from paperlark.domain.paper import Paper
from paperlark.plugins import PluginContext

_IN_TITLE = 3
"""What a word in a title counts, in words of an abstract."""


class KeywordRanker:
    """Implements Ranker."""

    def rank(
        self,
        papers: Sequence[Paper],
        criteria: Criteria,
        evidence: Evidence,  # noqa: ARG002  # it learns nothing
    ) -> tuple[Match, ...]:
        """Return a match per paper; equal counts are ordered by id."""
        texts = [*criteria.keywords, *(topic.relevant for topic in criteria.topics)]
        words = {word for text in texts for word in _words(text)}
        found = [_found(paper, words) for paper in papers]
        order = sorted(range(len(papers)), key=lambda at: (-len(found[at]), papers[at].id))
        ranks = {at: rank for rank, at in enumerate(order, start=1)}
        return tuple(
            Match(
                score=float(len(own)),
                rank=ranks[at],
                of=len(papers),
                words_for=tuple(dict.fromkeys(own))[:5],
            )
            for at, own in enumerate(found)
        )


def _found(paper: Paper, words: set[str]) -> list[str]:
    texts = [*_words(paper.title) * _IN_TITLE, *_words(paper.abstract)]
    return [word for word in texts if word in words]


def _words(text: str) -> list[str]:
    return [word for word in re.findall(r"\w+", text.casefold()) if len(word) > len("with")]


def make(context: PluginContext) -> KeywordRanker:  # noqa: ARG001  # it has no settings
    """Return the ranker."""
    return KeywordRanker()
