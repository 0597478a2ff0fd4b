"""What models may cost in a month for one reader, for their group and for all readers. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from paperlark.domain.errors import BudgetSpent
from paperlark.domain.spending import dollars_text


class QuotaScope(StrEnum):
    """Whose calls a quota limits."""

    ALL = "all"
    GROUP = "group"
    READER = "reader"


_WHOSE = {
    QuotaScope.READER: "your own monthly budget",
    QuotaScope.GROUP: "the monthly budget of your group",
    QuotaScope.ALL: "the monthly budget of all readers together",
}


@dataclass(frozen=True, slots=True)
class Quota:
    """US dollars that a calendar month (UTC) may cost within a scope, and that it has cost."""

    scope: QuotaScope
    limit: Decimal
    spent: Decimal

    def allows(self, amount: Decimal | None) -> bool:
        """Return whether a call of at most so much fits; None, an unknown cost, never does."""
        return amount is not None and self.spent + amount <= self.limit

    def refusal(self) -> BudgetSpent:
        """Return the error of a call that does not fit."""
        rest = " (the rest is too little for another question)" if self.spent < self.limit else ""
        return BudgetSpent(
            f"{_WHOSE[self.scope]} of {dollars_text(self.limit)} is used up{rest}",
            hint="whoever administers this server can allow more",
        )
