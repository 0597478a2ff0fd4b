from __future__ import annotations

import math
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from paperlark.evaluation.metrics import (
    Bools,
    RankedDay,
    average_precision,
    depths,
    expected_average_precision,
    gains,
    ndcg,
    recall,
    reliability,
    share_to_judge,
    squared_error,
    work_saved,
)


def _wanted(marks: str) -> Bools:
    """Parse an order, best first: `+` is wanted."""
    return np.array([mark == "+" for mark in marks])


def _day(marks: str, probability: tuple[float, ...] | None = None) -> RankedDay:
    values = None if probability is None else np.array(probability)
    return RankedDay(_wanted(marks), _wanted(marks).astype(float), values)


def _share(kept: float, *days: str) -> float:
    return float(share_to_judge(depths([_day(day) for day in days]), kept)[0])


ORDERS = st.lists(st.booleans(), min_size=1, max_size=30).filter(any).map(np.array)


def test_recall_counts_the_wanted_down_to_a_depth() -> None:
    assert recall(_wanted("+-+--+"), 3) == pytest.approx(2 / 3)
    assert recall(_wanted("+-+--+"), 6) == 1


def test_average_precision_is_the_mean_precision_at_the_wanted() -> None:
    assert average_precision(_wanted("+-+-")) == pytest.approx((1 + 2 / 3) / 2)
    assert average_precision(_wanted("---+")) == pytest.approx(1 / 4)


@given(ORDERS)
def test_average_precision_lies_between_0_and_1_and_is_1_only_when_all_wanted_come_first(
    wanted: Bools,
) -> None:
    found = average_precision(wanted)
    assert 0 < found <= 1
    assert (found == 1) == bool(wanted[: int(wanted.sum())].all())


@given(ORDERS)
def test_moving_a_wanted_paper_up_never_makes_a_metric_worse(wanted: Bools) -> None:
    better = wanted.copy()
    for place in range(1, len(better)):
        if better[place] and not better[place - 1]:
            better[[place - 1, place]] = True, False
            break
    assert average_precision(better) >= average_precision(wanted)
    assert _pooled(better) <= _pooled(wanted)


def _pooled(wanted: Bools) -> float:
    return float(share_to_judge(depths([RankedDay(wanted, wanted.astype(float))]), 0.95)[0])


def test_ndcg_discounts_by_rank_and_weighs_by_gain() -> None:
    gain = np.array([0.0, 9.0, 0.0, 8.0])
    best = 9 + 8 / math.log2(3)
    assert ndcg(gain) == pytest.approx((9 / math.log2(3) + 8 / math.log2(5)) / best)
    assert ndcg(np.array([9.0, 8.0, 0.0])) == pytest.approx(1)
    assert ndcg(np.array([0.0, 9.0]), depth=1) == 0


def test_the_gain_is_the_relevance_where_that_of_all_wanted_papers_is_known() -> None:
    assert list(gains(_wanted("+-+"), [9, 3, 8])) == [9, 0, 8]
    assert list(gains(_wanted("+-+"), [9, None, 8])) == [9, 0, 8]
    assert list(gains(_wanted("+-+"), [9, 3, None])) == [1, 0, 1]


def test_ties_have_the_mean_average_precision_of_their_orders() -> None:
    wanted = _wanted("+-+--")
    orders = [average_precision(wanted[list(order)]) for order in permutations(range(5))]
    assert expected_average_precision(np.zeros(5), wanted) == pytest.approx(np.mean(orders))
    scores = np.array([5.0, 4.0, 3.0, 2.0, 1.0])
    assert expected_average_precision(scores, wanted) == average_precision(wanted)


def test_work_saved_over_sampling_by_hand() -> None:
    # 20 papers, the only wanted one in place 4: 16 are not judged, and .05 would be by chance.
    wanted = np.arange(1, 21) == 4
    share = share_to_judge(depths([RankedDay(wanted, wanted.astype(float))]), 0.95)
    assert work_saved(share, 0.95)[0] == pytest.approx(16 / 20 - 0.05)
    # Judging all of them to find it costs what chance would save.
    last = share_to_judge(depths([RankedDay(np.sort(wanted), np.sort(wanted).astype(float))]), 0.95)
    assert work_saved(last, 0.95)[0] == pytest.approx(-0.05)


def test_the_share_to_judge_cuts_every_day_at_the_same_share() -> None:
    # All wanted are among the first two of four, so half of the day is judged.
    assert _share(0.95, "++--") == 0.5
    assert _share(0.5, "++--") == 0.25
    # The second day's last wanted paper is third of four, so three of the first are judged too.
    assert _share(0.95, "++--", "+-+-") == 0.75
    # Nine of ten are enough for 90 %, and the last one is not needed.
    assert _share(0.90, "+++++++++----------+") == 9 / 20
    assert _share(0.95, "+++++++++----------+") == 1


def test_days_of_different_sizes_are_cut_at_the_same_share_of_each() -> None:
    # The first of two lies at share 0, the second of four at 0.25; ceil of a bit more: 1 and 2.
    assert _share(1.0, "+-", "-+--") == pytest.approx((1 + 2) / 6)


def test_a_day_without_wanted_papers_is_cut_at_the_same_share() -> None:
    assert _share(0.95, "++--", "----") == 0.5
    assert math.isnan(_share(0.95, "----"))


@given(st.lists(ORDERS, min_size=1, max_size=5), st.sampled_from([0.9, 0.95, 0.98, 1.0]))
def test_the_share_is_the_smallest_that_keeps_enough(days: list[Bools], kept: float) -> None:
    ranked = [RankedDay(day, day.astype(float)) for day in days]
    total, size = sum(day.sum() for day in days), sum(len(day) for day in days)
    # A little more than each threshold, by brute force.
    cuts = sorted({place / len(day) for day in days for place in range(len(day))})
    best = min(
        judged / size
        for cut in cuts
        if (judged := sum(_top(cut, day) for day in days))
        and sum(day[: _top(cut, day)].sum() for day in days) >= kept * total - 1e-9
    )
    assert share_to_judge(depths(ranked), kept)[0] == pytest.approx(best)


def _top(cut: float, day: Bools) -> int:
    return min(len(day), math.floor(cut * len(day) + 1e-9) + 1)


def test_a_day_that_is_resampled_twice_counts_twice() -> None:
    found = depths([_day("+---"), _day("---+")])
    shares = share_to_judge(found, 0.6, np.array([[1, 1], [2, 0], [0, 2], [4, 1]]))
    assert list(shares) == [1, 0.25, 1, 0.25]


def test_probabilities_are_compared_with_outcomes() -> None:
    day = _day("+--", (0.9, 0.35, 0.32))
    assert squared_error(day) == pytest.approx(0.1**2 + 0.35**2 + 0.32**2)
    assert math.isnan(squared_error(_day("+--")))
    low, high = reliability([day, _day("++", (1.0, 0.95))])
    assert [low.papers, low.mean_probability, low.share_wanted] == pytest.approx([2, 0.335, 0])
    assert [high.papers, high.mean_probability, high.share_wanted] == pytest.approx([3, 0.95, 1])
    assert reliability([day, _day("+-")]) == ()
