"""Precedents: the nearest earlier papers of the archive, as evidence for or against novelty."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from datetime import date

from threadpoolctl import threadpool_limits

from paperlark.domain.archive import PaperVector
from paperlark.domain.judgement import NO_PRECEDENTS, Precedent, Precedents
from paperlark.domain.paper import Paper, PaperId
from paperlark.ports import PaperVectors
from paperlark.rankers.embedded import EmbeddedRanker
from paperlark.rankers.embedding import Embedding, PaperEncoder, pack
from paperlark.rankers.knn import Neighbour, nearest_earlier

_log = logging.getLogger(__name__)

MIN_SIMILARITY = 0.75
"""The least cosine of a precedent; `docs/design/011-precedents.md` says how it was chosen."""

MAX_PRECEDENTS = 3
"""Precedents of one paper."""

_BACKLOG = 4000
"""Earlier papers without a vector that a day encodes besides its own: about a second's work."""


class ArchivePrecedents:
    """Implements PrecedentFinder; each paper is embedded once, whoever it was announced to."""

    def __init__(self, vectors: PaperVectors, encoder: PaperEncoder) -> None:
        self._vectors = vectors
        self._encoder = encoder
        self._space = encoder.embedding.fingerprint

    def precedents(self, papers: Sequence[Paper], day: date) -> Precedents:
        """Return up to MAX_PRECEDENTS papers each; of equals the earlier, then the lower id."""
        if not papers:
            return NO_PRECEDENTS
        # One thread is as fast as two when the machine has other work, and adds in one order.
        with threadpool_limits(1):
            backlog = self._vectors.without_vector(day, self._space, _BACKLOG)
            if backlog:
                _log.info("embedding %d earlier papers without a vector", len(backlog))
            self._embed(backlog)
            own = self._own(papers, day)
            chunks = self._vectors.before(day, self._space)
            found = nearest_earlier(
                own, chunks, min_similarity=MIN_SIMILARITY, limit=MAX_PRECEDENTS
            )
        return self._named({one.paper_id: near for one, near in zip(own, found, strict=True)})

    def _own(self, papers: Sequence[Paper], day: date) -> Sequence[PaperVector]:
        """Embed new papers, and return all with the day that each was first announced."""
        ids = [paper.id for paper in papers]
        known = self._vectors.find(ids, self._space)
        new = [one for one in papers if one.id not in known or day < known[one.id].day]
        self._embed([(one, day) for one in new])
        vectors = self._vectors.find(ids, self._space)
        return [vectors[paper] for paper in ids]

    def _embed(self, announced: Sequence[tuple[Paper, date]]) -> None:
        if announced:
            _, vectors = self._encoder.encode([paper for paper, _ in announced])
            self._vectors.keep(
                (
                    PaperVector(paper.id, day, paper.title, vector)
                    for (paper, day), vector in zip(announced, pack(vectors), strict=True)
                ),
                self._space,
            )

    def _named(self, found: Mapping[PaperId, Sequence[Neighbour]]) -> Precedents:
        """Add the titles; papers without a precedent are left out."""
        ids = {one.paper_id for near in found.values() for one in near}
        titles = {paper: one.title for paper, one in self._vectors.find(ids, self._space).items()}
        return {
            paper: tuple(
                Precedent(one.paper_id, titles[one.paper_id], one.day, one.similarity)
                for one in near
            )
            for paper, near in found.items()
            if near
        }


def ranker_and_precedents(vectors: PaperVectors) -> tuple[EmbeddedRanker, ArchivePrecedents]:
    """Return the embedded ranker and the precedent finder; they share one encoder of papers."""
    encoder = PaperEncoder(Embedding.shipped())
    return EmbeddedRanker(encoder), ArchivePrecedents(vectors, encoder)
