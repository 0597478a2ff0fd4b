"""The method of arxiv-sanity-lite, from its description: a linear SVM on TF-IDF.

Positives are the wanted papers; everything else is negative, the papers to be ranked included.
Without a wanted paper that tool has no order by taste; here it then orders by the cosine with
the criteria, its search so to speak, so that its first day is not chance.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from paperlark.domain.criteria import Criteria
from paperlark.domain.feedback import NO_EVIDENCE, Evidence
from paperlark.domain.judgement import Match
from paperlark.domain.paper import Paper
from paperlark.evaluation.baselines import _svm
from paperlark.evaluation.baselines._order import in_order
from paperlark.evaluation.baselines._tfidf import TfIdf, tfidf
from paperlark.evaluation.baselines._words import Matrix, Words, unlike, wanted_text
from paperlark.evaluation.metrics import Floats

NOTE = "without wanted papers: TF-IDF cosine with the criteria"
STRENGTH = 0.01


@dataclass(slots=True)
class _Fit:
    """What was fitted last: several histories of one day know the same papers."""

    papers: tuple[Paper, ...]
    weighing: TfIdf
    vectors: Matrix


@dataclass(slots=True)
class ArxivSanityRanker:
    """Implements Ranker."""

    words: Words
    _last: _Fit | None = field(default=None)

    def rank(
        self,
        papers: Sequence[Paper],
        criteria: Criteria,
        evidence: Evidence = NO_EVIDENCE,
    ) -> tuple[Match, ...]:
        """Rank by the distance from the plane between wanted papers and all others."""
        if not papers:
            return ()
        taught = [example.paper for example in evidence.examples]
        fitted = self._fit((*papers, *evidence.stream, *unlike(taught, evidence.stream)))
        wanted = {example.paper.id for example in evidence.examples if example.wanted}
        if not wanted:
            return in_order(papers, self._search(fitted, criteria)[: len(papers)])
        # Who has only said what they like has the rest of what they saw against it.
        others = {example.paper.id for example in evidence.examples if not example.wanted} or {
            paper.id for paper in evidence.stream
        }
        examples = {paper.id for paper in papers} | wanted | others
        rows = np.flatnonzero([paper.id in examples for paper in fitted.papers])
        positive = np.array([fitted.papers[row].id in wanted for row in rows])
        weights = _svm.fit(fitted.vectors[rows], positive, STRENGTH)
        return in_order(papers, fitted.vectors[: len(papers)] @ weights[:-1])

    def _fit(self, papers: tuple[Paper, ...]) -> _Fit:
        if self._last is None or self._last.papers != papers:
            weighing, vectors = tfidf(self.words, [self.words.paper(paper) for paper in papers])
            self._last = _Fit(papers, weighing, vectors)
        return self._last

    def _search(self, fitted: _Fit, criteria: Criteria) -> Floats:
        query = self.words.matrix([self.words.text(wanted_text(criteria))])
        likeness: Floats = (fitted.vectors @ fitted.weighing.vectors(query).T).toarray().ravel()
        return likeness
