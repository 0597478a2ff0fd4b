"""Time-ordered splits: before a test day only earlier days are known.

Nothing is known of a paper that is announced again on the test day, as on a reader's own page:
otherwise a feed that repeats itself would leak labels.
"""

from __future__ import annotations

import random
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from paperlark.domain.feedback import STREAM_DAYS, Evidence, Example, LabelSource
from paperlark.domain.paper import Paper, PaperId
from paperlark.evaluation.cases import Label, LabelledDay

VOTE_DAYS = 60
"""Labelled days before the test day that votes are sampled from."""


@dataclass(frozen=True)
class KnownBefore:
    """All that may be known before the day at index `place` of `days`, which are in order."""

    days: Sequence[LabelledDay]
    place: int

    @property
    def day(self) -> LabelledDay:
        """The test day."""
        return self.days[self.place]

    def history(self, length: int) -> Evidence:
        """Return the judgements of the `length` labelled days before, and the stream."""
        examples = _judged_examples(self._earlier(length)) if length else ()
        return Evidence(self._new(examples), self.stream)

    def votes(self, count: int, seed: int) -> Evidence:
        """Return up to `count` likes of wanted papers, and the stream.

        They are sampled from the last VOTE_DAYS days; a smaller sample is part of a larger one.
        """
        examples = _judged_examples(self._earlier(VOTE_DAYS))
        wanted = [example for example in self._new(examples) if example.wanted]
        # Each day has its own random order, the same in every run.
        random.Random(f"{seed}/{self.day.day}").shuffle(wanted)  # noqa: S311  # no secret
        likes = (
            Example(example.paper, example.day, wanted=True, label_source=LabelSource.READER)
            for example in wanted[:count]
        )
        return Evidence(tuple(sorted(likes, key=lambda like: like.day)), self.stream)

    @cached_property
    def stream(self) -> tuple[Paper, ...]:
        """The unlabelled papers of the days before, latest first."""
        return unlabelled((day.papers for day in self._earlier(STREAM_DAYS)), self._today)

    def _earlier(self, length: int) -> Sequence[LabelledDay]:
        return self.days[max(0, self.place - length) : self.place]

    @cached_property
    def _today(self) -> frozenset[PaperId]:
        return frozenset(paper.id for paper in self.day.papers)

    def _new(self, examples: Iterable[Example]) -> tuple[Example, ...]:
        return tuple(example for example in examples if example.paper.id not in self._today)


def unlabelled(days: Iterable[Sequence[Paper]], excluded: Container[PaperId]) -> tuple[Paper, ...]:
    """Return each paper of these days once, latest day first, without the excluded ones."""
    papers: dict[PaperId, Paper] = {}
    for day in reversed(tuple(days)):
        for paper in day:
            papers.setdefault(paper.id, paper)
    return tuple(paper for one, paper in papers.items() if one not in excluded)


def judged_example(paper: Paper, label: Label, day: LabelledDay, inclusion: float = 1.0) -> Example:
    """Return a judged paper as an example, weighted by 1 / inclusion probability, in (0, 1]."""
    return Example(
        paper=paper,
        day=day.day,
        wanted=label.wanted,
        label_source=LabelSource.JUDGE,
        relevance=label.relevance,
        novelty=label.novelty,
        stands_for=1 / inclusion,
    )


def _judged_examples(days: Iterable[LabelledDay]) -> tuple[Example, ...]:
    """Return the latest judgement of each paper, oldest first; assumed labels are left out."""
    examples: dict[PaperId, Example] = {}
    for day in days:
        for paper, label in zip(day.papers, day.labels, strict=True):
            if not label.assumed:
                examples.pop(paper.id, None)
                examples[paper.id] = judged_example(paper, label, day)
    return tuple(examples.values())
