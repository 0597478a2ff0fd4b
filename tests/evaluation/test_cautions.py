from __future__ import annotations

from dataclasses import replace

from paperlark.evaluation.cases import LabelledReader
from paperlark.evaluation.measure import cautions
from paperlark.evaluation.runs import RunPlan
from standins.readers import a_reader

READER = a_reader(days=9)


def _cautions(reader: LabelledReader, **plan: tuple[int, ...]) -> list[str]:
    values = {"places": (6, 7, 8), "history": (0, 5), "votes": (3,)} | plan
    return list(cautions(reader, RunPlan(**values, seed=0)))


def test_without_caveats_there_is_no_note() -> None:
    assert _cautions(READER) == []
    assert _cautions(READER, votes=()) == []


def test_short_histories_and_missing_likes_are_noted() -> None:
    assert _cautions(READER, history=(0, 60), votes=(3, 100)) == [
        "only 6 labelled days before 2025-03-09: a history of 60 is shorter on the first test days",
        "only 12 wanted papers before some test days: fewer likes than 100",
    ]


def test_followed_papers_and_days_without_wanted_ones_are_noted() -> None:
    *before, last = READER.days
    unwanted = tuple(replace(label, wanted=False) for label in last.labels)
    days = (*before, replace(last, labels=unwanted, followed=2))
    assert _cautions(replace(READER, days=days)) == [
        "2 papers by followed authors are always selected, and are left out",
        "days without a wanted paper, only in j90 to j98 and Brier: 1",
    ]
