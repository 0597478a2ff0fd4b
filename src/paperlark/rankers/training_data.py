"""Training data: examples as rows, with soft targets and sample weights."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from paperlark.domain.feedback import Evidence, Example, LabelSource
from paperlark.domain.paper import Paper
from paperlark.rankers.logistic import Numbers, TrainingSet


@dataclass(frozen=True, slots=True, eq=False)
class TrainingTable:
    """Papers, a row each: today's first, then lessons, then the stream.

    `taught` are the rows of the lessons, `unread` those of the stream alone.
    """

    papers: tuple[Paper, ...]
    today: int
    examples: tuple[Example, ...]
    taught: NDArray[np.int64]
    unread: NDArray[np.int64]

    @classmethod
    def of(cls, papers: Sequence[Paper], evidence: Evidence) -> TrainingTable:
        """Lay out today's papers and the evidence; a version of a paper has one row."""
        row = {(paper.id, paper.version): at for at, paper in enumerate(papers)}
        every = list(papers)
        row_of: list[int] = []
        # From a paper without text, as libraries may hold one, nothing can be learnt.
        examples = tuple(one for one in evidence.examples if one.paper.title or one.paper.abstract)
        for paper in (*(example.paper for example in examples), *evidence.stream):
            at = row.setdefault((paper.id, paper.version), len(every))
            if at == len(every):
                every.append(paper)
            row_of.append(at)
        taught = np.array(row_of[: len(examples)], dtype=np.int64)
        unread = np.setdiff1d(np.arange(len(papers), len(every)), taught)
        return cls(tuple(every), len(papers), examples, taught, unread)


USUAL = 0.09
"""The share of a day's papers that readers want: what two of them wanted in their first months."""

_SLOPE = 0.8
"""A relevance this much above the reader's line is three to one wanted, as much below is not."""

_WANTED_COUNTS = 2.0
"""Wanted papers are few, and missing one is worse than reading one in vain."""

_VOTE_COUNTS = 2.0
"""The reader's own word against a judge's."""

_HALF_LIFE = {LabelSource.JUDGE: 120.0, LabelSource.READER: 240.0, LabelSource.LIBRARY: 480.0}
"""Days after which a lesson counts half: interests move, a library is for long."""

_LINE = 7.5
"""The relevance that parts wanted from unwanted, where no lesson shows it."""

_FEW = 3
"""Unwanted papers per wanted one below which the stream stands in for them."""

_SOME = 30
"""Likes that count as much as the written criteria."""

_UNREAD_COUNTS = 0.3
"""At most; nobody said that a paper of the stream is unwanted."""


def targets(examples: Sequence[Example]) -> Numbers:
    """Give each lesson a target from 0 to 1; a 10 teaches more than an 8, and a 6 than a 1."""
    line = _line(examples)
    return np.array([_target(example, line) for example in examples], dtype=np.float64)


def sample_weights(examples: Sequence[Example]) -> Numbers:
    """Say what each lesson counts; the newest most, and as many times as it stands for papers."""
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


def with_unread(examples: TrainingSet, unread: NDArray[np.int64], chances: Numbers) -> TrainingSet:
    """Let papers of the stream stand beside likes where hardly any unwanted paper is known.

    Who only votes for papers says nothing of all the others: of those we still think what the
    criteria say, `chances` from 0 to 1 for the rows `unread`, and less so the more likes are
    known: they are many then, and most papers are like none of them.
    """
    wanted = examples.targets > 0.5  # noqa: PLR2004  # more likely than not
    if not len(unread) or (~wanted).sum() >= _FEW * wanted.sum():
        return examples
    missing = examples.counts[wanted].sum() / USUAL - examples.counts[~wanted].sum()
    share = min(_UNREAD_COUNTS, missing / len(unread))
    return TrainingSet(
        np.concatenate([examples.rows, unread]),
        np.concatenate([examples.targets, chances * _SOME / (_SOME + wanted.sum())]),
        np.concatenate([examples.counts, np.full(len(unread), share)]),
        fair=True,
    )


def _line(examples: Sequence[Example]) -> float:
    wanted = [one.relevance for one in examples if one.wanted and one.relevance is not None]
    return min(wanted) - 0.5 if wanted else _LINE


def _target(example: Example, line: float) -> float:
    if example.label_source is not LabelSource.JUDGE:
        return float(example.wanted)
    if example.relevance is None:
        return 0.9 if example.wanted else 0.0
    target = 1 / (1 + float(np.exp((line - example.relevance) / _SLOPE)))
    # Relevant and still not wanted, for want of novelty: between the two.
    return target if example.wanted else min(target, 0.4)


def _importance(example: Example) -> float:
    if example.label_source is LabelSource.JUDGE:
        return _WANTED_COUNTS if example.wanted else 1.0
    return _VOTE_COUNTS if example.label_source is LabelSource.READER else 1.0
