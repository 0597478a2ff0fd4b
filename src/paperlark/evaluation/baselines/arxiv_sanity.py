"""The method of arxiv-sanity-lite: TF-IDF and a linear SVM of scikit-learn, with its settings.

Positives are the wanted papers; all others are negatives, including the papers to be ranked.
Without a wanted paper that tool has no personal order; here it then orders by the cosine with the
criteria, so that its first day is not random.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

import numpy as np

from paperlark.domain.criteria import Criteria
from paperlark.domain.feedback import NO_EVIDENCE, Evidence, LabelSource
from paperlark.domain.judgement import Match
from paperlark.domain.paper import Paper, PaperId
from paperlark.evaluation.baselines import collection, in_order, paper_text, wanted_text
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

Matrix = Any
"""A scipy CSR matrix, shape (papers, terms), rows of unit length; scipy has no type annotations."""


@dataclass(slots=True)
class _TfIdf:
    """TF-IDF fitted to the announced and the judged papers; the vector of each paper is cached."""

    fitted: tuple[Paper, ...]
    _vectorizer: Any
    _vectors: Matrix
    _row: dict[PaperId, int]

    @classmethod
    def fit(cls, papers: tuple[Paper, ...]) -> _TfIdf:
        """Fit to these papers; raises ValueError if no term is left."""
        from sklearn.feature_extraction.text import TfidfVectorizer  # noqa: PLC0415  # seconds

        vectorizer = TfidfVectorizer(
            strip_accents="unicode",
            stop_words="english",
            token_pattern=r"\b[^\W\d]\w+",  # noqa: S106  # no secret
            ngram_range=(1, 2),
            max_features=FEATURES,
            min_df=max(1, round(LEAST * min(1.0, len(papers) / WHOLE))),
            max_df=MOST if MOST * len(papers) > LEAST else LEAST,
            sublinear_tf=True,
        )
        vectors = vectorizer.fit_transform(map(paper_text, papers))
        return cls(papers, vectorizer, vectors, {one.id: at for at, one in enumerate(papers)})

    def vectors(self, papers: Sequence[Paper]) -> Matrix:
        """Return the papers' vectors."""
        from scipy import sparse  # noqa: PLC0415  # as above

        new = {paper.id: paper for paper in papers if paper.id not in self._row}
        if new:
            self._row |= {one: at for at, one in enumerate(new, self._vectors.shape[0])}
            vectors = self._vectorizer.transform(map(paper_text, new.values()))
            self._vectors = sparse.vstack([self._vectors, vectors], format="csr")
        return self._vectors[[self._row[paper.id] for paper in papers]]

    def similarity(self, papers: Sequence[Paper], text: str) -> Floats:
        """Return the cosine of each paper with a text, in [0, 1]: shape (papers,)."""
        found: Floats = (
            (self.vectors(papers) @ self._vectorizer.transform([text]).T).toarray().ravel()
        )
        return found


@dataclass(slots=True)
class ArxivSanityRanker:
    """Implements Ranker; needs scikit-learn."""

    # Cached, because each day is ranked with several histories.
    _space: _TfIdf | None = None

    def rank(
        self,
        papers: Sequence[Paper],
        criteria: Criteria,
        evidence: Evidence = NO_EVIDENCE,
    ) -> tuple[Match, ...]:
        """Rank by the signed distance from the SVM's hyperplane."""
        if not papers:
            return ()
        judged = (one.paper for one in evidence.examples if one.label_source is LabelSource.JUDGE)
        known = collection(papers, (*evidence.stream, *judged))
        if self._space is None or self._space.fitted != known:
            try:
                self._space = _TfIdf.fit(known)
            except ValueError:  # no term distinguishes these papers
                return in_order(papers, np.zeros(len(papers)))
        wanted = {
            example.paper.id: example.paper for example in evidence.examples if example.wanted
        }
        if not wanted:
            return in_order(papers, self._space.similarity(papers, wanted_text(criteria)))
        # Without negative examples the stream is negative.
        unwanted = [one.paper for one in evidence.examples if not one.wanted] or evidence.stream
        others = {one.id: one for one in (*papers, *unwanted) if one.id not in wanted}
        examples = self._space.vectors([*wanted.values(), *others.values()])
        positive = np.arange(len(wanted) + len(others)) < len(wanted)
        return in_order(papers, _distance(self._space.vectors(papers), examples, positive))


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
