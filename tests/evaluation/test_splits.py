from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from paperlark.domain.criteria import Criteria
from paperlark.domain.feedback import NO_EVIDENCE, Evidence, LabelSource
from paperlark.domain.judgement import Match
from paperlark.domain.paper import Paper, PaperId
from paperlark.evaluation.cases import OWN, Method
from paperlark.evaluation.measure import EvaluationPlan, measure
from paperlark.evaluation.splits import KnownBefore
from paperlark.testing import FakeRanker, Silent, a_paper
from standins.readers import FIRST, a_day, a_reader

READER = a_reader(days=8)


@dataclass(slots=True)
class Spy:
    """A ranker that records its arguments."""

    calls: list[tuple[tuple[PaperId, ...], Evidence]] = field(default_factory=list)

    def rank(
        self, papers: Sequence[Paper], criteria: Criteria, evidence: Evidence = NO_EVIDENCE
    ) -> tuple[Match, ...]:
        self.calls.append((tuple(paper.id for paper in papers), evidence))
        return FakeRanker().rank(papers, criteria, evidence)


def _day_of(paper: Paper) -> date:
    """Return the day that a_reader has written into the id."""
    return FIRST + timedelta(int(paper.id[5:7]))


def test_no_ranker_knows_anything_of_the_test_day_or_a_later_one() -> None:
    spy = Spy()
    plan = EvaluationPlan(history=(0, 1, 3, 60), votes=(1, 4), test_from=FIRST + timedelta(3))
    measure(READER, [Method(OWN, spy)], plan, Silent())
    # Five days, each with four histories, two numbers of likes, and the first morning.
    assert len(spy.calls) == 5 * 7
    for papers, evidence in spy.calls:
        test_day = FIRST + timedelta(int(papers[0][5:7]))
        assert all(example.day < test_day for example in evidence.examples)
        assert all(_day_of(example.paper) < test_day for example in evidence.examples)
        assert all(_day_of(paper) < test_day for paper in evidence.stream)


def test_a_history_has_the_judged_days_before_and_the_unlabelled_stream() -> None:
    before = KnownBefore(READER.days, 5)
    known = before.history(2)
    assert [example.day for example in known.examples] == sorted(
        [FIRST + timedelta(3)] * 10
    ) + sorted([FIRST + timedelta(4)] * 10)
    assert {example.label_source for example in known.examples} == {LabelSource.JUDGE}
    assert (known.examples[0].wanted, known.examples[0].relevance) == (True, 9)
    assert (known.examples[-1].wanted, known.examples[-1].relevance) == (False, 3)
    assert len(known.stream) == 50
    assert _day_of(known.stream[0]) == FIRST + timedelta(4)
    assert before.history(0) == Evidence((), known.stream)


def test_likes_are_wanted_papers_and_a_smaller_sample_is_part_of_a_larger_one() -> None:
    before = KnownBefore(READER.days, 5)
    four, ten = before.votes(4, seed=1), before.votes(10, seed=1)
    assert len(four.examples) == 4
    assert set(four.examples) < set(ten.examples)
    assert all(
        example.wanted and example.label_source is LabelSource.READER for example in ten.examples
    )
    assert all(example.relevance is None for example in ten.examples)
    assert before.votes(4, seed=1) == four
    assert before.votes(4, seed=2) != four
    assert len(before.votes(1000, seed=1).examples) == 10


def test_nothing_is_known_of_a_paper_that_is_announced_again() -> None:
    twice, once = a_paper("2503.00001"), a_paper("2503.00002")
    days = [a_day(0, twice, once, wanted=[twice.id]), a_day(1, twice)]
    known = KnownBefore(days, 1).history(5)
    assert [example.paper for example in known.examples] == [once]
    assert known.stream == (once,)
    assert KnownBefore(days, 1).votes(5, seed=0).examples == ()


def test_the_later_judgement_of_a_paper_counts() -> None:
    paper, other = a_paper("2503.00001"), a_paper("2503.00002")
    days = [a_day(0, paper, wanted=[paper.id]), a_day(1, paper), a_day(2, other)]
    (example,) = KnownBefore(days, 2).history(5).examples
    assert (example.day, example.wanted) == (FIRST + timedelta(1), False)
    assert KnownBefore(days, 2).history(5).stream == (paper,)
