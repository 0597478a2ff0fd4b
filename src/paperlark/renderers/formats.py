"""Dates, counts, shares and amounts in the language of the page.

English ones are those of `english`, to the byte; others are Babel's.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from paperlark.domain.spending import Cost
from paperlark.renderers import english
from paperlark.renderers.catalogue import gettext as _
from paperlark.renderers.catalogue import is_english, locale, ngettext, pgettext


def _date(day: date, form: str) -> str:
    from babel.dates import format_date, format_skeleton  # noqa: PLC0415  # for other languages

    if form in {"full", "long"}:
        return str(format_date(day, form, locale=locale()))
    return str(format_skeleton(form, day, locale=locale()))


def long_date(day: date) -> str:
    """Return `Wednesday, 26 February 2025`."""
    return english.long_date(day) if is_english() else _date(day, "full")


def date_parts(day: date) -> tuple[str, str]:
    """Return the weekday, and the date that follows it: `Wednesday,`, `26 February 2025`."""
    if is_english():
        weekday, rest = english.long_date(day).split(" ", 1)
        return weekday, rest
    from babel.dates import format_date  # noqa: PLC0415  # for other languages

    weekday = str(format_date(day, "EEEE", locale=locale()))
    return pgettext("before a date", "{weekday},").format(weekday=weekday), short_date(day)


def short_date(day: date) -> str:
    """Return `26 February 2025`."""
    return english.short_date(day) if is_english() else _date(day, "long")


def brief_date(day: date) -> str:
    """Return `Wed 26 Feb`, for where the year is seen elsewhere."""
    return english.brief_date(day) if is_english() else _date(day, "MMMEd")


def day_and_month(day: date) -> str:
    """Return `26 Feb`."""
    return english.brief_date(day).split(" ", 1)[1] if is_english() else _date(day, "MMMd")


def brief_month(day: date) -> str:
    """Return `Feb 2025`."""
    return english.brief_month(day) if is_english() else _date(day, "yMMM")


def month_name(day: date) -> str:
    """Return `February 2025`."""
    return english.month_name(day) if is_english() else _date(day, "yMMMM")


def month_alone(day: date) -> str:
    """Return `February`, for where the year is seen elsewhere."""
    if is_english():
        return english.month_name(day).split(" ")[0]
    from babel.dates import format_date  # noqa: PLC0415  # for other languages

    return str(format_date(day, "LLLL", locale=locale()))


def weekdays() -> tuple[str, ...]:
    """Return the names of the days of a week from Monday on, as heads of narrow columns."""
    if is_english():
        return ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
    from babel.dates import get_day_names  # noqa: PLC0415  # for other languages

    names = get_day_names("abbreviated", "stand-alone", locale=locale())
    return tuple(str(names[day]) for day in range(7))


def number(count: int) -> str:
    """Return `58,989`."""
    return english.number(count) if is_english() else _decimal(count)


def decimal(value: float, digits: int) -> str:
    """Return a number with so many decimals: `1.5`."""
    return f"{value:.{digits}f}" if is_english() else _decimal(value, digits)


def _decimal(value: float | Decimal, digits: int = 0) -> str:
    from babel.numbers import format_decimal  # noqa: PLC0415  # for other languages

    places = f".{'0' * digits}" if digits else ""
    return format_decimal(value, f"#,##0{places}", locale=locale())


def known(count: int | None) -> str:
    """Return `58,989` or `unknown`."""
    return unknown() if count is None else number(count)


def unknown() -> str:
    """Return the word for a count or amount that is not known."""
    return _("unknown")


def papers(count: int) -> str:
    """Return `1 paper`, `2 papers`."""
    return ngettext("{count} paper", "{count} papers", count).format(count=number(count))


def more_papers(count: int) -> str:
    """Return `1 more paper`, `2 more papers`."""
    return ngettext("{count} more paper", "{count} more papers", count).format(count=number(count))


def days(count: int) -> str:
    """Return `1 day`, `2 days`."""
    return ngettext("{count} day", "{count} days", count).format(count=number(count))


def listed(words: Iterable[str]) -> str:
    """Join words with commas."""
    return pgettext("between words of a list", ", ").join(words)


def sentences(texts: Iterable[str | None]) -> str:
    """Join whole sentences, leaving out those that are not there."""
    return pgettext("between sentences", " ").join(filter(None, texts))


def percent(probability: float) -> str:
    """Return a probability as a percentage; `<1` and `>99` keep it off 0 and 100."""
    return english.percent(probability)


def dollars(cost: Cost | None) -> tuple[str, str, str]:
    """Return prompt, completion and total, rounded so that the parts add up to the total."""
    if cost is None:
        return unknown(), unknown(), unknown()
    prompt, completion, total = english.dollars(cost)
    return _money(prompt), _money(completion), _money(total)


def amount(value: Decimal) -> str:
    """Return one amount in dollars, with enough digits that it does not read as zero."""
    return _money(english.amount(value))


def _money(text: str) -> str:
    """Write an amount such as `$1,234.50` as the language does, with the same digits."""
    if is_english():
        return text
    figure = text.replace("$", "").replace(",", "")
    digits = len(figure.partition(".")[2])
    written = _decimal(Decimal(figure), digits)
    return pgettext("an amount of US dollars", "${amount}").format(amount=written)
