"""What tokens went into, and where their price is from, in words."""

from __future__ import annotations

from paperlark.domain.digest import Digest, Status
from paperlark.domain.spending import PriceSource, Spend, Tokens
from paperlark.renderers.money import amount


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


def per_paper(tokens: Tokens | None, judged: int | None, selected: int) -> str | None:
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
