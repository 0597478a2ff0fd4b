"""The method of arxiv-sanity-lite: TF-IDF and a linear SVM of scikit-learn, with its settings.

Positives are the wanted papers; all others are negatives, including the papers to be ranked.
Without a wanted paper that tool has no personal order; here it then orders by the cosine with the
criteria, so that its first day is not random.
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

FEATURES = 20_000
LEAST = 5
MOST = 0.1
"""Terms in fewer papers than LEAST, or in a larger share of them than MOST, are left out."""

WHOLE = 1000
"""Below this number of papers LEAST is scaled down, and at least LEAST papers are allowed."""

STRENGTH = 0.01
"""The SVM's C, the inverse of its regularization."""


@dataclass(slots=True)
class ArxivSanityRanker:
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
                self._space = _fit(known)
            except ValueError:  # no term distinguishes these papers
                return in_order(papers, np.zeros(len(papers)))
        wanted, others = wanted_and_others(evidence, papers)
        if not wanted:
            return in_order(papers, self._space.similarity(papers, wanted_text(criteria)))
        examples = self._space.vectors([*wanted.values(), *others.values()])
        positive = np.arange(len(wanted) + len(others)) < len(wanted)
        return in_order(papers, _distance(self._space.vectors(papers), examples, positive))


def _fit(papers: tuple[Paper, ...]) -> TfIdf:
    return TfIdf.fit(
        papers,
        strip_accents="unicode",
        stop_words="english",
        token_pattern=r"\b[^\W\d]\w+",  # noqa: S106  # no secret
        ngram_range=(1, 2),
        max_features=FEATURES,
        min_df=max(1, round(LEAST * min(1.0, len(papers) / WHOLE))),
        max_df=MOST if MOST * len(papers) > LEAST else LEAST,
        sublinear_tf=True,
    )


def load() -> ArxivSanityRanker | None:
    """Return the ranker, None where scikit-learn is not installed."""
    return ArxivSanityRanker() if find_spec("sklearn") else None


def _distance(papers: Matrix, examples: Matrix, positive: Bools) -> Floats:
    """Return the decision function of a linear SVM, in units of its margin: shape (papers,).

    It has squared hinge loss (LIBLINEAR; Fan and others, 2008) and balanced class weights.
    """
    from sklearn.svm import LinearSVC  # noqa: PLC0415  # seconds

    machine = LinearSVC(
        C=STRENGTH, class_weight="balanced", tol=1e-6, max_iter=10_000, random_state=0
    )
    found: Floats = machine.fit(examples, positive).decision_function(papers)
    return found
