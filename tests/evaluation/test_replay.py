from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest

from paperlark.domain.criteria import Criteria
from paperlark.domain.feedback import Evidence
from paperlark.domain.judgement import Match
from paperlark.domain.paper import Paper
from paperlark.evaluation.cases import LabelledReader
from paperlark.evaluation.replay import Replay, ReplayedDay
from standins.readers import a_day, a_reader


@dataclass
class Certain:
    """A ranker that takes papers as they come, sure of the first ones; keeps what it was told."""

    sure_of: int = 8
    told: list[Evidence] = field(default_factory=list)

    def rank(
        self,
        papers: Sequence[Paper],
        criteria: Criteria,  # noqa: ARG002  # it needs none
        evidence: Evidence,
    ) -> tuple[Match, ...]:
        self.told.append(evidence)
        of = len(papers)
        return tuple(
            Match(1 / (1 + at), at + 1, of, probability=0.9 if at < self.sure_of else 0.001)
            for at in range(of)
        )


def _live(
    reader: LabelledReader, ranker: Certain, *, memory: int = 120, told_all: bool = False
) -> list[ReplayedDay]:
    life = Replay(reader.name, ranker, memory, told_all=told_all)
    return [life.live(day) for day in reader.days]


READER = a_reader(days=8, papers=100, wanted=8)
"""After three days 300 papers were judged and 24 wanted."""


def test_a_reader_who_is_hardly_known_has_everything_read() -> None:
    days = _live(READER, Certain())
    assert [len(day.read) for day in days[:3]] == [100, 100, 100]
    assert not any(day.below.explored for day in days[:3])


def test_later_the_best_are_read_and_a_few_by_lot() -> None:
    for day in _live(READER, Certain())[3:]:
        assert len(day.line.above) == 8
        assert len(day.drawn) == len(day.below.explored) == 5
        assert day.read[:8] == day.day.papers[:8]
        assert len(day.below.unread) == 87


@pytest.mark.parametrize(("told_all", "examples"), [(False, 13), (True, 100)])
def test_what_was_not_read_teaches_nothing_unless_all_is_told(
    told_all: bool,  # noqa: FBT001  # a case
    examples: int,
) -> None:
    ranker = Certain()
    _live(READER, ranker, told_all=told_all)
    assert len(ranker.told[4].examples) == 300 + examples


def test_a_paper_drawn_by_lot_stands_for_those_that_might_have_been() -> None:
    ranker = Certain()
    days = _live(READER, ranker)
    drawn = {one.candidate.paper.id for one in days[3].drawn}
    stand_for = {
        one.paper.id: one.stands_for
        for one in ranker.told[4].examples
        if one.day == READER.days[3].day
    }
    assert [stand_for[paper] for paper in drawn] == [pytest.approx(92 / 5)] * 5
    assert {stand_for[paper.id] for paper in days[3].read[:8]} == {1}


def test_lessons_are_remembered_for_so_many_days() -> None:
    ranker = Certain()
    _live(READER, ranker, memory=2)
    assert len(ranker.told[2].examples) == len(ranker.told[7].examples) == 200
    no_memory = Certain()
    _live(READER, no_memory, memory=0)
    assert not any(evidence.examples for evidence in no_memory.told)


def test_of_a_paper_that_comes_again_nothing_is_known() -> None:
    first, second = READER.days[0].papers[:2]
    reader = LabelledReader("twice", (a_day(0, first, second), a_day(1, second)))
    ranker = Certain()
    _live(reader, ranker)
    (known,) = ranker.told[1].examples
    assert (known.paper, ranker.told[1].stream) == (first, (first,))
