"""Ranking by TF-IDF and a linear SVM of scikit-learn, as several tools do with their settings."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from paperlark.domain.criteria import Criteria
from paperlark.domain.feedback import NO_EVIDENCE, Evidence, LabelSource
from paperlark.domain.judgement import Match
from paperlark.domain.paper import Paper, PaperId
from paperlark.evaluation.baselines import collection, in_order, paper_text, wanted_text
from paperlark.evaluation.metrics import Bools, Floats

Matrix = Any
"""A scipy CSR matrix, shape (papers, terms), rows of unit length; scipy has no type annotations."""


@dataclass(slots=True)
class TfIdf:
    """TF-IDF fitted to the announced and the judged papers; the vector of each paper is cached."""

    fitted: tuple[Paper, ...]
    _vectorizer: Any
    _vectors: Matrix
    _row: dict[PaperId, int]

    @classmethod
    def fit(cls, papers: tuple[Paper, ...], **settings: Any) -> TfIdf:  # noqa: ANN401  # scikit-learn's
        """Fit to these papers; raises ValueError if no term is left."""
        from sklearn.feature_extraction.text import TfidfVectorizer  # noqa: PLC0415  # seconds

        vectorizer = TfidfVectorizer(**settings)
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


def fitted_papers(papers: Sequence[Paper], evidence: Evidence) -> tuple[Paper, ...]:
    """Return what TF-IDF is fitted to: the day, the announced papers and the judged ones."""
    judged = (one.paper for one in evidence.examples if one.label_source is LabelSource.JUDGE)
    return collection(papers, (*evidence.stream, *judged))


def wanted_and_others(
    evidence: Evidence, among: Sequence[Paper] = ()
) -> tuple[dict[PaperId, Paper], dict[PaperId, Paper]]:
    """Return the positives, and the negatives: unwanted papers and all of `among`.

    Without unwanted papers the announced ones are negative.
    """
    wanted = {one.paper.id: one.paper for one in evidence.examples if one.wanted}
    unwanted = [one.paper for one in evidence.examples if not one.wanted] or evidence.stream
    return wanted, {one.id: one for one in (*among, *unwanted) if one.id not in wanted}


class TfIdfSvmRanker(ABC):
    """Implements Ranker by TF-IDF and a linear SVM; needs scikit-learn.

    Where the SVM has nothing to learn from, papers go by the cosine with the criteria.
    """

    def __init__(self) -> None:
        # Cached, because each day is ranked with several histories.
        self._space: TfIdf | None = None

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
                self._space = self.fit(known)
            except ValueError:  # no term distinguishes these papers
                return in_order(papers, np.zeros(len(papers)))
        wanted, others = self.examples(papers, evidence)
        if not wanted or not others:
            return in_order(papers, self._space.similarity(papers, wanted_text(criteria)))
        examples = self._space.vectors([*wanted.values(), *others.values()])
        positive = np.arange(len(wanted) + len(others)) < len(wanted)
        return in_order(papers, self.distance(self._space.vectors(papers), examples, positive))

    @abstractmethod
    def fit(self, papers: tuple[Paper, ...]) -> TfIdf:
        """Fit TF-IDF with the method's settings; raises ValueError if no term is left."""

    @abstractmethod
    def examples(
        self, papers: Sequence[Paper], evidence: Evidence
    ) -> tuple[dict[PaperId, Paper], dict[PaperId, Paper]]:
        """Return the positives and the negatives of the papers to be ranked and the evidence."""

    @abstractmethod
    def distance(self, papers: Matrix, examples: Matrix, positive: Bools) -> Floats:
        """Return the decision function of the SVM: shape (papers,)."""
