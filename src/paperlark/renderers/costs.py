"""The report of spending: cost by period, and the source of prices, as text and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import Any

from paperlark.domain import plain_text
from paperlark.domain.spending import (
    Budget,
    Expense,
    Outstanding,
    Period,
    PriceSource,
    Spend,
    Tokens,
    all_under_way,
)
from paperlark.renderers import english, typeset
from paperlark.renderers.english import UNKNOWN, amount
from paperlark.renderers.json import cost_record, token_record, under_way_record
from paperlark.renderers.wording import KILLED, tokens_per, under_way_text, usage_per_paper


def so_far(spend: Spend) -> str:
    """Return what was spent: dollars where known, else tokens, else nothing."""
    if spend.cost is not None:
        return amount(spend.cost.total)
    return f"{spend.tokens.total:,} tokens" if spend.tokens else ""


def source_text(prices: PriceSource) -> str:
    """Return `genai-prices 0.2.3, checked on 2026-10-14` and, on a second line, its URL."""
    checked = f", checked on {prices.checked}" if prices.checked else ""
    url = f"\n  {prices.url}" if prices.url else ""
    return f"{prices.name}{checked}{url}"


_BAR = 24
"""Width in characters of the bar of the most expensive period."""
_EIGHTHS = " ▏▎▍▌▋▊▉"


def spending_lines(expenses: Sequence[Expense], by: Period) -> Iterator[str]:
    """Return a block per period: its cost, then a paragraph per model and profile."""
    highest = max((_total(group) for _, group in _periods(expenses)), default=Decimal(0))
    for period, group in _periods(expenses):
        cost = _total(group)
        yield f"{_period_name(period, by)}  {_cost(group):>10}  {_bar(cost, highest)}".rstrip()
        for one in group:
            yield from _expense(one)
        yield ""


def total_line(expenses: Sequence[Expense], outstanding: Sequence[Outstanding] = ()) -> str:
    """Return the total cost, how many requests have no known price, and what is under way."""
    unpriced = sum(one.unpriced for one in expenses)
    requests = sum(one.requests for one in expenses)
    left = all_under_way(one.under_way for one in outstanding)
    more = f", plus {under_way_text(left, 'under way')}" if left else ""
    if requests and unpriced == requests:
        return f"total: {UNKNOWN}{more}"
    unknown = f", plus {_part(unpriced, requests)} with no known price" if unpriced else ""
    return f"total: {amount(_total(expenses))}{unknown}{more}"


def outstanding_lines(outstanding: Sequence[Outstanding], *, is_at_work: bool) -> Iterator[str]:
    """Return a line for what is under way to each model for each reader, with the most it costs.

    `is_at_work` is whether a run may be asking now.
    """
    for one in outstanding:
        if one.batch:
            what = under_way_text(one.under_way, "in a batch that is not answered yet")
        elif is_at_work:
            what = under_way_text(one.under_way, "under way in a run at work, or killed")
        else:
            what = under_way_text(one.under_way, KILLED)
        yield f"{plain_text.one_line(one.model)} for {typeset.plain(one.name)}: {what}"


def month_line(month: date, spent: Decimal, budget: Budget) -> str | None:
    """Return how much of the budget of the month is used; None without a monthly budget."""
    if budget.month is None:
        return None
    return (
        f"this month ({month:%Y-%m}, UTC): {amount(spent)} of {amount(budget.month)} spent or"
        " reserved for requests that may still be billed"
    )


def source_line(model: str, prices: PriceSource | None) -> str:
    """Return the source and date of the price of a model."""
    if prices is None:
        return f"prices: no price known for {plain_text.one_line(model)}; set it in [judge.prices]"
    return f"prices of {plain_text.one_line(model)}: {source_text(prices)}"


def outstanding_document(outstanding: Sequence[Outstanding]) -> list[dict[str, Any]]:
    """Return what is under way as JSON values; null is unknown."""
    return [
        {"model": one.model, "profile": one.name, "batch": one.batch}
        | under_way_record(one.under_way)
        for one in outstanding
    ]


def spending_document(expenses: Sequence[Expense]) -> list[dict[str, Any]]:
    """Return the report as JSON values; money is decimal text, None is unknown."""
    return [_record(one) for one in expenses]


def _periods(expenses: Sequence[Expense]) -> Iterator[tuple[date, Sequence[Expense]]]:
    return ((period, tuple(group)) for period, group in groupby(expenses, lambda one: one.period))


def _period_name(period: date, by: Period) -> str:
    return f"{period:%Y-%m}" if by is Period.MONTH else f"{period}"


def _total(expenses: Sequence[Expense]) -> Decimal:
    return sum((one.cost.total for one in expenses), Decimal(0))


def _cost(expenses: Sequence[Expense]) -> str:
    """Return the known cost; a plus sign marks requests without a known price."""
    unpriced = sum(one.unpriced for one in expenses)
    if unpriced and unpriced == sum(one.requests for one in expenses):
        return UNKNOWN
    return f"{amount(_total(expenses))}{'+' if unpriced else ''}"


def _bar(cost: Decimal, highest: Decimal) -> str:
    eighths = int(cost / highest * _BAR * 8) if highest else 0
    whole, rest = divmod(eighths, 8)
    return ("█" * whole + _EIGHTHS[rest]).rstrip()


def _expense(one: Expense) -> Iterator[str]:
    name = f"{plain_text.one_line(one.model)} for {typeset.plain(one.name)}"
    yield f"  {name}: {_cost([one])}"
    yield (
        f"    {english.counted(one.judged, 'paper')} judged, {english.number(one.selected)} of"
        f" them selected; {english.counted(one.requests, 'request')}"
    )
    if one.without_usage < one.requests:
        yield f"    {_tokens(one.tokens)}"
    per_paper = usage_per_paper(one.tokens, one.judged, one.selected)
    if per_paper:
        yield f"    {per_paper}"
    if one.without_usage:
        yield f"    no token usage reported: {_part(one.without_usage, one.requests)}"
    if one.unpriced:
        most = "" if one.most is None else f", at most {amount(one.most)}"
        yield f"    no known price: {_part(one.unpriced, one.requests)}{most}"


def _part(count: int, requests: int) -> str:
    return f"{english.number(count)} of {english.counted(requests, 'request')}"


def _tokens(tokens: Tokens) -> str:
    cached = f" ({english.number(tokens.cached)} cached)" if tokens.cached else ""
    return (
        f"{english.number(tokens.prompt)} prompt tokens{cached},"
        f" {english.number(tokens.completion)} completion tokens"
    )


def _record(one: Expense) -> dict[str, Any]:
    return {
        "period": one.period,
        "model": one.model,
        "profile": one.name,
        "judged": one.judged,
        "selected": one.selected,
        "requests": one.requests,
        "tokens": token_record(one.tokens),
        "requests_without_usage": one.without_usage,
        "cost_usd": None if one.unpriced == one.requests else cost_record(one.cost),
        "requests_without_price": one.unpriced,
        "at_most_usd_more": None if one.most is None else f"{one.most:f}",
        "tokens_per_judged": tokens_per(one.tokens, one.judged),
        "tokens_per_selected": tokens_per(one.tokens, one.selected),
    }
