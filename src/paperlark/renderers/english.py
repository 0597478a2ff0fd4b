"""Days, counts and shares in words, the same wherever something is printed."""

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
    """`Wednesday, 26 February 2025`."""
    return f"{_WEEKDAYS[day.weekday()]}, {short_date(day)}"


def short_date(day: date) -> str:
    """`26 February 2025`."""
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def brief_date(day: date) -> str:
    """`Wed 26 Feb`, for where the year is seen elsewhere."""
    return f"{_WEEKDAYS[day.weekday()][:3]} {day.day} {_MONTHS[day.month - 1][:3]}"


def brief_month(day: date) -> str:
    """`Feb 2025`."""
    return f"{_MONTHS[day.month - 1][:3]} {day.year}"


def month_name(day: date) -> str:
    """`February 2025`."""
    return f"{_MONTHS[day.month - 1]} {day.year}"


def number(count: int) -> str:
    """`58,989`."""
    return f"{count:,}"


def known(count: int | None) -> str:
    """`58,989`, or that nobody knows."""
    return UNKNOWN if count is None else number(count)


def counted(count: int, thing: str) -> str:
    """`1 paper`, `2 papers`."""
    return f"{number(count)} {thing}{'' if count == 1 else 's'}"


def listed(words: Iterable[str]) -> str:
    """Words with commas between them."""
    return ", ".join(words)


def percent(probability: float) -> str:
    """Print a probability; one that is short of certain never reads as certain."""
    if 0 < probability < _ONE_PERCENT:
        figure = "<1"
    elif 1 - _ONE_PERCENT < probability < 1:
        figure = ">99"
    else:
        figure = f"{probability * 100:.0f}"
    return f"{figure}\N{NO-BREAK SPACE}%"


UNKNOWN = "unknown"


def dollars(cost: Cost | None) -> tuple[str, str, str]:
    """Print prompt, completion and total so that the printed parts add up to the printed total.

    The total and the prompt's part are rounded, the completion's part is what is left: it may be
    off by one in its last place, the sum never is.
    """
    if cost is None:
        return UNKNOWN, UNKNOWN, UNKNOWN
    step = Decimal(1).scaleb(-_places(cost))
    total = cost.total.quantize(step, ROUND_HALF_UP)
    prompt = cost.prompt.quantize(step, ROUND_HALF_UP)
    return f"${prompt:,f}", f"${total - prompt:,f}", f"${total:,f}"


def amount(value: Decimal) -> str:
    """Print one amount, to the cent or as much finer as it takes not to read as nothing."""
    return dollars(Cost(value, Decimal(0)))[2]


def _places(cost: Cost) -> int:
    """Cents from a dollar on, four places below; more where a part would read as nothing."""
    if cost.total >= 1 or not cost.total:
        return 2
    least = min(part for part in (cost.prompt, cost.completion) if part)
    return max(4, 1 - least.adjusted())
