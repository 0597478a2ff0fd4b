"""Report what was spent, with the budget it counts against and the source of the prices."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from paperlark.day.unread import POOLED_DAYS, achieved_recall
from paperlark.domain.exploration import AchievedRecall
from paperlark.domain.spending import (
    NO_BOUND,
    Budget,
    Expense,
    Outstanding,
    Period,
    PriceSource,
    this_month,
)
from paperlark.settings import Settings
from paperlark.settings.environment import Environment
from paperlark.settings.identity import known
from paperlark.store.connection import DatabaseConnection
from paperlark.store.database import check_not_gone, exists
from paperlark.store.digests import DigestStore
from paperlark.store.lock import may_be_at_work
from paperlark.store.readers import ReaderStore
from paperlark.store.reading import open_existing
from paperlark.store.spending import SpendingStore


@dataclass(frozen=True, slots=True)
class SpendingReport:
    """Expenses, latest first, and what was spent `in_month`, the one that begins on `month`.

    `model` is the profile's, None where it has none; `source` says who states its price, None
    where no price is known. `outstanding` is what was sent and has no stored answer: of a run that
    was killed, of a batch, or, where one `is_at_work`, of a run that may still store it. `recall`
    is what this profile's latest days achieved, None where no estimate is possible.
    """

    expenses: tuple[Expense, ...]
    month: date
    in_month: Decimal
    budget: Budget
    model: str | None
    source: PriceSource | None
    outstanding: tuple[Outstanding, ...] = ()
    is_at_work: bool = False
    recall: AchievedRecall | None = None


def read_spending(
    settings: Settings, environment: Environment, by: Period, month: date | None
) -> SpendingReport:
    """Read what was spent in the month with this first day, or in all months if None.

    No database is made where there is none. Raises StoreError.
    """
    now, model = environment.now(), settings.model
    current = this_month(now)
    with _opened(settings) as connection:
        store = SpendingStore(connection, settings.database) if connection else None
        return SpendingReport(
            expenses=store.expenses(by, month) if store else (),
            month=current,
            in_month=store.in_month(current) if store else Decimal(0),
            budget=model.budget if model else NO_BOUND,
            model=model.model if model else None,
            source=model.price_source(now) if model else None,
            outstanding=store.outstanding(month) if store else (),
            is_at_work=may_be_at_work(settings.database, settings.profile.id),
            recall=_recall(settings, connection) if connection else None,
        )


def _recall(settings: Settings, connection: DatabaseConnection) -> AchievedRecall | None:
    profile = known(settings, ReaderStore(connection, settings.database)).profile
    archive = DigestStore(connection, settings.database)
    outcomes = archive.outcomes(profile.id, date.max, POOLED_DAYS, profile.cutoffs)
    return achieved_recall(outcomes, archive.explored(profile.id, date.max, POOLED_DAYS))


@contextmanager
def _opened(settings: Settings) -> Iterator[DatabaseConnection | None]:
    path = settings.database
    if not exists(path):
        check_not_gone(path, settings.output)
        yield None
        return
    with open_existing(path, settings.profile.title, settings.output) as connection:
        yield connection
