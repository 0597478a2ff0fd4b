from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paperlark.domain.calendar import (
    HOLIDAYS,
    announcement_day,
    expects_announcement,
    previous_announcement_day,
    submission_window,
    today,
    weekdays,
)


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("submitted", "announced"),
    [
        ("2025-02-24T18:59:59+00:00", "2025-02-25"),  # Monday 13:59:59 in winter
        ("2025-02-24T19:00:00+00:00", "2025-02-26"),  # Monday 14:00
        ("2025-07-14T17:59:59+00:00", "2025-07-15"),  # Monday 13:59:59 in summer
        ("2025-07-14T18:00:00+00:00", "2025-07-16"),
        ("2025-02-20T19:00:00+00:00", "2025-02-24"),  # Thursday 14:00 to Friday 14:00: Monday
        ("2025-02-21T18:59:59+00:00", "2025-02-24"),
        ("2025-02-21T19:00:00+00:00", "2025-02-25"),  # Friday 14:00 to Monday 14:00: Tuesday
        ("2025-02-23T12:00:00+00:00", "2025-02-25"),
        ("2025-03-07T18:59:59+00:00", "2025-03-10"),  # the clock goes forward on 9 March
        ("2025-03-10T17:59:59+00:00", "2025-03-11"),
        ("2025-03-10T18:00:00+00:00", "2025-03-12"),
        ("2025-10-31T17:59:59+00:00", "2025-11-03"),  # and back on 2 November
        ("2025-11-03T18:59:59+00:00", "2025-11-04"),
        ("2025-11-03T19:00:00+00:00", "2025-11-05"),
        ("2025-11-27T12:00:00+00:00", "2025-12-01"),  # Thanksgiving: nothing on the Friday
        ("2026-06-18T20:00:00+00:00", "2026-06-23"),  # a holiday on Friday empties Monday
    ],
)
def test_a_submission_is_announced_on_the_day_of_arxiv_s_rule(
    submitted: str, announced: str
) -> None:
    assert announcement_day(_at(submitted)) == date.fromisoformat(announced)


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ("2025-02-26", True),
        ("2025-02-22", False),
        ("2025-02-23", False),
        ("2025-07-07", False),  # after the holiday of Sunday 6 July
        ("2026-06-22", False),
        ("2026-06-23", True),
        ("2024-12-27", False),
        ("2025-01-21", False),
    ],
)
def test_weekends_and_days_after_holidays_expect_nothing(day: str, *, expected: bool) -> None:
    assert expects_announcement(date.fromisoformat(day)) is expected


def test_the_day_is_that_of_new_york() -> None:
    assert today(_at("2025-02-26T04:59:59+00:00")) == date(2025, 2, 25)
    assert today(_at("2025-02-26T05:00:00+00:00")) == date(2025, 2, 26)
    assert today(_at("2025-07-16T04:00:00+00:00")) == date(2025, 7, 16)


def test_a_range_has_weekdays_only_and_the_previous_day_expects_an_announcement() -> None:
    days = weekdays(date(2025, 2, 20), date(2025, 2, 25))
    assert [day.day for day in days] == [20, 21, 24, 25]
    assert previous_announcement_day(date(2025, 2, 24)) == date(2025, 2, 21)
    assert previous_announcement_day(date(2025, 7, 8)) == date(2025, 7, 4)


INSTANTS = st.datetimes(datetime(2024, 1, 1), datetime(2026, 12, 20), timezones=st.just(UTC))  # noqa: DTZ001


@given(INSTANTS)
def test_every_submission_is_in_the_window_of_its_announcement_and_no_other(
    submitted: datetime,
) -> None:
    day = announcement_day(submitted)
    window = submission_window(day)
    assert window is not None
    assert window[0] <= submitted < window[1]
    assert submitted < window[1] <= datetime.combine(day, datetime.min.time(), UTC)


@given(st.dates(date(2024, 1, 2), date(2026, 12, 20)))
def test_windows_meet_without_gap_or_overlap(day: date) -> None:
    window = submission_window(day)
    assert (window is None) == (not expects_announcement(day))
    if window is not None:
        before = submission_window(previous_announcement_day(day))
        assert before is not None
        assert before[1] == window[0]


@given(st.dates(date(2024, 1, 2), date(2026, 12, 20)))
def test_without_holidays_no_window_is_longer_than_a_weekend(day: date) -> None:
    window = submission_window(day, holidays=())
    assert (window is None) == (day.weekday() >= 5)
    if window is not None:
        assert window[1] - window[0] in {timedelta(days=1), timedelta(days=3)}
    assert HOLIDAYS
