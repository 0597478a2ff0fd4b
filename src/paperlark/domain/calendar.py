"""arXiv's calendar: which submissions are announced on which day, all in New York time.

Submissions close at 14:00; the batch is mailed at 20:00 on Sunday to Thursday and dated the day
after (https://info.arxiv.org/help/availability.html). Measured on 26,183 papers the rule names
the day exactly for 98 %; the others come later, held by moderators, and none comes earlier.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

FIRST_DAY = date(1991, 8, 14)
"""arXiv's first day."""
NEW_YORK = ZoneInfo("America/New_York")
CLOSING = time(14)
START = time(0, 20)
"""When the daily run starts: feeds change at midnight, and not all at once."""
_DAY = timedelta(days=1)
_FRIDAY, _SATURDAY = 4, 5

_LISTED = """
2024: 05-22 06-19 07-04 09-02 10-08 11-28 12-25 12-26 12-31
2025: 01-20 06-19 07-06 09-01 11-27 12-25 12-30
2026: 01-01 01-19 06-19 07-03 09-07 11-26 12-25 12-29 12-31
"""
HOLIDAYS = frozenset(
    date.fromisoformat(f"{year}-{day}")
    for year, _, days in (line.partition(":") for line in _LISTED.split("\n"))
    for day in days.split()
)
"""Days without a mailing, as arXiv listed them: a hint, for the list changes within its year."""


def today(now: datetime) -> date:
    """Return the day of arXiv's feeds at that instant: they change at midnight in New York."""
    return now.astimezone(NEW_YORK).date()


def announcement_day(submitted: datetime, holidays: Collection[date] = HOLIDAYS) -> date:
    """Return the day on which a paper submitted at that instant is announced, unless held."""
    local = submitted.astimezone(NEW_YORK)
    closing = _weekday(local.date() + (_DAY if local.time() >= CLOSING else timedelta()))
    while _skipped(closing, holidays):
        closing = _weekday(closing + _DAY)
    return _evening(closing) + _DAY


def submission_window(
    day: date, holidays: Collection[date] = HOLIDAYS
) -> tuple[datetime, datetime] | None:
    """Return when the submissions announced that day start, and when they end (exclusive).

    None where the calendar expects no announcement.
    """
    if not expects_announcement(day, holidays):
        return None
    closing = _closing_of(day)
    before = _weekday_before(closing)
    while _skipped(before, holidays):
        before = _weekday_before(before)
    return _at_closing(before), _at_closing(closing)


def expects_announcement(day: date, holidays: Collection[date] = HOLIDAYS) -> bool:
    """Return whether arXiv should announce anything: not at weekends, not after a holiday."""
    return not is_weekend(day) and not _skipped(_closing_of(day), holidays)


def is_weekend(day: date) -> bool:
    """Return whether it is a weekend, on which arXiv never announces; holidays are less certain."""
    return day.weekday() >= _SATURDAY


def weekdays(first: date, last: date) -> tuple[date, ...]:
    """Return Monday to Friday of a range, both ends included: arXiv may announce on any of them."""
    days = (first + _DAY * n for n in range((last - first).days + 1))
    return tuple(day for day in days if not is_weekend(day))


def previous_announcement_day(day: date, holidays: Collection[date] = HOLIDAYS) -> date:
    """Return the last earlier day on which an announcement is expected."""
    before = day - _DAY
    while not expects_announcement(before, holidays):
        before -= _DAY
    return before


def next_announcement_day(day: date, holidays: Collection[date] = HOLIDAYS) -> date:
    """Return the first later day on which an announcement is expected."""
    after = day + _DAY
    while not expects_announcement(after, holidays):
        after += _DAY
    return after


def next_start(now: datetime) -> datetime:
    """Return the next instant at which a daily run starts: 0:20 of an announcement day."""
    start = datetime.combine(today(now), START, NEW_YORK)
    if now < start and expects_announcement(start.date()):
        return start
    return datetime.combine(next_announcement_day(today(now)), START, NEW_YORK)


def _weekday(day: date) -> date:
    """Move a day of a weekend to its Monday."""
    return day + _DAY * max(0, 7 - day.weekday()) if day.weekday() >= _SATURDAY else day


def _weekday_before(day: date) -> date:
    before = day - _DAY
    return before - _DAY * (before.weekday() - _FRIDAY) if before.weekday() > _FRIDAY else before


def _evening(closing: date) -> date:
    """Return the evening of the mailing: the same day, but Sunday for Friday."""
    return closing + 2 * _DAY if closing.weekday() == _FRIDAY else closing


def _closing_of(day: date) -> date:
    """Return the day on which the submissions of an announcement closed: Friday for Monday."""
    return _weekday_before(day)


def _skipped(closing: date, holidays: Collection[date]) -> bool:
    return closing in holidays or _evening(closing) in holidays


def _at_closing(day: date) -> datetime:
    return datetime.combine(day, CLOSING, NEW_YORK)
