"""Amounts of money in print: the parts add up, and what is unknown says so."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from paperlark.domain.spending import Cost

UNKNOWN = "unknown"


def dollars(cost: Cost | None) -> tuple[str, str, str]:
    """Print prompt, completion and total so that the printed parts add up to the printed total.

    The total and the prompt's part are rounded, the completion's part is what is left: it may be
    off by one in its last place, the sum never is.
    """
    if cost is None:
        return UNKNOWN, UNKNOWN, UNKNOWN
    step = Decimal(1).scaleb(-_places(cost))
    total = cost.total.quantize(step, ROUND_HALF_UP)
    prompt = cost.prompt.quantize(step, ROUND_HALF_UP)
    return f"${prompt:,f}", f"${total - prompt:,f}", f"${total:,f}"


def amount(value: Decimal) -> str:
    """Print one amount, to the cent or as much finer as it takes not to read as nothing."""
    return dollars(Cost(value, Decimal(0)))[2]


def _places(cost: Cost) -> int:
    """Cents from a dollar on, four places below; more where a part would read as nothing."""
    if cost.total >= 1 or not cost.total:
        return 2
    least = min(part for part in (cost.prompt, cost.completion) if part)
    return max(4, 1 - least.adjusted())
