from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from paperlark.day.overdue import overdue
from paperlark.domain.digest import Digest, Status
from standins import digests

MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY = (date(2025, 2, day) for day in range(24, 29))
SATURDAY = date(2025, 3, 1)
LONG_AGO = date(2024, 1, 2)


def _whole(day: date) -> Digest:
    return replace(digests.ordinary(), day=day)


def test_a_new_reader_waits_for_today_alone() -> None:
    assert overdue({}, None, WEDNESDAY) == (WEDNESDAY,)
    assert overdue({}, None, SATURDAY) == ()


def test_missed_days_of_the_last_week_are_made_oldest_first() -> None:
    made = {day: _whole(day) for day in (MONDAY, WEDNESDAY)}
    assert overdue(made, LONG_AGO, FRIDAY) == (TUESDAY, THURSDAY, FRIDAY)


def test_nothing_before_the_first_day_is_missed() -> None:
    assert overdue({TUESDAY: _whole(TUESDAY)}, TUESDAY, THURSDAY) == (WEDNESDAY, THURSDAY)


def test_weekends_and_days_without_a_mailing_are_not_missed() -> None:
    christmas, after = date(2025, 12, 26), date(2025, 12, 29)
    days = overdue({}, LONG_AGO, after)
    assert christmas not in days
    assert all(day.weekday() < 5 for day in days)
    # For today a list of holidays is only a hint: arXiv itself is asked.
    assert overdue({}, None, christmas) == (christmas,)


def test_a_page_that_may_gain_is_made_again_and_one_that_is_whole_is_not() -> None:
    partial = replace(digests.partial(), day=MONDAY)
    budget = replace(digests.over_budget(), day=TUESDAY)
    only_budget = replace(
        budget,
        funnel=replace(budget.funnel, unjudged=0, judged=280),
        unjudged=budget.unjudged[1:],
    )
    waiting = replace(digests.waiting(), day=WEDNESDAY)
    quiet = replace(digests.digest(), day=THURSDAY, status=Status.QUIET)
    made = {one.day: one for one in (partial, only_budget, waiting, quiet)}
    assert overdue(made, MONDAY, THURSDAY) == (MONDAY, WEDNESDAY)


@given(
    today=st.dates(date(2025, 1, 1), date(2028, 12, 31)),
    made=st.sets(st.integers(0, 30)),
    first=st.none() | st.integers(0, 400),
)
def test_what_is_due_is_recent_in_order_and_not_there(
    today: date, made: set[int], first: int | None
) -> None:
    there = {today - timedelta(days=back): _whole(today - timedelta(days=back)) for back in made}
    begun = None if first is None else today - timedelta(days=first)
    days = overdue(there, begun, today)
    assert list(days) == sorted(set(days))
    for day in days:
        assert today - timedelta(days=6) <= day <= today
        assert day not in there
        assert begun is None or day >= begun
        assert day.weekday() < 5
