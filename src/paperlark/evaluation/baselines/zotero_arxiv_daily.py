"""The method of zotero-arxiv-daily, from its description: likeness to the liked abstracts.

A paper's score is the mean cosine of its abstract with those of the wanted papers in a sentence
embedding, where the paper that was added r-th last weighs 1 / (1 + log10 r). Without wanted
papers that tool has nothing to say; here it then takes the criteria for the one liked text.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from paperlark.domain.criteria import Criteria
from paperlark.domain.feedback import NO_EVIDENCE, Evidence
from paperlark.domain.judgement import Match
from paperlark.domain.paper import Paper
from paperlark.evaluation.baselines._order import in_order
from paperlark.evaluation.baselines._words import wanted_text

NOTE = "without wanted papers: likeness to the criteria"

Vectors = npt.NDArray[np.float32]


class TextEmbedding(Protocol):
    """What turns texts into directions of meaning."""

    def vectors(self, texts: Sequence[str]) -> Vectors:
        """Give one vector of length 1 a text: shape (texts, dimensions)."""
        ...


@dataclass(frozen=True, slots=True)
class ZoteroArxivDailyRanker:
    """Implements Ranker."""

    embedding: TextEmbedding

    def rank(
        self,
        papers: Sequence[Paper],
        criteria: Criteria,
        evidence: Evidence = NO_EVIDENCE,
    ) -> tuple[Match, ...]:
        """Rank by the weighted mean likeness to the wanted papers, the latest weighing most."""
        if not papers:
            return ()
        liked = [
            example.paper.abstract for example in reversed(evidence.examples) if example.wanted
        ]
        liked = liked or [wanted_text(criteria)]
        weights = 1 / (1 + np.log10(np.arange(1, len(liked) + 1)))
        # A mean of cosines is the cosine with a mean.
        taste = weights @ self.embedding.vectors(liked) / weights.sum()
        return in_order(papers, self.embedding.vectors([p.abstract for p in papers]) @ taste)
