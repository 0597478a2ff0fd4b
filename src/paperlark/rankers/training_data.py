"""Training data: examples as rows of one table, with soft targets and sample weights."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from paperlark.domain.feedback import Evidence, Example, LabelSource
from paperlark.domain.paper import Paper
from paperlark.rankers.logistic import Numbers, TrainingSet

BASE_RATE = 0.09
"""The share of a day's papers that readers want: what two of them wanted in their first months."""

_SLOPE = 0.8
"""Points of relevance: so much above the reader's threshold the odds of being wanted are e to 1."""

_WANTED_WEIGHT = 2.0
"""Wanted papers are few, and missing one is worse than reading one in vain."""

_VOTE_WEIGHT = 2.0
"""A reader's vote against a judge's score."""

_HALF_LIFE = {LabelSource.JUDGE: 120.0, LabelSource.READER: 240.0, LabelSource.LIBRARY: 480.0}
"""Days after which an example counts half: interests change, a library is for long."""

_DEFAULT_THRESHOLD = 7.5
"""The relevance that separates wanted from unwanted, where no example shows it."""

_UNWANTED_PER_WANTED = 3
"""With fewer unwanted papers per wanted one, unlabelled papers are added."""

_LIKES_AS_CRITERIA = 30
"""Wanted papers that count as much as the written criteria."""

_MAX_UNLABELLED_WEIGHT = 0.3
"""Of one unlabelled paper: nobody said that it is unwanted."""


@dataclass(frozen=True, slots=True, eq=False)
class TrainingTable:
    """Papers, a row each: today's first, then examples, then earlier papers without a label.

    today: how many rows are today's papers
    example_rows: (examples,) the row of each example
    unlabelled: rows of the earlier papers that no example labels, ascending
    """

    papers: tuple[Paper, ...]
    today: int
    examples: tuple[Example, ...]
    example_rows: NDArray[np.int64]
    unlabelled: NDArray[np.int64]

    @classmethod
    def of(cls, papers: Sequence[Paper], evidence: Evidence) -> TrainingTable:
        """Lay out today's papers and the evidence; each version of a paper has one row."""
        row = {(paper.id, paper.version): at for at, paper in enumerate(papers)}
        every = list(papers)
        rows: list[int] = []
        # From a paper without text, as libraries may hold one, nothing can be learned.
        examples = tuple(one for one in evidence.examples if one.paper.title or one.paper.abstract)
        for paper in (*(example.paper for example in examples), *evidence.stream):
            at = row.setdefault((paper.id, paper.version), len(every))
            if at == len(every):
                every.append(paper)
            rows.append(at)
        example_rows = np.array(rows[: len(examples)], dtype=np.int64)
        unlabelled = np.setdiff1d(np.arange(len(papers), len(every)), example_rows)
        return cls(tuple(every), len(papers), examples, example_rows, unlabelled)


def targets(examples: Sequence[Example]) -> Numbers:
    """Return a soft label per example: (examples,) in [0, 1].

    A relevance of 10 teaches more than an 8, and a 6 more than a 1.
    """
    threshold = _threshold(examples)
    return np.array([_target(example, threshold) for example in examples], dtype=np.float64)


def sample_weights(examples: Sequence[Example]) -> Numbers:
    """Return a weight per example: (examples,) above 0.

    Exponential decay with age, times importance, times the inverse of the chance with which the
    paper was sampled (Horvitz-Thompson).
    """
    newest = max((example.day for example in examples), default=None)
    return np.array(
        [
            0.5 ** ((newest - example.day).days / _HALF_LIFE[example.label_source])
            * _importance(example)
            * example.stands_for
            for example in examples
            if newest is not None
        ],
        dtype=np.float64,
    )


def with_unlabelled(
    examples: TrainingSet, unlabelled: NDArray[np.int64], assumed: Numbers
) -> TrainingSet:
    """Add unlabelled papers with assumed labels where hardly any unwanted paper is known.

    A reader who only votes for papers says nothing of all others. Of those we assume what the
    criteria say, and less the more liked papers are known: most papers are like none of them.

    unlabelled: (papers,) row numbers
    assumed: (papers,) probabilities of being wanted by the criteria alone
    """
    wanted = examples.targets > 0.5  # noqa: PLR2004  # more likely than not
    if not len(unlabelled) or (~wanted).sum() >= _UNWANTED_PER_WANTED * wanted.sum():
        return examples
    missing = examples.weights[wanted].sum() / BASE_RATE - examples.weights[~wanted].sum()
    weight = min(_MAX_UNLABELLED_WEIGHT, missing / len(unlabelled))
    shrunk = assumed * _LIKES_AS_CRITERIA / (_LIKES_AS_CRITERIA + wanted.sum())
    return TrainingSet(
        np.concatenate([examples.rows, unlabelled]),
        np.concatenate([examples.targets, shrunk]),
        np.concatenate([examples.weights, np.full(len(unlabelled), weight)]),
        representative=True,
    )


def _threshold(examples: Sequence[Example]) -> float:
    wanted = [one.relevance for one in examples if one.wanted and one.relevance is not None]
    return min(wanted) - 0.5 if wanted else _DEFAULT_THRESHOLD


def _target(example: Example, threshold: float) -> float:
    if example.label_source is not LabelSource.JUDGE:
        return float(example.wanted)
    if example.relevance is None:
        return 0.9 if example.wanted else 0.0
    target = 1 / (1 + float(np.exp((threshold - example.relevance) / _SLOPE)))
    # Relevant and still not wanted, because it is not novel enough: in between.
    return target if example.wanted else min(target, 0.4)


def _importance(example: Example) -> float:
    if example.label_source is LabelSource.JUDGE:
        return _WANTED_WEIGHT if example.wanted else 1.0
    return _VOTE_WEIGHT if example.label_source is LabelSource.READER else 1.0
