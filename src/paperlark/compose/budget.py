"""A reader's budget, kept over all days of a run and over all runs of a month."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime

from paperlark.compose.world import World
from paperlark.domain.errors import PriceUnknown
from paperlark.domain.spending import PriceSource
from paperlark.llm.purse import Purse
from paperlark.settings import ModelSettings
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
            mend="say what it costs in [judge.prices] (0 for a server of your own), or leave"
            " [budget] out",
        )


def turner(
    purse: Purse, profile: str, store: SpendingStore, world: World
) -> Callable[[date], None]:
    """Give what turns the purse to the page of a day, with all that was spent before."""

    def turn(day: date) -> None:
        month = this_month(world.now())
        purse.begin(
            month,
            on_page=store.on_page(profile, day),
            in_month=store.in_month(month),
        )

    return turn
