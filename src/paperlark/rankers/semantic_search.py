"""Semantic search: papers whose vectors are similar to a query's.

A query is embedded like a paper, by its words and pairs of words, so the wording may differ.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from paperlark.domain.archive import PaperVector
from paperlark.domain.paper import PaperId
from paperlark.domain.search import Hit
from paperlark.ports import PaperVectors
from paperlark.rankers.embedding import Embedding, Vectors, pack, unpack
from paperlark.rankers.tokens import tokenize

ALL_WORDS_WEIGHT, ANY_WORD_WEIGHT = 0.25, 2.0
"""What a cosine of 1 counts beside the best text score, where papers have all words or only some.

`docs/design/013-search.md` says why.
"""

MIN_SIMILARITY = 0.3
"""The least cosine of a paper that is found by meaning alone."""


class SemanticSearch:
    """Compares a query with the stored vectors of one embedding."""

    def __init__(self, vectors: PaperVectors, embedding: Embedding) -> None:
        self._vectors = vectors
        self._embedding = embedding

    def similarities(self, text: str, papers: Iterable[PaperId]) -> Mapping[PaperId, float]:
        """Return the cosine of each paper that has a vector; none where no word is known."""
        query = self._embed(text)
        known = self._vectors.find(papers, self._embedding.fingerprint)
        if not query.any() or not known:
            return {}
        rows = unpack(b"".join(one.vector for one in known.values()), len(known))
        return dict(zip(known, (rows @ query[0]).tolist(), strict=True))

    def nearest(self, text: str, limit: int) -> Mapping[PaperId, float]:
        """Return the papers most similar to the query, with their cosines."""
        from paperlark.rankers.knn import nearest_earlier  # noqa: PLC0415  # it loads scipy

        query = PaperVector(PaperId(""), date.max, "", pack(self._embed(text))[0])
        chunks = self._vectors.before(date.max, self._embedding.fingerprint)
        (near,) = nearest_earlier([query], chunks, min_similarity=MIN_SIMILARITY, limit=limit)
        return {one.paper_id: one.similarity for one in near}

    def _embed(self, text: str) -> Vectors:
        """Return the query as one row: (1, dimensions)."""
        return self._embedding.embed_one(tokenize(text))


def order(hits: Sequence[Hit], similarities: Mapping[PaperId, float], weight: float) -> list[Hit]:
    """Order by text score as a share of the best, plus `weight` times the cosine; best first.

    A paper without a vector counts with the mean cosine of the others. Of equals the later paper
    goes first.
    """
    if not hits:
        return []
    best = max(hit.text_score for hit in hits) or 1.0
    mean = sum(similarities.values()) / len(similarities) if similarities else 0.0

    def score(hit: Hit) -> tuple[float, PaperId]:
        return hit.text_score / best + weight * similarities.get(hit.paper_id, mean), hit.paper_id

    return sorted(hits, key=score, reverse=True)
