from __future__ import annotations

from dataclasses import replace

from paperlark.evaluation.cases import LabelledReader
from paperlark.evaluation.measure import cautions
from paperlark.evaluation.runs import RunPlan
from standins.readers import a_reader

READER = a_reader(days=9)


def _cautions(reader: LabelledReader, **plan: tuple[int, ...]) -> list[str]:
    asked = {"places": (6, 7, 8), "history": (0, 5), "votes": (3,)} | plan
    return list(cautions(reader, RunPlan(**asked, seed=0)))


def test_where_all_that_is_asked_is_there_nothing_is_said() -> None:
    assert _cautions(READER) == []
    assert _cautions(READER, votes=()) == []


def test_histories_and_likes_that_fall_short_are_told_of() -> None:
    assert _cautions(READER, history=(0, 60), votes=(3, 100)) == [
        "before 2025-03-09 there are 6 labelled days: a history of 60 is shorter on the first test"
        " days",
        "before some test days only 12 papers were wanted: there are fewer likes than 100",
    ]


def test_followed_papers_and_days_without_wanted_ones_are_told_of() -> None:
    *before, last = READER.days
    unwanted = tuple(replace(label, wanted=False) for label in last.labels)
    days = (*before, replace(last, labels=unwanted, followed=2))
    assert _cautions(replace(READER, days=days)) == [
        "2 papers by followed authors are on the page whatever a ranker says, and are left out",
        "on 1 of the days nothing was wanted: they count in shares and Brier only",
    ]
