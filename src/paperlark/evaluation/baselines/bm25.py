"""A search engine: BM25 of the papers with what the criteria call relevant as the query."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from paperlark.domain.criteria import Criteria
from paperlark.domain.feedback import NO_EVIDENCE, Evidence
from paperlark.domain.judgement import Match
from paperlark.domain.paper import Paper
from paperlark.evaluation.baselines._order import in_order
from paperlark.evaluation.baselines._words import Words, unlike, wanted_text

SATURATION = 1.2
LENGTH = 0.75
"""k1 and b as search engines have them."""


@dataclass(frozen=True, slots=True)
class Bm25Ranker:
    """Implements Ranker; it learns nothing, but knows which words are rare in the stream."""

    words: Words

    def rank(
        self,
        papers: Sequence[Paper],
        criteria: Criteria,
        evidence: Evidence = NO_EVIDENCE,
    ) -> tuple[Match, ...]:
        """Search the day; the day and the stream before it are the collection."""
        query = self.words.text(wanted_text(criteria), pairs=False)
        collection = [*papers, *unlike(evidence.stream, papers)]
        bags = [self.words.paper(paper) for paper in collection]
        if not bags:
            return ()
        counts = self.words.matrix(bags)[:, query.terms]
        containing = np.asarray((counts > 0).sum(axis=0)).ravel()
        rarity = np.log1p((len(bags) - containing + 0.5) / (containing + 0.5))
        lengths = np.array([bag.words for bag in bags], dtype=np.float64)
        relative = lengths / max(lengths.mean(), 1.0)
        found = counts[: len(papers)].toarray()
        longing = SATURATION * (1 - LENGTH + LENGTH * relative[: len(papers), None])
        weights = found * (SATURATION + 1) / (found + longing)
        return in_order(papers, weights @ (rarity * query.counts))
