"""Mornings start after midnight in New York, whatever clock the scheduler has."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paperlark.domain.calendar import NEW_YORK, expects_announcement
from paperlark.domain.errors import NotScheduled
from paperlark.schedule.cron import cron_time
from paperlark.schedule.times import SchedulerClock, after_midnight, clocks, next_start, runs

ONE = timedelta(days=1)
DAYS = [day for n in range(4 * 365 + 1) if expects_announcement(day := date(2025, 1, 1) + ONE * n)]
ZONES = sorted(available_timezones())
BERLIN, HONOLULU = ZoneInfo("Europe/Berlin"), ZoneInfo("Pacific/Honolulu")


def _starts(on: tuple[SchedulerClock, ...], day: date) -> Iterator[datetime]:
    """Return what those clocks start around that day, in New York's time."""
    for clock in on:
        for local in (day - ONE, day, day + ONE):
            if local.weekday() in clock.days:
                yield datetime.combine(local, clock.at, clock.zone).astimezone(NEW_YORK)


def _lines(on: tuple[SchedulerClock, ...]) -> list[str]:
    return [cron_time(clock) for clock in on]


@pytest.mark.slow
@pytest.mark.parametrize("first", [date(2025, 1, 1), date(2027, 1, 1)])
def test_every_announcement_is_started_for_within_two_hours_in_every_zone(first: date) -> None:
    days = [day for day in DAYS if first <= day < first + 2 * 365 * ONE]
    for name in ZONES:
        on = clocks(first, at=time(0, 48), local=None, scheduler=ZoneInfo(name))
        for day in days:
            hours = [one.hour for one in _starts(on, day) if one.date() == day]
            assert min(hours, default=24) < 2, (name, day)


@given(
    zone=st.sampled_from(ZONES).map(ZoneInfo),
    scheduler=st.sampled_from(ZONES).map(ZoneInfo),
    at=st.times().map(lambda one: one.replace(second=0, microsecond=0)),
    day=st.sampled_from(DAYS[:500]),
)
def test_a_time_of_ones_own_is_after_midnight_in_new_york_or_refused(
    zone: ZoneInfo, scheduler: ZoneInfo, at: time, day: date
) -> None:
    try:
        on = clocks(date(2025, 1, 1), at=at, local=zone, scheduler=scheduler)
    except NotScheduled:
        # What it says is tested elsewhere; here only that it was right to refuse.
        midnights = {
            datetime.combine(one, time(), NEW_YORK).astimezone(zone).time() for one in DAYS
        }
        assert at < max(midnights)
        return
    mornings = [one.astimezone(zone) for one in _starts(on, day) if one.date() == day]
    assert at in {morning.time() for morning in mornings}


def test_berlin_has_a_second_start_for_the_weeks_between_the_changes_of_clocks() -> None:
    on = clocks(date(2026, 11, 22), at=time(0, 20), local=None, scheduler=BERLIN)
    assert _lines(on) == ["20 5 * * 1-5", "20 6 * * 1-5"]


def test_in_honolulu_the_week_begins_on_sunday_evening() -> None:
    on = clocks(date(2026, 11, 22), at=time(0, 20), local=None, scheduler=HONOLULU)
    assert _lines(on) == ["20 18 * * 0-4", "20 19 * * 0-4"]


def test_utc_has_one_start_for_summer_and_one_for_winter() -> None:
    on = clocks(date(2026, 11, 22), at=time(0, 20), local=None, scheduler=UTC)
    assert _lines(on) == ["20 4 * * 1-5", "20 5 * * 1-5"]


def test_a_time_of_ones_own_is_one_start_here_and_two_for_who_knows_utc_only() -> None:
    first = date(2026, 11, 22)
    assert _lines(clocks(first, at=time(6, 30), local=BERLIN, scheduler=BERLIN)) == ["30 6 * * 1-5"]
    assert _lines(clocks(first, at=time(6, 30), local=BERLIN, scheduler=UTC)) == [
        "30 4 * * 1-5",
        "30 5 * * 1-5",
    ]


def test_a_time_before_the_announcement_is_refused_with_the_first_that_will_do() -> None:
    with pytest.raises(NotScheduled) as refusal:
        clocks(date(2026, 11, 22), at=time(5, 30), local=BERLIN, scheduler=BERLIN)
    assert "the page would be of the day before" in refusal.value.problem
    assert "(05:00 or 06:00 here)" in refusal.value.problem
    assert refusal.value.hint is not None
    assert refusal.value.hint.startswith("choose 06:00 or later")


def test_the_next_start_is_the_first_of_all() -> None:
    on = clocks(date(2026, 11, 22), at=time(0, 20), local=None, scheduler=UTC)
    sunday = datetime(2026, 11, 22, 23, tzinfo=UTC)
    assert next_start(on, sunday) == datetime(2026, 11, 23, 4, 20, tzinfo=UTC)
    assert next_start(on, sunday + timedelta(hours=6)) == datetime(2026, 11, 23, 5, 20, tzinfo=UTC)


@given(st.text())
def test_readers_start_in_many_minutes_and_never_on_the_hour(reader: str) -> None:
    start = after_midnight(reader)
    assert start == after_midnight(reader)
    assert (0, 11) <= (start.hour, start.minute) <= (0, 48)


@given(st.sets(st.integers(0, 6)))
def test_runs_hold_all_days_and_no_others(days: set[int]) -> None:
    found = list(runs(days))
    assert {day for first, last in found for day in range(first, last + 1)} == days
    assert all(later[0] > earlier[1] + 1 for earlier, later in pairwise(found))
