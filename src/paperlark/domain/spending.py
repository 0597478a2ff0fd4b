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
class NotedSpend(Spend):
    """A spend whose questions are noted as under way, by these keys, until it is stored."""

    notes: tuple[str, ...] = ()


def notes_of(spend: Spend) -> tuple[str, ...]:
    """Return the keys under which the questions of a spend are noted as under way."""
    return spend.notes if isinstance(spend, NotedSpend) else ()


def noted(spend: Spend, notes: tuple[str, ...]) -> Spend:
    """Return the spend with the notes that end when it is stored."""
    if not notes:
        return spend
    return NotedSpend(spend.tokens, spend.cost, spend.requests, spend.most, notes)


@dataclass(frozen=True, slots=True)
class UnderWay:
    """Questions that were sent and whose answers are not stored: they may have been billed.

    `tokens` are an upper bound, None where unknown; `most` is one of the cost in US dollars, None
    where it is unknown for any of them.
    """

    questions: int
    tokens: Tokens | None
    most: Decimal | None


@dataclass(frozen=True, slots=True)
class Outstanding:
    """What is under way to one model for one reader; `batch` is at a batch service.

    `title` is that of the reader's page, empty where it is unknown.
    """

    model: str
    profile: str
    under_way: UnderWay
    batch: bool = False
    title: str = ""

    @property
    def name(self) -> str:
        """The title of the reader's page, where it is known."""
        return self.title or self.profile


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


def dollars_text(amount: Decimal) -> str:
    """Return US dollars with cents, and as many more places as there are."""
    places = max(2, -int(amount.normalize().as_tuple().exponent))
    return f"${amount:,.{places}f}"


def total(spends: Iterable[Spend]) -> Spend:
    """Add up; one unknown part makes the sum unknown, as a partial sum would look complete."""
    spends = tuple(spends)
    bounds = [spend.bound for spend in spends]
    known = [bound for bound in bounds if bound is not None]
    tokens = [spend.tokens for spend in spends if spend.tokens is not None]
    costs = [spend.cost for spend in spends if spend.cost is not None]
    added = Spend(
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
    return noted(added, tuple(note for spend in spends for note in notes_of(spend)))


def all_under_way(questions: Iterable[UnderWay]) -> UnderWay | None:
    """Add up what is under way; None where nothing is. One unknown part makes a sum unknown."""
    every = tuple(questions)
    if not every:
        return None
    tokens = [one.tokens for one in every if one.tokens is not None]
    known = [one.most for one in every if one.most is not None]
    return UnderWay(
        sum(one.questions for one in every),
        Tokens(sum(t.prompt for t in tokens), sum(t.completion for t in tokens))
        if len(tokens) == len(every)
        else None,
        sum(known, Decimal(0)) if len(known) == len(every) else None,
    )
