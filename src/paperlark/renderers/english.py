"""Formatting of dates, counts, shares and amounts in English, whatever the locale."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from paperlark.domain.spending import Cost

_ONE_PERCENT = 0.01

# English whatever the locale of the machine: the same digest gives the same bytes.
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)


def long_date(day: date) -> str:
    """Return `Wednesday, 26 February 2025`."""
    return f"{_WEEKDAYS[day.weekday()]}, {short_date(day)}"


def short_date(day: date) -> str:
    """Return `26 February 2025`."""
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def brief_date(day: date) -> str:
    """Return `Wed 26 Feb`, for where the year is seen elsewhere."""
    return f"{_WEEKDAYS[day.weekday()][:3]} {day.day} {_MONTHS[day.month - 1][:3]}"


def brief_month(day: date) -> str:
    """Return `Feb 2025`."""
    return f"{_MONTHS[day.month - 1][:3]} {day.year}"


def month_name(day: date) -> str:
    """Return `February 2025`."""
    return f"{_MONTHS[day.month - 1]} {day.year}"


def number(count: int) -> str:
    """Return `58,989`."""
    return f"{count:,}"


def known(count: int | None) -> str:
    """Return `58,989` or `unknown`."""
    return UNKNOWN if count is None else number(count)


def counted(count: int, thing: str) -> str:
    """Return `1 paper`, `2 papers`."""
    return f"{number(count)} {thing}{'' if count == 1 else 's'}"


def listed(words: Iterable[str]) -> str:
    """Join words with commas."""
    return ", ".join(words)


def percent(probability: float) -> str:
    """Return a probability as a percentage; `<1` and `>99` keep it off 0 and 100."""
    if 0 < probability < _ONE_PERCENT:
        figure = "<1"
    elif 1 - _ONE_PERCENT < probability < 1:
        figure = ">99"
    else:
        figure = f"{probability * 100:.0f}"
    return f"{figure}\N{NO-BREAK SPACE}%"


UNKNOWN = "unknown"


def dollars(cost: Cost | None) -> tuple[str, str, str]:
    """Return prompt, completion and total, rounded so that the parts add up to the total.

    Total and prompt are rounded; completion is the difference, so it may be off by one in its
    last digit.
    """
    if cost is None:
        return UNKNOWN, UNKNOWN, UNKNOWN
    step = Decimal(1).scaleb(-_places(cost))
    total = cost.total.quantize(step, ROUND_HALF_UP)
    prompt = cost.prompt.quantize(step, ROUND_HALF_UP)
    return f"${prompt:,f}", f"${total - prompt:,f}", f"${total:,f}"


def amount(value: Decimal) -> str:
    """Return one amount in dollars, with enough digits that it does not read as zero."""
    return dollars(Cost(value, Decimal(0)))[2]


def _places(cost: Cost) -> int:
    """Return 2 decimals from one dollar on, else 4 or as many as the smaller part needs."""
    if cost.total >= 1 or not cost.total:
        return 2
    least = min(part for part in (cost.prompt, cost.completion) if part)
    return max(4, 1 - least.adjusted())


def size_in_words(size: int) -> str:
    """Return a number of bytes in the unit that suits it, of powers of ten: `1.2 MB`."""
    if size < 1000:  # noqa: PLR2004  # a unit
        return f"{size} bytes"
    for unit, name in ((10**9, "GB"), (10**6, "MB")):
        if size >= unit:
            return f"{size / unit:,.1f} {name}"
    return f"{size / 1000:.0f} kB"
