"""Test-retest agreement of the judge, on papers that were announced and judged on two days.

It is about the upper bound of what any method can reach.
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

    `f1`, in [0, 1], compares the two selections. `average_precision`, in [0, 1], ranks the papers
    by the scores of the earlier day: what a copy of the judge would reach where `wanted` of
    `papers` were wanted on the later day.
    """

    pairs: int
    papers: int
    wanted: int
    f1: float
    average_precision: float


def self_agreement(reader: LabelledReader) -> SelfAgreement | None:
    """Compare the judge with itself; None where no paper judged twice was selected each time."""
    twice = tuple(_judged_twice(reader.days))
    first = np.array([earlier.wanted for _, earlier, _ in twice], dtype=np.bool_)
    second = np.array([later.wanted for _, _, later in twice], dtype=np.bool_)
    if not (first.any() and second.any()):
        return None
    scores = np.array([_score(earlier) for _, earlier, _ in twice])
    return SelfAgreement(
        pairs=len({days for days, _, _ in twice}),
        papers=len(twice),
        wanted=int(second.sum()),
        f1=float(2 * (first & second).sum() / (first.sum() + second.sum())),
        average_precision=expected_average_precision(scores, second),
    )


def _judged_twice(
    days: Iterable[LabelledDay],
) -> Iterator[tuple[tuple[date, date], Label, Label]]:
    """Yield both days, the earlier label and the later one."""
    known: dict[tuple[PaperId, str, str], tuple[date, Label]] = {}
    for day in days:
        rule = day.criteria.fingerprint, day.rule
        for paper, label in zip(day.papers, day.labels, strict=True):
            before = known.get((paper.id, *rule))
            if before is not None:
                yield (before[0], day.day), before[1], label
            known[paper.id, *rule] = day.day, label


def _score(label: Label) -> float:
    """Return the judge's ranking score: wanted papers first, then the sum of both scores."""
    scores = (label.relevance or 0) + (label.novelty or 0)
    return scores + 100.0 * label.wanted
