"""Baselines that learn nothing: a random order, and BM25 with the criteria as the query."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from paperlark.domain.criteria import Criteria
from paperlark.domain.feedback import NO_EVIDENCE, Evidence
from paperlark.domain.judgement import Match
from paperlark.domain.paper import Paper
from paperlark.evaluation.baselines import collection, in_order, paper_text, wanted_text


@dataclass(frozen=True, slots=True)
class ChanceRanker:
    """Implements Ranker; the order depends on seed and ids alone."""

    seed: int

    def rank(
        self,
        papers: Sequence[Paper],
        criteria: Criteria,  # noqa: ARG002
        evidence: Evidence = NO_EVIDENCE,  # noqa: ARG002
    ) -> tuple[Match, ...]:
        """Rank at random."""
        seeded = (random.Random(f"{self.seed}/{paper.id}") for paper in papers)  # noqa: S311  # no secret
        return in_order(papers, np.array([one.random() for one in seeded]))


SATURATION = 1.2
LENGTH = 0.75
"""k1 and b of BM25, with the usual values."""

_WORD = re.compile(r"[^\W\d_]\w+")
_STOP_WORDS = frozenset(
    """
    about above after again against all also among an and any are as at be because been before
    being below between both but by can could did do does down during each et few for from
    further had has have he hence her here him his how however if in into is it its itself many
    may me might more most much must my no nor not of off on once only or other our out over own
    same several she should since so some still such than that the their them then there
    therefore these they this those though through thus to too toward under until up upon us
    very via was we were what when where whether which while who whom whose why will with within
    without would yet you your
    """.split()  # noqa: SIM905  # a word list reads best as text
)


@dataclass(frozen=True, slots=True)
class Bm25Ranker:
    """Implements Ranker; it learns nothing but the document frequencies of the stream."""

    def rank(
        self,
        papers: Sequence[Paper],
        criteria: Criteria,
        evidence: Evidence = NO_EVIDENCE,
    ) -> tuple[Match, ...]:
        """Rank by Okapi BM25 (Robertson and Zaragoza, 2009), with a non-negative idf.

        The collection is the day and the stream before it; query words are weighted by their
        count in the criteria.
        """
        if not papers:
            return ()
        query = _count(wanted_text(criteria))
        texts = [_count(paper_text(paper)) for paper in collection(papers, evidence.stream)]
        counts = np.array([[text[word] for word in query] for text in texts], dtype=np.float64)
        containing = (counts > 0).sum(axis=0)
        idf = np.log1p((len(texts) - containing + 0.5) / (containing + 0.5))
        lengths = np.array([text.total() for text in texts], dtype=np.float64)
        relative = lengths / max(lengths.mean(), 1.0)
        length_norm = SATURATION * (1 - LENGTH + LENGTH * relative[:, None])
        weights = counts * (SATURATION + 1) / (counts + length_norm)
        query_counts = np.array(list(query.values()), dtype=np.float64)
        return in_order(papers, weights[: len(papers)] @ (idf * query_counts))


def _count(text: str) -> Counter[str]:
    """Return the term counts of a text without stop words."""
    return Counter(word for word in _WORD.findall(text.lower()) if word not in _STOP_WORDS)
