"""TF-IDF vectors of papers by scikit-learn, and which papers a classifier learns from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from paperlark.domain.feedback import Evidence, LabelSource
from paperlark.domain.paper import Paper, PaperId
from paperlark.evaluation.baselines import collection, paper_text
from paperlark.evaluation.metrics import Floats

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
