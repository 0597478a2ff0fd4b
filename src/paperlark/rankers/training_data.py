"""Training data: examples as rows of one table, with soft targets and sample weights."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from paperlark.domain.feedback import Example, LabelSource
from paperlark.domain.paper import Paper
from paperlark.rankers.logistic import TrainingSet
from paperlark.rankers.sparse import Numbers

BASE_RATE = 0.09
"""The share of a day's papers that readers want: what two of them wanted in their first months."""

_SLOPE = 0.8
"""Points of relevance: so much above the reader's threshold the odds of being wanted are e to 1."""

_WANTED_WEIGHT = 2.0
"""Wanted papers are few, and missing one is worse than reading one in vain."""

_WEIGHTS = {LabelSource.READER: 2.0, LabelSource.SAVED: 2.0, LabelSource.OPENED: 0.25}
"""What readers do against a judge's score; most of what they open they look at and leave."""

_HALF_LIFE = {
    LabelSource.JUDGE: 120.0,
    LabelSource.READER: 240.0,
    LabelSource.SAVED: 240.0,
    LabelSource.LIBRARY: 480.0,
    LabelSource.OPENED: 120.0,
}
"""Days after which an example counts half: interests change, a library is for long."""

_DEFAULT_THRESHOLD = 7.5
"""The relevance that separates wanted from unwanted, where no example shows it."""

_WORKING_SET, _LEAST_REJECTED = 20_000, 10_000
"""Examples that are learned from, and how many of them are papers that a judge rejected."""

_UNWANTED_PER_WANTED = 3
"""With fewer unwanted papers per wanted one, unlabelled papers are added."""

_LIKES_AS_CRITERIA = 30
"""Wanted papers that count as much as the written criteria."""

_MAX_UNLABELLED_WEIGHT = 0.3
"""Of one unlabelled paper: nobody said that it is unwanted."""


ENOUGH_BACKGROUND = 1_000
"""With so many earlier papers without a label, nothing of the day itself is needed to learn."""


@dataclass(frozen=True, slots=True, eq=False)
class Background:
    """Papers that are learned from without a label; `today` of them, the first, are the day's own.

    fingerprint: of these papers in this order
    """

    papers: tuple[Paper, ...]
    today: int
    fingerprint: str

    @classmethod
    def of(cls, papers: Sequence[Paper], today: int = 0) -> Self:
        """Take the fingerprint of papers."""
        listed = [(one.id, one.version, len(one.title) + len(one.abstract)) for one in papers]
        fingerprint = hashlib.sha256(repr((today, listed)).encode()).hexdigest()[:32]
        return cls(tuple(papers), today, fingerprint)

    def is_of(self, stream: Sequence[Paper]) -> bool:
        """Return whether a reader with this stream of earlier papers learns among them."""
        if len(stream) < ENOUGH_BACKGROUND or self.today:
            return len(stream) < ENOUGH_BACKGROUND and self.today > 0
        return stream is self.papers or Background.of(stream).fingerprint == self.fingerprint


@dataclass(frozen=True, slots=True, eq=False)
class TrainingTable:
    """The papers that are learned from, a row each: first the background's, then other examples.

    papers: the background, then the examples that are not in it
    examples: the labelled ones that have a text
    example_rows: (examples,) the row of each example
    unlabelled: rows of announced papers that no example labels, ascending
    """

    papers: tuple[Paper, ...]
    examples: tuple[Example, ...]
    example_rows: NDArray[np.int64]
    unlabelled: NDArray[np.int64]

    @classmethod
    def of(
        cls, background: Sequence[Paper], today: int, examples: tuple[Example, ...]
    ) -> TrainingTable:
        """Lay out examples and a background, which begins with `today` papers to be ranked.

        Each version of a paper has one row.
        """
        row = {(paper.id, paper.version): at for at, paper in enumerate(background)}
        papers = list(background)
        rows = []
        for example in examples:
            paper = example.paper
            at = row.setdefault((paper.id, paper.version), len(papers))
            if at == len(papers):
                papers.append(paper)
            rows.append(at)
        example_rows = np.array(rows, dtype=np.int64)
        labelled = np.zeros(len(papers), dtype=np.bool_)
        labelled[example_rows] = True
        unlabelled = today + np.flatnonzero(~labelled[today : len(background)])
        return cls(tuple(papers), examples, example_rows, unlabelled)

    def labelled(self, count: int) -> NDArray[np.int64]:
        """Return the rows of the first `count` papers learned from: examples, then unlabelled."""
        return np.concatenate([self.example_rows, self.unlabelled])[:count]


def working_set(examples: Sequence[Example]) -> tuple[Example, ...]:
    """Return the examples to learn from, in their order: with a text, up to about _WORKING_SET.

    From a paper without text, as libraries may hold one, nothing can be learned. What a judge
    rejected is most of a long history and tells least: of that the latest half of what there is
    room for is kept, and of older papers a part, the same every time, which stands for them all.
    """
    examples = [one for one in examples if one.paper.title or one.paper.abstract]
    rejected = [one for one in examples if is_rejected(one)]
    room = max(len(rejected) - max(len(examples) - _WORKING_SET, 0), _LEAST_REJECTED)
    if len(rejected) <= room:
        return tuple(examples)
    latest = room // 2
    last_thinned = rejected[-latest - 1].day
    older = sum(one.day <= last_thinned for one in rejected)
    share = (room - latest) / older

    def kept() -> Iterator[Example]:
        for one in examples:
            if not is_rejected(one) or one.day > last_thinned:
                yield one
            elif _chance(one) < share:
                yield replace(one, stands_for=one.stands_for / share)

    return tuple(kept())


def is_rejected(example: Example) -> bool:
    """Return whether a judge read the paper and the reader does not want it."""
    return example.label_source is LabelSource.JUDGE and not example.wanted


def _chance(example: Example) -> float:
    """Return a number in [0, 1) that is even over papers, and always the same for one of them."""
    return zlib.crc32(example.paper.id.encode()) / 2**32


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
    return _WEIGHTS.get(example.label_source, 1.0)
