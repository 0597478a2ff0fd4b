"""ASReview's default model (ELAS u4), from its description: TF-IDF and a linear SVM.

Its features are single words and pairs of words with sublinear counts, without those of more than
95 % of the papers. The positives are the wanted papers, the negatives those judged unwanted; unlike
in ASReview, which is asked after each label, labels come a day at a time. Without a paper of each
kind that tool shows papers at random; here it then orders by the cosine with the criteria.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec

import numpy as np

from paperlark.domain.criteria import Criteria
from paperlark.domain.feedback import NO_EVIDENCE, Evidence
from paperlark.domain.judgement import Match
from paperlark.domain.paper import Paper
from paperlark.evaluation.baselines import in_order, wanted_text
from paperlark.evaluation.baselines.tfidf import Matrix, TfIdf, fitted_papers, wanted_and_others
from paperlark.evaluation.metrics import Bools, Floats

NOTE = "without wanted papers: TF-IDF cosine with the criteria"

MOST = 0.95
"""Terms in a larger share of the papers are left out."""

STRENGTH = 0.11
"""The SVM's C, the inverse of its regularization."""

BALANCE = 9.8
"""All wanted papers together weigh so many times as much as all unwanted ones."""


@dataclass(slots=True)
class AsreviewRanker:
    """Implements Ranker; needs scikit-learn."""

    # Cached, because each day is ranked with several histories.
    _space: TfIdf | None = None

    def rank(
        self,
        papers: Sequence[Paper],
        criteria: Criteria,
        evidence: Evidence = NO_EVIDENCE,
    ) -> tuple[Match, ...]:
        """Rank by the signed distance from the SVM's hyperplane."""
        if not papers:
            return ()
        known = fitted_papers(papers, evidence)
        if self._space is None or self._space.fitted != known:
            try:
                self._space = TfIdf.fit(known, ngram_range=(1, 2), sublinear_tf=True, max_df=MOST)
            except ValueError:  # no term distinguishes these papers
                return in_order(papers, np.zeros(len(papers)))
        wanted, others = wanted_and_others(evidence)
        if not wanted or not others:
            return in_order(papers, self._space.similarity(papers, wanted_text(criteria)))
        examples = self._space.vectors([*wanted.values(), *others.values()])
        positive = np.arange(len(wanted) + len(others)) < len(wanted)
        return in_order(papers, _distance(self._space.vectors(papers), examples, positive))


def load() -> AsreviewRanker | None:
    """Return the ranker, None where scikit-learn is not installed."""
    return AsreviewRanker() if find_spec("sklearn") else None


def sample_weights(positive: Bools) -> Floats:
    """Return a weight for each example, 1 on average: shape (examples,).

    All positives together have BALANCE times the weight of all negatives; there are both.
    """
    wanted = positive.sum()
    weights = np.where(positive, 1.0, wanted / (BALANCE * (len(positive) - wanted)))
    found: Floats = weights * len(positive) / weights.sum()
    return found


def _distance(papers: Matrix, examples: Matrix, positive: Bools) -> Floats:
    """Return the decision function of a linear SVM with squared hinge loss: shape (papers,)."""
    from sklearn.svm import LinearSVC  # noqa: PLC0415  # seconds

    machine = LinearSVC(C=STRENGTH, loss="squared_hinge", max_iter=10_000, random_state=0)
    machine.fit(examples, positive, sample_weight=sample_weights(positive))
    found: Floats = machine.decision_function(papers)
    return found
