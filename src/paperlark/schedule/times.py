"""When a morning starts: after midnight in New York, said in the clock of whoever starts it.

arXiv's announcement of a day is out from midnight in New York. Few schedulers know that clock, so
a start is written down at each local time that it has in the course of a year: there are two where
the clocks change on other days than New York's, and the earlier one is an hour early for part of
the year. That is harmless: `paperlark morning` finds the page of the day that is still on, whole,
and has nothing to do.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from zlib import crc32

from paperlark.domain.calendar import NEW_YORK, weekdays
from paperlark.domain.errors import NotScheduled

AHEAD = timedelta(days=2 * 365)
"""Long enough to see every change of clocks, also where its day wanders through the year."""
SUNDAY = 6
_DAY = timedelta(days=1)
_EARLIEST, _MINUTES = 11, 38
"""Not at full hours, when everybody starts everything."""


@dataclass(frozen=True, slots=True)
class SchedulerClock:
    """A time of day on some days of the week, Monday being 0, in one zone."""

    at: time
    days: tuple[int, ...]
    zone: tzinfo

    def next(self, now: datetime) -> datetime:
        """Return the first instant after `now`, in the clock's zone."""
        today = now.astimezone(self.zone).date()
        coming = (datetime.combine(today + _DAY * n, self.at, self.zone) for n in range(9))
        return next(one for one in coming if one > now and one.weekday() in self.days)


def after_midnight(reader: str) -> time:
    """Return the time in New York that a reader's morning starts: not everybody's at once.

    The same reader always gets the same.
    """
    return time(0, _EARLIEST + crc32(reader.encode("utf-8", "surrogatepass")) % _MINUTES)


def clocks(
    first: date, *, at: time, local: tzinfo | None, scheduler: tzinfo
) -> tuple[SchedulerClock, ...]:
    """Return the clocks of a scheduler that start every morning of the coming two years.

    `at` is a time in the zone `local`, None for New York. Raises NotScheduled where that is before
    the announcement on some days.
    """
    if local is not None:
        require_announced(first, at, local)
    instants = _instants(first, at, local or NEW_YORK)
    here = (instant.astimezone(scheduler) for instant in instants)
    return clocks_of(((one.time(), one.weekday()) for one in here), scheduler)


def clocks_of(starts: Iterable[tuple[time, int]], zone: tzinfo) -> tuple[SchedulerClock, ...]:
    """Return clocks for pairs of a time and a day of the week, Monday being 0."""
    found: dict[time, set[int]] = defaultdict(set)
    for at, day in starts:
        found[at].add(day)
    return tuple(
        SchedulerClock(one, tuple(sorted(days)), zone) for one, days in sorted(found.items())
    )


def require_announced(first: date, at: time, zone: tzinfo) -> None:
    """Make sure that the day at that time of the zone has begun in New York, all year round.

    Raises NotScheduled: the page would be of the day before.
    """
    midnights = {
        local.time()
        for day in _days(first)
        # West of New York the day begins there while it is still the evening before here.
        if (local := datetime.combine(day, time(), NEW_YORK).astimezone(zone)).date() == day
    }
    if midnights and at < max(midnights):
        hours = " or ".join(f"{one:%H:%M}" for one in sorted(midnights))
        raise NotScheduled(
            f"at {at:%H:%M} here the day may not have begun in New York, where arXiv's announcement"
            f" is out at midnight ({hours} here): the page would be of the day before",
            hint=f"choose {max(midnights):%H:%M} or later, or leave --at out to have it right then",
        )


def next_start(starts: Sequence[SchedulerClock], now: datetime) -> datetime:
    """Return the first start of any of them after `now`."""
    return min(clock.next(now) for clock in starts)


def runs(days: Iterable[int]) -> Iterator[tuple[int, int]]:
    """Put days that follow on each other together: the first and the last of each run."""
    first = last = None
    for day in sorted(days):
        if first is None or last is None or day != last + 1:
            if first is not None and last is not None:
                yield first, last
            first = day
        last = day
    if first is not None and last is not None:
        yield first, last


def _instants(first: date, at: time, zone: tzinfo) -> Iterator[datetime]:
    """Return the instants of that time that fall on an announcement's day in New York."""
    for day in _days(first):
        for local in (day - _DAY, day):
            instant = datetime.combine(local, at, zone).astimezone(UTC)
            if instant.astimezone(NEW_YORK).date() == day:
                yield instant


def _days(first: date) -> tuple[date, ...]:
    """Return all days that arXiv may announce on: its holidays are no certain thing."""
    return weekdays(first, first + AHEAD)
