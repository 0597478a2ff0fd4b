"""What was used and what it cost. Unknown is None, never 0."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Tokens:
    """Tokens of one or more requests; `cached` are part of `prompt`, not added to it."""

    prompt: int
    completion: int
    cached: int = 0

    @property
    def total(self) -> int:
        """Prompt and completion together."""
        return self.prompt + self.completion


@dataclass(frozen=True, slots=True)
class Cost:
    """US dollars, unrounded."""

    prompt: Decimal
    completion: Decimal

    @property
    def total(self) -> Decimal:
        """Prompt and completion together, so that the printed parts add up."""
        return self.prompt + self.completion


@dataclass(frozen=True, slots=True)
class Spend:
    """Tokens and cost of the same requests; None is what nobody told us.

    `most` is how many US dollars they cost at most, where the cost is not known and that is.
    """

    tokens: Tokens | None
    cost: Cost | None
    requests: int = 1
    most: Decimal | None = None

    @property
    def bound(self) -> Decimal | None:
        """US dollars that it cost at most; None where nobody knows."""
        return self.most if self.cost is None else self.cost.total


@dataclass(frozen=True, slots=True)
class Prices:
    """US dollars per million tokens; `cached` None is the price of any other prompt token."""

    prompt: Decimal
    completion: Decimal
    cached: Decimal | None = None


@dataclass(frozen=True, slots=True)
class PriceSource:
    """Who says what tokens cost, where they say it, and when they last checked that.

    `url` is None for prices that the reader gave, `checked` also where the list does not say.
    """

    name: str
    url: str | None = None
    checked: date | None = None


@dataclass(frozen=True, slots=True)
class Budget:
    """US dollars that a run, a day's page and a calendar month may cost; None is no bound.

    A month is one of UTC, all pages of the database together.
    """

    run: Decimal | None = None
    day: Decimal | None = None
    month: Decimal | None = None

    @property
    def bounded(self) -> bool:
        """Whether there is any bound."""
        return (self.run, self.day, self.month) != (None, None, None)


NO_BOUND = Budget()
"""Whatever it costs."""


class Period(StrEnum):
    """What expenses are put together by."""

    MONTH = "month"
    """The calendar month of UTC that they were paid in."""
    DAY = "day"
    """The announcement of whose page they are."""


@dataclass(frozen=True, slots=True)
class Expense:
    """What one model cost for one reader in a month, or for the page of a day.

    `period` is that day, or the first one of that month.
    `judged` are papers, and `selected` those of them that are on the page. What is added up is
    what is known: `untold` requests did not say what they used, the cost of `unpriced` ones is
    not known, and `most` is what these cost at most, None where that is not known either.
    """

    period: date
    model: str
    profile: str
    judged: int
    selected: int
    requests: int
    tokens: Tokens
    without_usage: int
    cost: Cost
    unpriced: int
    most: Decimal | None


def this_month(now: datetime) -> date:
    """Return the first day of the calendar month in UTC, which budgets count by."""
    return now.astimezone(UTC).date().replace(day=1)


def total(spends: Iterable[Spend]) -> Spend:
    """Add up. One unknown part makes the whole sum unknown: a partial sum would read as whole."""
    spends = tuple(spends)
    bounds = [spend.bound for spend in spends]
    known = [bound for bound in bounds if bound is not None]
    tokens = [spend.tokens for spend in spends if spend.tokens is not None]
    costs = [spend.cost for spend in spends if spend.cost is not None]
    return Spend(
        tokens=Tokens(
            sum(t.prompt for t in tokens),
            sum(t.completion for t in tokens),
            sum(t.cached for t in tokens),
        )
        if len(tokens) == len(spends)
        else None,
        cost=Cost(
            sum((c.prompt for c in costs), Decimal(0)),
            sum((c.completion for c in costs), Decimal(0)),
        )
        if len(costs) == len(spends)
        else None,
        requests=sum(spend.requests for spend in spends),
        most=sum(known, Decimal(0)) if len(costs) < len(spends) == len(known) else None,
    )
