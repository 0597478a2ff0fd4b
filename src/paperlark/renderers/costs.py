"""What tokens went into, and where their price is from, in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import Any

from paperlark.domain import plain_text
from paperlark.domain.digest import Digest, Status
from paperlark.domain.spending import Budget, Cost, Expense, Period, PriceSource, Spend, Tokens
from paperlark.renderers import english, typeset
from paperlark.renderers.english import UNKNOWN, amount


def judged_on(digest: Digest) -> int:
    """Count the papers of the page that a judge put there, or spoke of all the same."""
    return sum(entry.judgement is not None for entry in digest.entries)


def per(tokens: Tokens, papers: int | None) -> float | None:
    """Give the tokens that went into one of so many papers; None where that cannot be said."""
    return round(tokens.total / papers, 1) if papers else None


def requests(digest: Digest) -> int | None:
    """Count the requests behind a page; one that was made elsewhere does not say them."""
    counted = digest.spend.requests if digest.spend else None
    return (counted or None) if digest.status is Status.IMPORTED else counted


def tokens_per_paper(tokens: Tokens | None, judged: int | None, selected: int) -> str | None:
    """`215 tokens per judged paper, 3,010 per selected paper`; None where nothing can be said."""
    if tokens is None or not tokens.total or not judged:
        return None
    words = f"{_rounded(tokens, judged)} tokens per judged paper"
    return f"{words}, {_rounded(tokens, selected)} per selected paper" if selected else words


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


def _rounded(tokens: Tokens, papers: int) -> str:
    return f"{round(tokens.total / papers):,}"


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
        return f"in all {UNKNOWN}"
    besides = f", besides {_some(unpriced, requests)} of unknown price" if unpriced else ""
    return f"in all {amount(_total(expenses))}{besides}"


def month_line(month: date, spent: Decimal, budget: Budget) -> str | None:
    """Say how much of the month's budget is gone; None where there is none."""
    if budget.month is None:
        return None
    return (
        f"this month ({month:%Y-%m}, UTC): {amount(spent)} of {amount(budget.month)} spent, or held"
        " for what may be billed yet"
    )


def source_line(model: str, prices: PriceSource | None) -> str:
    """Say where a model's price is from, and of when."""
    if prices is None:
        return (
            f"prices: nobody knows what {plain_text.one_line(model)} costs there; say it in"
            " [judge.prices]"
        )
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
    per_paper = tokens_per_paper(one.tokens, one.judged, one.selected)
    if per_paper:
        yield f"    {per_paper}"
    if one.without_usage:
        yield f"    {_some(one.without_usage, one.requests)} did not say what they used"
    if one.unpriced:
        most = "" if one.most is None else f", {amount(one.most)} at most"
        yield f"    {_some(one.unpriced, one.requests)} of unknown price{most}"


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
        "tokens_per_judged": per(one.tokens, one.judged),
        "tokens_per_selected": per(one.tokens, one.selected),
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
