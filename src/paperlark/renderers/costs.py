"""What tokens went into, and where their price is from, in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import Any

from paperlark.domain import plain_text
from paperlark.domain.spending import Budget, Cost, Expense, Period, PriceSource, Spend, Tokens
from paperlark.renderers import english, typeset
from paperlark.renderers.english import UNKNOWN, amount
from paperlark.renderers.wording import tokens_per, usage_per_paper


def so_far(spend: Spend) -> str:
    """Say in short what was spent: dollars where they are known, else tokens, else nothing."""
    if spend.cost is not None:
        return amount(spend.cost.total)
    return f"{spend.tokens.total:,} tokens" if spend.tokens else ""


def source(said: PriceSource) -> str:
    """`genai-prices 0.2.3, checked on 2026-10-14`, and in a line of its own where they are from."""
    checked = f", checked on {said.checked}" if said.checked else ""
    url = f"\n  {said.url}" if said.url else ""
    return f"{said.name}{checked}{url}"


_BAR = 24
"""Characters of the dearest period's bar."""
_EIGHTHS = " ▏▎▍▌▋▊▉"


def spending_lines(expenses: Sequence[Expense], by: Period) -> Iterator[str]:
    """Give a block a period: its cost, then a paragraph a model and reader."""
    dearest = max((_total(group) for _, group in _periods(expenses)), default=Decimal(0))
    for period, group in _periods(expenses):
        cost = _total(group)
        yield f"{_named(period, by)}  {_cost(group):>10}  {_bar(cost, dearest)}".rstrip()
        for one in group:
            yield from _expense(one)
        yield ""


def total_line(expenses: Sequence[Expense]) -> str:
    """Add it all up, and say how much of it nobody knows."""
    unpriced = sum(one.unpriced for one in expenses)
    requests = sum(one.requests for one in expenses)
    if unpriced == requests:
        return f"total: {UNKNOWN}"
    besides = f", plus {_some(unpriced, requests)} with no known price" if unpriced else ""
    return f"total: {amount(_total(expenses))}{besides}"


def month_line(month: date, spent: Decimal, budget: Budget) -> str | None:
    """Say how much of the month's budget is gone; None where there is none."""
    if budget.month is None:
        return None
    return (
        f"this month ({month:%Y-%m}, UTC): {amount(spent)} of {amount(budget.month)} spent or"
        " reserved for requests that may still be billed"
    )


def source_line(model: str, prices: PriceSource | None) -> str:
    """Say where a model's price is from, and of when."""
    if prices is None:
        return f"prices: no price known for {plain_text.one_line(model)}; set it in [judge.prices]"
    return f"prices of {plain_text.one_line(model)}: {source(prices)}"


def spending_document(expenses: Sequence[Expense]) -> list[dict[str, Any]]:
    """Give the same for programs; money is decimal text, None what is not known."""
    return [_record(one) for one in expenses]


def _periods(expenses: Sequence[Expense]) -> Iterator[tuple[date, Sequence[Expense]]]:
    return ((period, tuple(group)) for period, group in groupby(expenses, lambda one: one.period))


def _named(period: date, by: Period) -> str:
    return f"{period:%Y-%m}" if by is Period.MONTH else f"{period}"


def _total(expenses: Sequence[Expense]) -> Decimal:
    return sum((one.cost.total for one in expenses), Decimal(0))


def _cost(expenses: Sequence[Expense]) -> str:
    """Print what is known of the cost; a plus stands for what is not."""
    unpriced = sum(one.unpriced for one in expenses)
    if unpriced and unpriced == sum(one.requests for one in expenses):
        return UNKNOWN
    return f"{amount(_total(expenses))}{'+' if unpriced else ''}"


def _bar(cost: Decimal, dearest: Decimal) -> str:
    eighths = int(cost / dearest * _BAR * 8) if dearest else 0
    whole, rest = divmod(eighths, 8)
    return ("█" * whole + _EIGHTHS[rest]).rstrip()


def _expense(one: Expense) -> Iterator[str]:
    name = f"{plain_text.one_line(one.model)} for {typeset.plain(one.profile)}"
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
        yield f"    no token usage reported: {_some(one.without_usage, one.requests)}"
    if one.unpriced:
        most = "" if one.most is None else f", at most {amount(one.most)}"
        yield f"    no known price: {_some(one.unpriced, one.requests)}{most}"


def _some(count: int, requests: int) -> str:
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
        "profile": one.profile,
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


def source_record(source: PriceSource | None) -> Mapping[str, object] | None:
    """Give where a price is from for programs, None where nobody knows one."""
    if source is None:
        return None
    return {"source": source.name, "url": source.url, "checked": source.checked}


def token_record(tokens: Tokens) -> Mapping[str, int]:
    """Give tokens for programs."""
    return {
        "prompt": tokens.prompt,
        "cached": tokens.cached,
        "completion": tokens.completion,
        "total": tokens.total,
    }


def cost_record(cost: Cost | None) -> Mapping[str, str] | None:
    """Give a cost for programs, None where it is not known."""
    if cost is None:
        return None
    return {
        "prompt": f"{cost.prompt:f}",
        "completion": f"{cost.completion:f}",
        "total": f"{cost.total:f}",
    }
