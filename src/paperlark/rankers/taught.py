"""Lessons as numbers: how much a paper was wanted, and how much that counts today."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from paperlark.domain.feedback import Lesson, Teacher
from paperlark.rankers.learned import Lessons, Numbers

USUAL = 0.09
"""The share of a day's papers that readers want: what two of them wanted in their first months."""

_SLOPE = 0.8
"""A relevance this much above the reader's line is three to one wanted, as much below is not."""

_WANTED_COUNTS = 2.0
"""Wanted papers are few, and missing one is worse than reading one in vain."""

_VOTE_COUNTS = 2.0
"""The reader's own word against a judge's."""

_HALF_LIFE = {Teacher.JUDGE: 120.0, Teacher.READER: 240.0, Teacher.LIBRARY: 480.0}
"""Days after which a lesson counts half: interests move, a library is for long."""

_LINE = 7.5
"""The relevance that parts wanted from unwanted, where no lesson shows it."""

_FEW = 3
"""Unwanted papers per wanted one below which the stream stands in for them."""

_SOME = 30
"""Likes that count as much as the written criteria."""

_UNREAD_COUNTS = 0.3
"""At most; nobody said that a paper of the stream is unwanted."""


def grade(lessons: Sequence[Lesson]) -> Numbers:
    """Give each lesson a target from 0 to 1; a 10 teaches more than an 8, and a 6 than a 1."""
    line = _line(lessons)
    return np.array([_target(lesson, line) for lesson in lessons], dtype=np.float64)


def weigh(lessons: Sequence[Lesson]) -> Numbers:
    """Say what each lesson counts; the newest most, and as many times as it stands for papers."""
    newest = max((lesson.day for lesson in lessons), default=None)
    return np.array(
        [
            0.5 ** ((newest - lesson.day).days / _HALF_LIFE[lesson.teacher])
            * _importance(lesson)
            * lesson.stands_for
            for lesson in lessons
            if newest is not None
        ],
        dtype=np.float64,
    )


def with_unread(lessons: Lessons, unread: NDArray[np.int64], chances: Numbers) -> Lessons:
    """Let papers of the stream stand beside likes where hardly any unwanted paper is known.

    Who only votes for papers says nothing of all the others: of those we still think what the
    criteria say, `chances` from 0 to 1 for the rows `unread`, and less so the more likes are
    known: they are many then, and most papers are like none of them.
    """
    wanted = lessons.targets > 0.5  # noqa: PLR2004  # more likely than not
    if not len(unread) or (~wanted).sum() >= _FEW * wanted.sum():
        return lessons
    missing = lessons.counts[wanted].sum() / USUAL - lessons.counts[~wanted].sum()
    share = min(_UNREAD_COUNTS, missing / len(unread))
    return Lessons(
        np.concatenate([lessons.rows, unread]),
        np.concatenate([lessons.targets, chances * _SOME / (_SOME + wanted.sum())]),
        np.concatenate([lessons.counts, np.full(len(unread), share)]),
        fair=True,
    )


def _line(lessons: Sequence[Lesson]) -> float:
    wanted = [one.relevance for one in lessons if one.wanted and one.relevance is not None]
    return min(wanted) - 0.5 if wanted else _LINE


def _target(lesson: Lesson, line: float) -> float:
    if lesson.teacher is not Teacher.JUDGE:
        return float(lesson.wanted)
    if lesson.relevance is None:
        return 0.9 if lesson.wanted else 0.0
    target = 1 / (1 + float(np.exp((line - lesson.relevance) / _SLOPE)))
    # Relevant and still not wanted, for want of novelty: between the two.
    return target if lesson.wanted else min(target, 0.4)


def _importance(lesson: Lesson) -> float:
    if lesson.teacher is Teacher.JUDGE:
        return _WANTED_COUNTS if lesson.wanted else 1.0
    return _VOTE_COUNTS if lesson.teacher is Teacher.READER else 1.0
