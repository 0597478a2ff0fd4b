"""A reader's budget, kept over all days of a run and over all runs of a month."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal

from paperlark.domain.errors import PriceUnknown
from paperlark.domain.spending import NO_BOUND, Budget, Expense, Period, PriceSource
from paperlark.llm.budget import BudgetLedger
from paperlark.settings import ModelSettings, Settings
from paperlark.settings.environment import Environment
from paperlark.store.database import check_not_set_aside, open_database
from paperlark.store.spending import SpendingStore


def this_month(now: datetime) -> date:
    """Give the first day of the month that it is in UTC."""
    return now.astimezone(UTC).date().replace(day=1)


def price_source(model: ModelSettings, now: datetime) -> PriceSource | None:
    """Say who says what the model costs; None where nobody does."""
    from paperlark.llm import prices  # noqa: PLC0415  # only a page with a model needs it

    return prices.source(model.model, model.base_url, now, own=model.prices)


def check_price(model: ModelSettings, now: datetime) -> None:
    """Raise PriceUnknown where there is a budget that nobody could keep to."""
    if model.budget.bounded and price_source(model, now) is None:
        raise PriceUnknown(
            f"nobody knows what {model.model} at {model.base_url} costs, so [budget] cannot be"
            " kept to",
            hint="say what it costs in [judge.prices] (0 for a server of your own), or leave"
            " [budget] out",
        )


def turner(
    ledger: BudgetLedger, profile: str, store: SpendingStore, environment: Environment
) -> Callable[[date], None]:
    """Give what turns the purse to the page of a day, with all that was spent before."""

    def turn(day: date) -> None:
        month = this_month(environment.now())
        ledger.begin(
            month,
            on_page=store.on_page(profile, day),
            in_month=store.in_month(month),
        )

    return turn


@dataclass(frozen=True, slots=True)
class SpendingReport:
    """Expenses, latest first, and how this month stands: `month` is its first day.

    `model` is the one that the profile names, None where it names none; `source` is None where
    nobody knows its price.
    """

    expenses: tuple[Expense, ...]
    month: date
    in_month: Decimal
    budget: Budget
    model: str | None
    source: PriceSource | None


def read_spending(
    settings: Settings, environment: Environment, by: Period, month: date | None
) -> SpendingReport:
    """Read what was spent in the month of that first day, or ever where it is None.

    Where there is no database none is made. Raises StoreError.
    """
    now, model = environment.now(), settings.model
    this = this_month(now)
    with _store(settings) as store:
        return SpendingReport(
            expenses=store.expenses(by, month) if store else (),
            month=this,
            in_month=store.in_month(this) if store else Decimal(0),
            budget=model.budget if model else NO_BOUND,
            model=model.model if model else None,
            source=price_source(model, now) if model else None,
        )


@contextmanager
def _store(settings: Settings) -> Iterator[SpendingStore | None]:
    path = settings.database
    if not path.exists():
        check_not_set_aside(path)
        yield None
        return
    with open_database(path) as connection:
        yield SpendingStore(connection, path)
