"""Usage and cost of model calls, prices and budgets. Unknown is None, never 0."""

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
    """Tokens and cost of the same requests; None where unknown.

    `most` is an upper bound of the cost in US dollars, where only that is known.
    """

    tokens: Tokens | None
    cost: Cost | None
    requests: int = 1
    most: Decimal | None = None

    @property
    def bound(self) -> Decimal | None:
        """An upper bound of the cost in US dollars; None where unknown."""
        return self.most if self.cost is None else self.cost.total


@dataclass(frozen=True, slots=True)
class Prices:
    """US dollars per million tokens; with `cached` None they cost as other prompt tokens."""

    prompt: Decimal
    completion: Decimal
    cached: Decimal | None = None


@dataclass(frozen=True, slots=True)
class PriceSource:
    """The source of a price: its name, its address, and when it was last checked.

    `url` is None for prices that the reader gave, `checked` also where the list does not say.
    """

    name: str
    url: str | None = None
    checked: date | None = None


@dataclass(frozen=True, slots=True)
class Budget:
    """US dollars that a run, a day's page and a calendar month may cost; None is no limit.

    A month is one of UTC, all pages of the database together.
    """

    run: Decimal | None = None
    day: Decimal | None = None
    month: Decimal | None = None

    @property
    def bounded(self) -> bool:
        """Whether there is any limit."""
        return (self.run, self.day, self.month) != (None, None, None)


NO_BOUND = Budget()
"""No limit."""


class Period(StrEnum):
    """What expenses are grouped by."""

    MONTH = "month"
    """The calendar month (UTC) in which they were paid."""
    DAY = "day"
    """The announcement day of the page."""


@dataclass(frozen=True, slots=True)
class Expense:
    """What one model cost for the reader `profile`, by id, in a month, or for the page of a day.

    `period` is that day, or the first day of that month. `judged` are papers, and `selected`
    those of them on the page. Sums are of what is known: `without_usage` requests reported no
    tokens, the cost of `unpriced` ones is unknown, and `most` is an upper bound of what these
    cost, None where that is unknown too.
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
    title: str = ""

    @property
    def name(self) -> str:
        """The title of the reader's page, where it is known."""
        return self.title or self.profile


def this_month(now: datetime) -> date:
    """Return the first day of the calendar month in UTC, which budgets count by."""
    return now.astimezone(UTC).date().replace(day=1)


def total(spends: Iterable[Spend]) -> Spend:
    """Add up; one unknown part makes the sum unknown, as a partial sum would look complete."""
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
