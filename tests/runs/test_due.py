from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from paperlark.domain.digest import Digest, Status
from paperlark.runs.due import overdue
from standins import digests

MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY = (date(2025, 2, day) for day in range(24, 29))
SATURDAY = date(2025, 3, 1)


def _whole(day: date) -> Digest:
    return replace(digests.ordinary(), day=day)


def test_a_new_reader_waits_for_today_alone() -> None:
    assert overdue({}, (), WEDNESDAY) == (WEDNESDAY,)
    assert overdue({}, (), SATURDAY) == ()


def test_days_missed_since_the_last_page_are_made_oldest_first() -> None:
    made = {day: _whole(day) for day in (MONDAY, TUESDAY)}
    assert overdue(made, (), FRIDAY) == (WEDNESDAY, THURSDAY, FRIDAY)


def test_a_day_that_a_run_left_without_a_page_is_tried_again() -> None:
    made = {day: _whole(day) for day in (MONDAY, WEDNESDAY)}
    assert overdue(made, (TUESDAY,), THURSDAY) == (TUESDAY, THURSDAY)


def test_what_came_before_the_last_page_nobody_waits_for() -> None:
    assert overdue({WEDNESDAY: _whole(WEDNESDAY)}, (), THURSDAY) == (THURSDAY,)


def test_an_imported_page_is_not_the_last_page_of_a_morning() -> None:
    imported = replace(digests.imported(), day=MONDAY)
    assert overdue({MONDAY: imported}, (), THURSDAY) == (THURSDAY,)


def test_weekends_and_days_without_a_mailing_are_not_missed() -> None:
    before, christmas, after = date(2025, 12, 24), date(2025, 12, 26), date(2025, 12, 29)
    days = overdue({before: _whole(before)}, (), after)
    assert days == (date(2025, 12, 25), after)
    assert christmas not in days
    # For today a list of holidays is only a hint: arXiv itself is asked.
    assert overdue({}, (), christmas) == (christmas,)


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
    assert overdue(made, (), THURSDAY) == (MONDAY, WEDNESDAY)


@given(
    today=st.dates(date(2025, 1, 1), date(2028, 12, 31)),
    made=st.sets(st.integers(0, 30)),
    failed=st.sets(st.integers(0, 30)),
)
def test_what_is_due_is_recent_in_order_and_not_there(
    today: date, made: set[int], failed: set[int]
) -> None:
    there = {today - timedelta(days=back): _whole(today - timedelta(days=back)) for back in made}
    without = [today - timedelta(days=back) for back in failed]
    days = overdue(there, without, today)
    assert list(days) == sorted(set(days))
    for day in days:
        assert today - timedelta(days=6) <= day <= today
        assert day not in there
        assert day.weekday() < 5
