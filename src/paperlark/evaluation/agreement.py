"""Whether the judge agrees with itself: papers that came on two days and were judged twice.

Nothing can honestly agree with a judge much better than that judge does.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

import numpy as np

from paperlark.domain.paper import PaperId
from paperlark.evaluation.cases import Label, LabelledDay, LabelledReader
from paperlark.evaluation.metrics import expected_average_precision


@dataclass(frozen=True, slots=True)
class SelfAgreement:
    """Papers judged twice under the same criteria and rule, all pairs of days together.

    `f1` is of the two selections. `average_precision` is had by ordering the papers by the
    scores of the earlier day; it is what a copy of the judge would reach, among as many wanted
    papers as there are here: `wanted` of `papers` on the later day.
    """

    pairs: int
    papers: int
    wanted: int
    f1: float
    average_precision: float


def self_agreement(reader: LabelledReader) -> SelfAgreement | None:
    """Compare the judge with itself; None where it selected nothing that it judged twice."""
    twice = tuple(_judged_twice(reader.days))
    first = np.array([one.earlier.wanted for one in twice], dtype=np.bool_)
    second = np.array([one.later.wanted for one in twice], dtype=np.bool_)
    if not (first.any() and second.any()):
        return None
    scores = np.array([_score(one.earlier) for one in twice])
    return SelfAgreement(
        pairs=len({one.days for one in twice}),
        papers=len(twice),
        wanted=int(second.sum()),
        f1=float(2 * (first & second).sum() / (first.sum() + second.sum())),
        average_precision=expected_average_precision(scores, second),
    )


@dataclass(frozen=True, slots=True)
class _Twice:
    days: tuple[date, date]
    earlier: Label
    later: Label


def _judged_twice(days: Iterable[LabelledDay]) -> Iterator[_Twice]:
    known: dict[tuple[PaperId, str, str], tuple[date, Label]] = {}
    for day in days:
        asked = day.criteria.fingerprint, day.rule
        for paper, label in zip(day.papers, day.labels, strict=True):
            before = known.get((paper.id, *asked))
            if before is not None:
                yield _Twice((before[0], day.day), before[1], label)
            known[paper.id, *asked] = day.day, label


def _score(label: Label) -> float:
    """Order as the judge would: selected papers by both scores, the others by theirs if any."""
    scores = (label.relevance or 0) + (label.novelty or 0)
    return scores + 100.0 * label.wanted
