"""What was used and what it cost. Unknown is None, never 0."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal


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
    """Tokens and cost of the same requests; None is what nobody told us."""

    tokens: Tokens | None
    cost: Cost | None
    requests: int = 1


@dataclass(frozen=True, slots=True)
class Prices:
    """US dollars per million tokens; `cached` None is the price of any other prompt token."""

    prompt: Decimal
    completion: Decimal
    cached: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Budget:
    """US dollars that a run, a day's page and a calendar month may cost; None is no bound."""

    run: Decimal | None = None
    day: Decimal | None = None
    month: Decimal | None = None


NO_BOUND = Budget()
"""Whatever it costs."""


def total(spends: Iterable[Spend]) -> Spend:
    """Add up. One unknown part makes the whole sum unknown: a partial sum would read as whole."""
    spends = tuple(spends)
    tokens = [spend.tokens for spend in spends if spend.tokens is not None]
    costs = [spend.cost for spend in spends if spend.cost is not None]
    return Spend(
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
    )
