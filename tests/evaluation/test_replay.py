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
    """A ranker that keeps the order, is sure of the first papers, and records its evidence."""

    confident: int = 8
    evidence: list[Evidence] = field(default_factory=list)

    def rank(
        self,
        papers: Sequence[Paper],
        criteria: Criteria,  # noqa: ARG002
        evidence: Evidence,
    ) -> tuple[Match, ...]:
        self.evidence.append(evidence)
        of = len(papers)
        return tuple(
            Match(1 / (1 + at), at + 1, of, probability=0.9 if at < self.confident else 0.001)
            for at in range(of)
        )


def _replay(
    reader: LabelledReader, ranker: Certain, *, memory: int = 120, all_known: bool = False
) -> list[ReplayedDay]:
    replay = Replay(reader.name, ranker, memory, all_known=all_known)
    return [replay.replay_day(day) for day in reader.days]


READER = a_reader(days=8, papers=100, wanted=8)
"""After three days 300 papers were judged and 24 wanted."""


def test_after_few_examples_all_papers_are_judged() -> None:
    days = _replay(READER, Certain())
    assert [len(day.judged) for day in days[:3]] == [100, 100, 100]
    assert not any(day.below.explored for day in days[:3])


def test_later_the_best_papers_and_a_random_sample_are_judged() -> None:
    for day in _replay(READER, Certain())[3:]:
        assert len(day.shortlist.above) == 8
        assert len(day.sampled) == len(day.below.explored) == 5
        assert day.judged[:8] == day.day.papers[:8]
        assert len(day.below.unread) == 87


@pytest.mark.parametrize(("all_known", "examples"), [(False, 13), (True, 100)])
def test_unjudged_papers_are_no_examples_unless_all_labels_are_known(
    all_known: bool,  # noqa: FBT001
    examples: int,
) -> None:
    ranker = Certain()
    _replay(READER, ranker, all_known=all_known)
    assert len(ranker.evidence[4].examples) == 300 + examples


def test_a_sampled_paper_is_weighted_by_its_inverse_inclusion_probability() -> None:
    ranker = Certain()
    days = _replay(READER, ranker)
    sampled = {one.candidate.paper.id for one in days[3].sampled}
    stand_for = {
        one.paper.id: one.stands_for
        for one in ranker.evidence[4].examples
        if one.day == READER.days[3].day
    }
    assert [stand_for[paper] for paper in sampled] == [pytest.approx(92 / 5)] * 5
    assert {stand_for[paper.id] for paper in days[3].judged[:8]} == {1}


def test_examples_are_used_for_the_days_of_memory() -> None:
    ranker = Certain()
    _replay(READER, ranker, memory=2)
    assert len(ranker.evidence[2].examples) == len(ranker.evidence[7].examples) == 200
    no_memory = Certain()
    _replay(READER, no_memory, memory=0)
    assert not any(evidence.examples for evidence in no_memory.evidence)


def test_nothing_is_known_of_a_paper_that_is_announced_again() -> None:
    first, second = READER.days[0].papers[:2]
    reader = LabelledReader("twice", (a_day(0, first, second), a_day(1, second)))
    ranker = Certain()
    _replay(reader, ranker)
    (known,) = ranker.evidence[1].examples
    assert (known.paper, ranker.evidence[1].stream) == (first, (first,))
