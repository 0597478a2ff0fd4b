"""ASReview's default model (ELAS u4), from its description: TF-IDF and a linear SVM.

Its features are single words and pairs of words with sublinear counts, without those of more than
95 % of the papers. The positives are the wanted papers, the negatives those judged unwanted; unlike
in ASReview, which is asked after each label, labels come a day at a time. Without a paper of each
kind that tool shows papers at random; here it then orders by the cosine with the criteria.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec

import numpy as np

from paperlark.domain.feedback import Evidence
from paperlark.domain.paper import Paper, PaperId
from paperlark.evaluation.baselines.tfidf import Matrix, TfIdf, TfIdfSvmRanker, wanted_and_others
from paperlark.evaluation.metrics import Bools, Floats

NOTE = "without wanted papers: TF-IDF cosine with the criteria"

MOST = 0.95
"""Terms in a larger share of the papers are left out."""

STRENGTH = 0.11
"""The SVM's C, the inverse of its regularization."""

BALANCE = 9.8
"""All wanted papers together weigh so many times as much as all unwanted ones."""


class AsreviewRanker(TfIdfSvmRanker):
    """Implements Ranker; needs scikit-learn."""

    def fit(self, papers: tuple[Paper, ...]) -> TfIdf:
        """Fit TF-IDF with this method's settings; raises ValueError if no term is left."""
        return TfIdf.fit(papers, ngram_range=(1, 2), sublinear_tf=True, max_df=MOST)

    def examples(
        self,
        papers: Sequence[Paper],  # noqa: ARG002  # those to be ranked teach nothing here
        evidence: Evidence,
    ) -> tuple[dict[PaperId, Paper], dict[PaperId, Paper]]:
        """Return the wanted papers, and the negatives as the method takes them."""
        return wanted_and_others(evidence)

    def distance(self, papers: Matrix, examples: Matrix, positive: Bools) -> Floats:
        """Return the decision function of a linear SVM with squared hinge loss: shape (papers,)."""
        from sklearn.svm import LinearSVC  # noqa: PLC0415  # seconds

        machine = LinearSVC(C=STRENGTH, loss="squared_hinge", max_iter=10_000, random_state=0)
        machine.fit(examples, positive, sample_weight=sample_weights(positive))
        found: Floats = machine.decision_function(papers)
        return found


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
