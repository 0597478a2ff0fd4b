"""The numbers of the plain sentences, computed by hand, and the sentences themselves."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
import pytest

from paperlark.evaluation.cases import FIRST_MORNING, OWN, RANDOM
from paperlark.evaluation.method_metrics import Interval, Metric, bootstrap_counts
from paperlark.evaluation.metrics import RankedDay
from paperlark.evaluation.plain_summary import (
    PlainSummary,
    page_recall,
    plain_summary,
    sentences,
)


def _day(size: int, wanted_at: Iterable[int]) -> RankedDay:
    """Return a day of so many papers, with the wanted ones at these places, counted from 1."""
    wanted = np.zeros(size, dtype=np.bool_)
    wanted[[place - 1 for place in wanted_at]] = True
    return RankedDay(wanted, wanted.astype(np.float64))


DAYS = (
    _day(30, (1, 2, 20, 21)),  # 3 of 4 are among the first 20
    _day(25, (3, 4, 5, 6, 7)),  # 5 of 5
    _day(40, (40,)),  # 0 of 1
    _day(12, ()),  # nothing is wanted
)
UNKNOWN = Metric(None, None)


def test_the_first_20_hold_so_many_of_all_that_is_wanted() -> None:
    # (3 + 5 + 0) of (4 + 5 + 1): not the mean of the days' shares, which is 0.58.
    share = page_recall(DAYS, np.array([[1, 1, 1, 1]]))
    assert share == Metric(0.8, Interval(0.8, 0.8))


def test_the_interval_is_the_middle_of_what_resampled_days_give() -> None:
    # By resample: 3 / 4, 5 / 5, 0 / 1, 8 / 10, and one without a wanted paper, which is left out.
    resamples = np.array([[4, 0, 0, 0], [0, 4, 0, 0], [0, 0, 4, 0], [1, 1, 1, 1], [0, 0, 0, 4]])
    share = page_recall(DAYS, resamples)
    assert share.value == pytest.approx(0.8)
    # In order 0, 0.75, 0.8, 1: the quantiles are at places 3 * 0.025 and 3 * 0.975.
    assert share.interval is not None
    assert share.interval.low == pytest.approx(0.075 * 0.75)
    assert share.interval.high == pytest.approx(0.8 + 0.925 * 0.2)


def test_without_a_wanted_paper_there_is_no_share() -> None:
    assert page_recall(DAYS[3:], bootstrap_counts(1, 0, 20)) == UNKNOWN


def test_the_same_seed_gives_the_same_interval() -> None:
    one, two = (page_recall(DAYS, bootstrap_counts(4, 7, 200)) for _ in range(2))
    assert one == two
    assert one.interval is not None
    assert one.interval.low < 0.8 < one.interval.high


def test_the_summary_counts_days_and_papers() -> None:
    found = plain_summary({OWN: DAYS}, UNKNOWN, 20, bootstrap_counts(4, 0, 20))
    assert (found.wanted_days, found.wanted) == (3, 10)
    assert found.shown == (20 + 20 + 20 + 12) / 4
    assert found.papers == (30 + 25 + 40 + 12) / 4


SUMMARY = PlainSummary(
    history=20,
    wanted_days=8,
    wanted=40,
    shown=19.6,
    papers=83.75,
    recall={
        OWN: Metric(0.83, Interval(0.71, 0.92)),
        FIRST_MORNING: Metric(0.5, Interval(0.42, 0.58)),
        RANDOM: Metric(0.03, Interval(0.0, 0.12)),
        "bm25": Metric(0.97, Interval(0.9, 1.0)),
    },
    to_read=Metric(0.284, Interval(0.22, 0.351)),
)


def test_the_answer_comes_first_and_each_method_has_a_sentence() -> None:
    assert sentences(SUMMARY) == (
        "Of 10 papers you want, the page's first 20 hold 8 (7-9).",
        "You read 20 of 84 papers a day.",
        "A model has to read 28 (22-35) of 100 papers to find 95 of 100 that you want.",
        "On a first morning, when only the criteria are known, the first 20 would hold 5 (4-6).",
        "In random order, the first 20 would hold fewer than 1 (0-1).",
        "In the order of bm25, the first 20 would hold more than 9 (9-10).",
        "In brackets: 95 % confidence intervals. Known before each day: up to 20 judged days.",
    )


def test_all_and_nothing_are_said_where_they_are_so() -> None:
    every = replace(SUMMARY, recall={OWN: Metric(1.0, Interval(1.0, 1.0))}, to_read=UNKNOWN)
    assert sentences(every)[0].endswith("hold 10 (10-10).")
    nothing = replace(SUMMARY, recall={OWN: Metric(0.0, Interval(0.0, 0.0))})
    assert sentences(nothing)[0].endswith("hold 0 (0-0).")


@pytest.mark.parametrize(
    ("days", "wanted", "said"),
    [
        (1, 1, "only 1 test day has papers you want, 1 paper in all"),
        (4, 40, "only 4 test days have papers you want, 40 papers in all"),
        (5, 9, "only 5 test days have papers you want, 9 papers in all"),
    ],
)
def test_of_too_few_days_no_number_is_stated(days: int, wanted: int, said: str) -> None:
    [sentence] = sentences(replace(SUMMARY, wanted_days=days, wanted=wanted))
    assert said in sentence
    assert "it takes 5 days and 10 papers" in sentence
    assert "hold 8" not in sentence


def test_without_paperlark_only_the_others_are_said() -> None:
    others = replace(SUMMARY, recall={"bm25": SUMMARY.recall["bm25"]}, to_read=UNKNOWN)
    assert sentences(others)[0].startswith("In the order of bm25, ")
