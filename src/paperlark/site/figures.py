"""The figures of days as text, for the table behind every drawing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from paperlark.renderers import english
from paperlark.renderers.money import UNKNOWN, amount
from paperlark.site.facts import DayFacts
from paperlark.site.tally import Tally

NONE = "\N{EN DASH}"
"""Where no model was asked there is nothing to know."""


@dataclass(frozen=True, slots=True)
class Figures:
    """One day's line: counts, tokens and cost as they are printed; `tokens` as a number too."""

    day: date
    announced: str
    scanned: str
    judged: str
    selected: str
    tokens: str
    cost: str
    drawn: int | None


def by_day(days: Iterable[DayFacts]) -> tuple[Figures, ...]:
    """Give a line for each day."""
    return tuple(map(_figures, days))


def tokens(whole: Tally) -> str | None:
    """Say what some days took; None where no model was asked."""
    if whole.tokens is None and not whole.unpriced:
        return None
    used = UNKNOWN if whole.tokens is None else english.number(whole.tokens)
    return f"{used} tokens, {cost(whole)}"


def cost(whole: Tally) -> str:
    """Say what some days cost, and of how many that is not known."""
    if whole.cost is None:
        return f"cost {UNKNOWN}"
    more = (
        f" and {english.counted(whole.unpriced, 'day')} of unknown cost" if whole.unpriced else ""
    )
    return f"{amount(whole.cost)}{more}"


def _figures(day: DayFacts) -> Figures:
    used = day.spend.tokens.total if day.spend and day.spend.tokens else None
    asked = day.model is not None
    return Figures(
        day=day.day,
        announced=english.known(day.announced),
        scanned=english.known(day.scanned),
        judged=english.known(day.judged) if asked else NONE,
        selected=english.number(day.selected),
        tokens=_or_unknown(asked, None if used is None else english.number(used)),
        cost=_or_unknown(asked, _dollars(day)),
        drawn=used,
    )


def _dollars(day: DayFacts) -> str | None:
    cost: Decimal | None = day.spend.cost.total if day.spend and day.spend.cost else None
    return None if cost is None else amount(cost)


def _or_unknown(asked: bool, figure: str | None) -> str:  # noqa: FBT001  # read as one word
    return (figure or UNKNOWN) if asked else NONE
