"""What a question means: papers whose places lie in its direction.

A question is placed as a paper is, by its words and pairs of them; so the wording may differ.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from paperlark.domain.paper import PaperId
from paperlark.domain.search import Hit
from paperlark.domain.vectors import PaperVector
from paperlark.ports import PaperVectors
from paperlark.rankers.embedding import Embedding
from paperlark.rankers.precedents import nearest_earlier, pack, unpack
from paperlark.rankers.tokens import tokenize

BESIDE_ALL_WORDS, BESIDE_ANY_WORD = 0.25, 2.0
"""What a cosine of 1 counts beside the best words, where a paper has all of them or some.

`docs/design/013-search.md` says why.
"""

NEAR = 0.3
"""The least cosine of a paper that is found by meaning alone."""


class SemanticSearch:
    """Compares a question with places in one space."""

    def __init__(self, places: PaperVectors, space: Embedding) -> None:
        self._places = places
        self._space = space

    def similarities(self, text: str, papers: Iterable[PaperId]) -> Mapping[PaperId, float]:
        """Give the cosine of each paper that has a place, none where no word is known."""
        question = self._space.place([tokenize(text)])[0]
        known = self._places.find(papers, self._space.fingerprint)
        if not question.any() or not known:
            return {}
        rows = unpack(b"".join(one.vector for one in known.values()), len(known))
        return dict(zip(known, (rows @ question).tolist(), strict=True))

    def nearest(self, text: str, most: int) -> Mapping[PaperId, float]:
        """Give the papers of all that are most like the question, with their cosines."""
        question = PaperVector(
            PaperId(""), date.max, "", pack(self._space.place([tokenize(text)]))[0]
        )
        shelves = self._places.before(date.max, self._space.fingerprint)
        (near,) = nearest_earlier([question], shelves, near=NEAR, most=most)
        return {one.paper_id: one.similarity for one in near}


def order(hits: Sequence[Hit], likeness: Mapping[PaperId, float], weight: float) -> list[Hit]:
    """Put the best first, by words and by meaning, which counts `weight`.

    A paper without a place counts as much like the question as the others are on average. Of
    equals the later paper goes first.
    """
    if not hits:
        return []
    best = max(hit.text_score for hit in hits) or 1.0
    usual = sum(likeness.values()) / len(likeness) if likeness else 0.0

    def score(hit: Hit) -> tuple[float, PaperId]:
        return hit.text_score / best + weight * likeness.get(hit.paper_id, usual), hit.paper_id

    return sorted(hits, key=score, reverse=True)
