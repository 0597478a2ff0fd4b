"""No method at all: the order of a shuffled pile."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from paperlark.domain.criteria import Criteria
from paperlark.domain.feedback import NO_EVIDENCE, Evidence
from paperlark.domain.judgement import Match
from paperlark.domain.paper import Paper
from paperlark.evaluation.baselines._order import in_order


@dataclass(frozen=True, slots=True)
class ChanceRanker:
    """Implements Ranker; the same papers always fall the same way under one seed."""

    seed: int

    def rank(
        self,
        papers: Sequence[Paper],
        criteria: Criteria,  # noqa: ARG002
        evidence: Evidence = NO_EVIDENCE,  # noqa: ARG002
    ) -> tuple[Match, ...]:
        """Shuffle."""
        dice = (random.Random(f"{self.seed}/{paper.id}") for paper in papers)  # noqa: S311  # no secret  # no secret
        return in_order(papers, np.array([die.random() for die in dice]))
