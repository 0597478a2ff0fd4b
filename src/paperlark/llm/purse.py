"""What may still be spent: taken before a question is put, settled by what it then cost.

Whoever comes first is served first, so that the best matches are asked about before the others.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from threading import Condition

from paperlark.domain.errors import BudgetSpent
from paperlark.domain.spending import NO_BOUND, Budget

_NOTHING = Decimal(0)


@dataclass(slots=True)
class _Account:
    """US dollars that are spent, and those that questions under way may yet cost."""

    name: str
    bound: Decimal | None = None
    spent: Decimal = _NOTHING
    held: Decimal = _NOTHING

    def fits(self, amount: Decimal) -> bool:
        return self.bound is None or self.spent + self.held + amount <= self.bound

    def never_fits(self, amount: Decimal) -> bool:
        return self.bound is not None and self.spent + amount > self.bound


@dataclass(slots=True)
class Hold:
    """What a question that was put may cost at most; without a settlement that is spent."""

    amount: Decimal
    _accounts: tuple[_Account, ...] = field(repr=False)
    _cost: Decimal | None = None

    def settle(self, cost: Decimal) -> None:
        """Say what it did cost, 0 where it is certain that it cost nothing."""
        self._cost = cost

    def _take(self) -> None:
        for account in self._accounts:
            account.held += self.amount

    def _close(self) -> None:
        for account in self._accounts:
            account.held -= self.amount
            account.spent += self.amount if self._cost is None else self._cost


class Purse:
    """Keeps to a budget, however many threads spend; a run has one for all of its days."""

    def __init__(self, budget: Budget = NO_BOUND) -> None:
        self._budget = budget
        self._run = _Account("run", budget.run)
        self._day = _Account("day", budget.day)
        self._month = _Account("month", budget.month)
        self._begun: date | None = None
        self._changed = Condition()
        self._waiting: deque[object] = deque()

    def begin(self, month: date, *, on_page: Decimal, in_month: Decimal) -> None:
        """Turn to another page.

        `on_page` are the US dollars that this page has cost before, `in_month` those that all
        pages have since that first day of a month; a month that was begun is known better here,
        where also what nobody stored was counted.
        """
        with self._changed:
            self._day = _Account("day", self._budget.day, on_page)
            if month != self._begun:
                self._begun = month
                self._month = _Account("month", self._budget.month, in_month)

    def left(self) -> Mapping[str, tuple[Decimal, Decimal]]:
        """Give what is left of what, for every bound: `{"month": (left, bound)}`."""
        with self._changed:
            return {
                one.name: (max(_NOTHING, one.bound - one.spent - one.held), one.bound)
                for one in self._accounts()
                if one.bound is not None
            }

    @contextmanager
    def holding(self, amount: Decimal) -> Iterator[Hold]:
        """Hold so much while a question is under way, waiting for others that may leave enough.

        Raises BudgetSpent where it does not fit even when all others are settled.
        """
        hold = self._take(amount)
        try:
            yield hold
        finally:
            with self._changed:
                hold._close()  # noqa: SLF001  # its other half, under this lock
                self._changed.notify_all()

    def _take(self, amount: Decimal) -> Hold:
        ticket = object()
        with self._changed:
            self._waiting.append(ticket)
            try:
                self._changed.wait_for(lambda: self._is_decided(ticket, amount))
                accounts = self._accounts()
                for account in accounts:
                    if account.never_fits(amount):
                        raise _spent(account)
                hold = Hold(amount, accounts)
                hold._take()  # noqa: SLF001  # likewise
                return hold
            finally:
                self._waiting.remove(ticket)
                self._changed.notify_all()

    def _is_decided(self, ticket: object, amount: Decimal) -> bool:
        """Tell whether it is this one's turn, and it fits or never will."""
        if self._waiting[0] is not ticket:
            return False
        accounts = self._accounts()
        return all(one.fits(amount) for one in accounts) or any(
            one.never_fits(amount) for one in accounts
        )

    def _accounts(self) -> tuple[_Account, ...]:
        return (self._run, self._day, self._month)


def _spent(account: _Account) -> BudgetSpent:
    """Say which bound was reached; how little is left differs from question to question."""
    bound = account.bound or _NOTHING
    but = " but for too little to ask with" if account.spent < bound else ""
    return BudgetSpent(
        f"the {account.name}'s {_dollars(bound)} is spent{but}",
        mend=f"allow more with `{account.name}` in [budget]",
    )


def _dollars(amount: Decimal) -> str:
    """Write cents, and as many more places as there are."""
    places = max(2, -int(amount.normalize().as_tuple().exponent))
    return f"${amount:,.{places}f}"
