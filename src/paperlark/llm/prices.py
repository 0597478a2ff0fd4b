"""Prices and context windows of models, from the public list of the genai-prices project.

The reader's own prices take precedence. An unknown price is None, never 0. A batch service charges
what the list says, and half the ordinary price where the list says nothing.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache, partial
from typing import TYPE_CHECKING

from paperlark.domain.spending import Cost, Prices, PriceSource, Tokens

if TYPE_CHECKING:
    from genai_prices.types import PriceCalculation, Provider

_MILLION = 1_000_000
_BATCH = {"processing": "batch"}
_BATCH_SHARE = Decimal("0.5")
_OWN = PriceSource("your own prices, [judge.prices]")
_LONGEST_CALL, _LONGEST_BATCH = timedelta(hours=1), timedelta(days=2)
"""A call is billed up to so much later than it was sent."""
_CHECKED = re.compile(
    r"\b(?:checked|verified)\b(?:[^.;]|\.(?!\s)){0,200}?\b(20\d\d)-(\d\d)-(\d\d)\b", re.IGNORECASE
)
# These models are only hosted: an unknown address that serves them is a gateway.
_ONLY_HOSTED = re.compile(r"(?:.*/)?(?:gpt-\d|chatgpt-|o\d|claude-|gemini-)", re.IGNORECASE)


def cost(  # all but the first four have defaults
    model: str,
    base_url: str | None,
    tokens: Tokens,
    at: datetime,
    *,
    cache_written: int = 0,
    own: Prices | None = None,
    batch: bool = False,
) -> Cost | None:
    """Return the cost in US dollars of tokens used at that moment; None without a known price.

    With a `base_url` the price is that of the provider behind it: a well-known model served from
    an unknown address has no known price. `cache_written` are prompt tokens that the provider
    wrote to its cache, for which some charge extra. `own` prices take precedence over the list.
    """
    if own is not None:
        return _share(_own_cost(own, tokens), _BATCH_SHARE if batch else Decimal(1))
    price = _listed(model, base_url, tokens, at, cache_written=cache_written, batch=batch)
    if price is None:
        return None
    completion = Decimal(price.output_price)
    # A fee per request is neither input nor output; it is counted with the prompt.
    listed = Cost(prompt=price.total_price - completion, completion=completion)
    halved = batch and price.model_price == price.model.get_prices(at)
    return _share(listed, _BATCH_SHARE if halved else Decimal(1))


def worst_case_cost(
    model: str,
    base_url: str | None,
    tokens: Tokens,
    at: datetime,
    *,
    own: Prices | None = None,
    batch: bool = False,
) -> Decimal | None:
    """Return the most US dollars that up to so many tokens can cost; None without a known price.

    Whatever part of the prompt was cached, and whenever the answer comes: some prices differ by
    the hour.
    """
    count = tokens.prompt
    later = at + (_LONGEST_BATCH if batch else _LONGEST_CALL)
    price = partial(cost, model, base_url, own=own, batch=batch)
    costs = [
        price(replace(tokens, cached=cached), moment, cache_written=written)
        for moment in (at, later)
        # A cost is a sum over three kinds of prompt tokens: the most expensive one is the worst.
        for cached, written in ((0, 0), (count, 0), (0, count))
    ]
    known = [one.total for one in costs if one is not None]
    return max(known) if len(known) == len(costs) else None


def source(
    model: str, base_url: str | None, at: datetime, *, own: Prices | None = None
) -> PriceSource | None:
    """Return where the model's price is from; None where none is known."""
    if own is not None:
        return _OWN
    price = _listed(model, base_url, Tokens(0, 0), at)
    if price is None:
        return None
    from genai_prices import __version__  # noqa: PLC0415  # megabytes of prices

    urls = price.provider.pricing_urls or ()
    return PriceSource(
        name=f"genai-prices {__version__}",
        url=next(iter(urls), None),
        checked=_last_check(price.model.price_comments, price.provider.price_comments)
        or _last_check_of_any(),
    )


def _own_cost(own: Prices, tokens: Tokens) -> Cost:
    cached = own.prompt if own.cached is None else own.cached
    prompt = (tokens.prompt - tokens.cached) * own.prompt + tokens.cached * cached
    return Cost(prompt / _MILLION, tokens.completion * own.completion / _MILLION)


def _share(whole: Cost, share: Decimal) -> Cost:
    return whole if share == 1 else Cost(whole.prompt * share, whole.completion * share)


def context_window(model: str, base_url: str) -> int | None:
    """Return how many tokens prompt and answer may have together; None where unknown.

    A model that anyone may serve holds what its server was started with, whatever its name.
    """
    return _window(model, base_url) or (_window(model, None) if _ONLY_HOSTED.match(model) else None)


def _window(model: str, base_url: str | None) -> int | None:
    from genai_prices.data_snapshot import get_snapshot  # noqa: PLC0415  # megabytes of prices

    try:
        _, found = get_snapshot().find_provider_model(model, None, None, base_url)
    except LookupError:
        return None
    return found.context_window


def _listed(  # the arguments of `cost`
    model: str,
    base_url: str | None,
    tokens: Tokens,
    at: datetime,
    *,
    cache_written: int = 0,
    batch: bool = False,
) -> PriceCalculation | None:
    from genai_prices import Usage, calc_price  # noqa: PLC0415  # megabytes of prices

    usage = Usage(
        input_tokens=tokens.prompt,
        output_tokens=tokens.completion,
        cache_read_tokens=tokens.cached or None,
        cache_write_tokens=cache_written or None,
    )
    try:
        price = calc_price(
            usage,
            model,
            provider_api_url=base_url,
            genai_request_timestamp=at,
            price_context=_BATCH if batch else None,
        )
    except (LookupError, ValueError):  # ValueError: more tokens cached than there were
        return None
    if price.model_price.input_mtok is None or price.model_price.output_mtok is None:
        return None
    return price


def _last_check(*comments: str | None) -> date | None:
    """Return the last day on which a price was checked, according to the list's comments."""
    text = " ".join(comment for comment in comments if comment)
    found = (_day(*map(int, numbers)) for numbers in _CHECKED.findall(text))
    return max(filter(None, found), default=None)


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


@cache
def _last_check_of_any() -> date | None:
    """Return the last check in the whole list, for a model without one of its own."""
    from genai_prices.data import providers  # noqa: PLC0415  # megabytes of prices

    return max(filter(None, map(_last_check_of, providers)), default=None)


def _last_check_of(provider: Provider) -> date | None:
    comments = (model.price_comments for model in provider.models)
    return _last_check(provider.price_comments, *comments)
