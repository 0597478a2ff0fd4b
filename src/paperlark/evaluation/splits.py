"""What may be known before a test day: only what came before it.

Of a paper that is announced again on the test day nothing is known either, as on a reader's own
page: otherwise a feed that repeats itself would give the answers away.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from paperlark.domain.feedback import STREAM_DAYS, Evidence, Example, LabelSource
from paperlark.domain.paper import Paper, PaperId
from paperlark.evaluation.cases import LabelledDay

VOTE_DAYS = 60
"""Labelled days before the test day that votes are drawn from."""


@dataclass(frozen=True)
class KnownBefore:
    """All that may be known before the day at `place` of `days`, which come in order."""

    days: Sequence[LabelledDay]
    place: int

    @property
    def day(self) -> LabelledDay:
        """The test day."""
        return self.days[self.place]

    def history(self, length: int) -> Evidence:
        """Give what a judge said on the `length` labelled days before, and the stream."""
        examples = _lessons(self._earlier(length)) if length else ()
        return Evidence(self._new(examples), self.stream)

    def votes(self, count: int, seed: int) -> Evidence:
        """Give `count` likes of wanted papers, or as many as there are, and the stream.

        They are drawn from the last days before; a smaller number is part of a larger one.
        """
        examples = _lessons(self._earlier(VOTE_DAYS))
        wanted = [example for example in self._new(examples) if example.wanted]
        # A random order of its own for each day, the same in every run.
        random.Random(f"{seed}/{self.day.day}").shuffle(wanted)  # noqa: S311  # no secret
        likes = (
            Example(example.paper, example.day, wanted=True, label_source=LabelSource.READER)
            for example in wanted[:count]
        )
        return Evidence(tuple(sorted(likes, key=lambda like: like.day)), self.stream)

    @cached_property
    def stream(self) -> tuple[Paper, ...]:
        """What was announced on the days before, latest first, without a word on it."""
        papers: dict[PaperId, Paper] = {}
        for day in reversed(self._earlier(STREAM_DAYS)):
            for paper in day.papers:
                papers.setdefault(paper.id, paper)
        return tuple(paper for one, paper in papers.items() if one not in self._today)

    def _earlier(self, length: int) -> Sequence[LabelledDay]:
        return self.days[max(0, self.place - length) : self.place]

    @cached_property
    def _today(self) -> frozenset[PaperId]:
        return frozenset(paper.id for paper in self.day.papers)

    def _new(self, examples: Iterable[Example]) -> tuple[Example, ...]:
        return tuple(example for example in examples if example.paper.id not in self._today)


def _lessons(days: Iterable[LabelledDay]) -> tuple[Example, ...]:
    """Give what a judge said of each paper, oldest first; the latest word on a paper counts."""
    examples: dict[PaperId, Example] = {}
    for day in days:
        for paper, label in zip(day.papers, day.labels, strict=True):
            if label.guessed:
                continue
            examples.pop(paper.id, None)
            examples[paper.id] = Example(
                paper=paper,
                day=day.day,
                wanted=label.wanted,
                label_source=LabelSource.JUDGE,
                relevance=label.relevance,
                novelty=label.novelty,
            )
    return tuple(examples.values())
