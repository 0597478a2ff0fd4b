"""The method of arxiv-sanity-lite: TF-IDF and a linear SVM of scikit-learn, with its settings.

Positives are the wanted papers; all others are negatives, including the papers to be ranked.
Without a wanted paper that tool has no personal order; here it then orders by the cosine with the
criteria, so that its first day is not random.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec

from paperlark.domain.feedback import Evidence
from paperlark.domain.paper import Paper, PaperId
from paperlark.evaluation.baselines.tfidf import Matrix, TfIdf, TfIdfSvmRanker, wanted_and_others
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


class ArxivSanityRanker(TfIdfSvmRanker):
    """Implements Ranker; needs scikit-learn."""

    def fit(self, papers: tuple[Paper, ...]) -> TfIdf:
        """Fit TF-IDF with this method's settings; raises ValueError if no term is left."""
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

    def examples(
        self, papers: Sequence[Paper], evidence: Evidence
    ) -> tuple[dict[PaperId, Paper], dict[PaperId, Paper]]:
        """Return the wanted papers, and the negatives as the method takes them."""
        return wanted_and_others(evidence, papers)

    def distance(self, papers: Matrix, examples: Matrix, positive: Bools) -> Floats:
        """Return the decision function of a linear SVM, in units of its margin: shape (papers,).

        It has squared hinge loss (LIBLINEAR; Fan and others, 2008) and balanced class weights.
        """
        from sklearn.svm import LinearSVC  # noqa: PLC0415  # seconds

        machine = LinearSVC(
            C=STRENGTH, class_weight="balanced", tol=1e-6, max_iter=10_000, random_state=0
        )
        found: Floats = machine.fit(examples, positive).decision_function(papers)
        return found


def load() -> ArxivSanityRanker | None:
    """Return the ranker, None where scikit-learn is not installed."""
    return ArxivSanityRanker() if find_spec("sklearn") else None
