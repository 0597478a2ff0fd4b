"""Days into the weeks of a month, as a calendar on the wall has them. Pure."""

from __future__ import annotations

import calendar
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from paperlark.site.volume import Leaf, Part

_SHORT = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_WORKING_DAYS = 5


@dataclass(frozen=True, slots=True)
class Cell:
    """One day of the calendar: `leaf` is None where it has no page."""

    day: date
    leaf: Leaf | None


@dataclass(frozen=True, slots=True)
class Month:
    """A month's weeks; a cell is None where the week reaches beyond the month."""

    weekdays: tuple[str, ...]
    weeks: tuple[tuple[Cell | None, ...], ...]


def month(part: Part) -> Month:
    """Lay out a month; weekends are left out where they have no page."""
    days = {one.day: one for one in part.days}
    width = 7 if any(day.weekday() >= _WORKING_DAYS for day in days) else _WORKING_DAYS
    weeks = calendar.Calendar().monthdatescalendar(part.first.year, part.first.month)
    rows = (_week(week[:width], part.first, days) for week in weeks)
    return Month(_SHORT[:width], tuple(row for row in rows if any(row)))


def _week(week: Sequence[date], first: date, days: Mapping[date, Leaf]) -> tuple[Cell | None, ...]:
    return tuple(Cell(day, days.get(day)) if day.month == first.month else None for day in week)
