from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paperlark.day.unread import (
    SampleOutcomes,
    achieved_recall,
    estimate_missed,
    random_sample,
    sample_size,
)
from paperlark.domain.announcement import Announced, AnnounceType
from paperlark.domain.digest import Candidate
from paperlark.domain.exploration import AchievedRecall, Explored, Missed, Outcome
from paperlark.domain.judgement import Match
from paperlark.domain.paper import PaperId
from paperlark.testing import a_paper

PAPERS = tuple(a_paper(f"2502.{number:05}") for number in range(300))
DAY = date(2025, 2, 26)
LIKELY = st.floats(0, 1)


def _explored(found: int, of: int, probability: float = 0.01) -> list[Explored]:
    return [Explored(PaperId(str(n)), 0.05, probability, n < found) for n in range(of)]


def test_where_the_probabilities_held_the_estimate_is_their_sum() -> None:
    missed = estimate_missed([0.01] * 200, _explored(10, 1000))
    assert missed
    assert missed.expected == pytest.approx(2.0)
    assert (missed.low, missed.high, missed.unread) == (0, 6, 200)


def test_probabilities_half_of_the_truth_are_doubled() -> None:
    missed = estimate_missed([0.01] * 200, _explored(200, 10_000))
    assert missed
    assert missed.expected == pytest.approx(2.0 * 201 / 101)
    assert (missed.low, missed.high) == (1, 8)


def test_a_sampled_paper_counts_by_the_inverse_of_its_inclusion_probability() -> None:
    likely = [Explored(PaperId(str(n)), 0.5, 0.02, wanted=False) for n in range(500)]
    unlikely = [Explored(PaperId(f"u{n}"), 0.1, 0.02, n < 10) for n in range(100)]
    missed = estimate_missed([0.02] * 100, [*likely, *unlikely])
    # 10 of 100 in one half, none in the other: 1 in 20 and not 1 in 60.
    assert missed
    assert missed.expected == pytest.approx(0.05 * 100, rel=0.1)


def test_the_prior_counts_as_one_expected_paper() -> None:
    assert SampleOutcomes(_explored(0, 400)).factor.mean == pytest.approx(1 / (1 + 4))
    assert SampleOutcomes(()).factor.mean == 1


def test_the_recall_of_earlier_days_is_what_was_read_of_what_was_wanted() -> None:
    day = [
        *[Outcome(0.5, wanted=True)] * 19,
        *[Outcome(0.01, wanted=False)] * 5,
        *[Outcome(0.01, None)] * 50,
    ]
    achieved = achieved_recall([day, day], _explored(10, 1000))
    assert achieved
    assert (achieved.days, achieved.read, achieved.missed.unread) == (2, 38, 100)
    assert achieved.share == pytest.approx(38 / 39)
    assert achieved.interval
    assert achieved.interval[0] == 38 / (38 + achieved.missed.high)
    assert achieved.interval[1] == 1


def test_without_samples_or_unread_papers_no_recall_is_stated() -> None:
    day = [Outcome(0.5, wanted=True), Outcome(0.01, None)]
    assert achieved_recall([day], ()) is None
    assert achieved_recall([day[:1]], _explored(1, 10)) is None
    assert achieved_recall((), _explored(1, 10)) is None


def test_a_recall_of_nothing_is_unknown() -> None:
    achieved = AchievedRecall(3, 0, Missed(0.0, 0, 0, 9))
    assert (achieved.share, achieved.interval) == (None, None)


def test_the_interval_is_narrower_the_more_was_sampled() -> None:
    few = estimate_missed([0.05] * 100, _explored(1, 20, 0.05))
    many = estimate_missed([0.05] * 100, _explored(50, 1000, 0.05))
    assert few
    assert many
    assert (many.low, many.high) == (1, 10)
    assert (few.low, few.high) == (0, 16)


@pytest.mark.parametrize(
    ("unread", "explored"),
    [
        ((), _explored(1, 10)),
        ([0.5], ()),
        ([0.5], [Explored(PaperId("1"), 0.5, 0.1, wanted=None)]),
        ([0.5], [Explored(PaperId("1"), 0.5, None, wanted=True)]),
    ],
)
def test_without_unread_papers_or_judged_samples_there_is_no_estimate(
    unread: Sequence[float], explored: Sequence[Explored]
) -> None:
    assert estimate_missed(unread, explored) is None


@given(
    st.lists(LIKELY, min_size=1, max_size=50),
    st.lists(st.builds(Explored, st.just("1"), st.floats(1e-3, 1), LIKELY, st.booleans())),
)
def test_the_interval_is_within_the_number_of_unread_papers(
    unread: list[float], explored: list[Explored]
) -> None:
    missed = estimate_missed(unread, explored)
    assert (missed is None) == (not explored)
    if missed:
        assert 0 <= missed.low <= missed.high <= missed.unread == len(unread)
        assert 0 < missed.expected <= len(unread)


@pytest.mark.slow
@pytest.mark.parametrize("wrong_by", [0.5, 1.0, 2.0])
def test_the_interval_covers_the_truth_once_fifty_papers_were_sampled(wrong_by: float) -> None:
    """Synthetic days: papers are wanted `wrong_by` times as often as the ranker predicts."""
    held = [
        missed.low <= really <= missed.high
        for reader in range(40)
        for missed, really in _days(reader, wrong_by)[16:]
    ]
    assert len(held) == 160
    assert sum(held) / len(held) >= 0.9


def _days(reader: int, wrong_by: float) -> list[tuple[Missed, int]]:
    """Sample twenty days of a reader; return each day's estimate and the number really missed."""
    chance = Random(reader)  # noqa: S311  # the same days each time
    explored: list[Explored] = []
    days = []
    for number in range(20):
        below = _below(chance)
        wanted = {
            one.paper.id: chance.random() < wrong_by * (one.match.probability or 0) for one in below
        }
        day, count = DAY + timedelta(number), sample_size(len(below), 0.08)
        drawn = {
            o.candidate.paper.id: o for o in random_sample(below, count, f"reader {reader}", day)
        }
        explored += [
            Explored(paper, one.inclusion, one.candidate.match.probability, wanted[paper])
            for paper, one in drawn.items()
        ]
        unread = [
            (one.paper.id, one.match.probability or 0.0)
            for one in below
            if one.paper.id not in drawn
        ]
        missed = estimate_missed([likely for _, likely in unread], explored)
        assert missed
        days.append((missed, sum(wanted[paper] for paper, _ in unread)))
    assert len(explored) >= 90
    return days


def _below(chance: Random) -> list[Candidate]:
    """Return the lower part of a day, whose probabilities add up to about one."""
    likely = (1 / (1 + math.exp(chance.gauss(5.2, 1.0))) for _ in range(120))
    return [
        Candidate(
            Announced(PAPERS[place], (AnnounceType.NEW,)),
            (),
            Match(0.1, place + 1, 120, probability=probability),
        )
        for place, probability in enumerate(sorted(likely, reverse=True))
    ]
