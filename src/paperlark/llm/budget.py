"""The budget ledger: worst-case reservations before a call, settled by what the call cost."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from threading import Condition

from paperlark.domain.errors import BudgetSpent
from paperlark.domain.quotas import Quota
from paperlark.domain.spending import NO_BOUND, Budget, dollars_text

_log = logging.getLogger(__name__)
_ZERO = Decimal(0)
_WHOSE = {"run": "this run's", "day": "today's", "month": "this month's"}


@dataclass(slots=True)
class _Account:
    """US dollars spent, and those reserved for calls in flight; `limit` None is unlimited.

    `quota` is the one of a reader account that the limit is.
    """

    name: str
    limit: Decimal | None = None
    spent: Decimal = _ZERO
    reserved: Decimal = _ZERO
    quota: Quota | None = None

    def fits(self, amount: Decimal) -> bool:
        return self.limit is None or self.spent + self.reserved + amount <= self.limit

    def never_fits(self, amount: Decimal) -> bool:
        return self.limit is not None and self.spent + amount > self.limit


@dataclass(slots=True)
class Reservation:
    """The worst-case cost of a call, in US dollars; all of it is spent unless settled."""

    amount: Decimal
    _accounts: tuple[_Account, ...] = field(repr=False)
    _cost: Decimal | None = None

    def settle(self, cost: Decimal) -> None:
        """Set the actual cost; 0 only where it is certain that the call cost nothing."""
        self._cost = cost

    def _open(self) -> None:
        for account in self._accounts:
            account.reserved += self.amount

    def _close(self) -> None:
        for account in self._accounts:
            account.reserved -= self.amount
            account.spent += self.amount if self._cost is None else self._cost


class BudgetLedger:
    """Enforces a budget for any number of threads; a run has one for all its days."""

    def __init__(self, budget: Budget = NO_BOUND) -> None:
        self._budget = budget
        self._run = _Account("run", budget.run)
        self._day = _Account("day", budget.day)
        self._month = _Account("month", budget.month)
        self._quotas: tuple[_Account, ...] = ()
        self._begun: date | None = None
        self._changed = Condition()
        self._queue: deque[object] = deque()

    @property
    def bounded(self) -> bool:
        """Whether anything limits what is spent."""
        return self._budget.bounded or bool(self._quotas)

    def begin(self, month: date, on_page: Decimal, in_month: Decimal) -> None:
        """Begin another page.

        `on_page` are the US dollars that this page cost before, `in_month` those of all pages
        since `month`, its first day. A month already begun keeps this ledger's own sum, which
        includes spending that was never stored.
        """
        with self._changed:
            self._day = _Account("day", self._budget.day, on_page)
            if month != self._begun:
                self._begun = month
                self._month = _Account("month", self._budget.month, in_month)

    def limit(self, quotas: Sequence[Quota]) -> None:
        """Limit what is spent from now on by these quotas alone, as far as they are used up.

        Other processes spend of them as well: whoever notes a call in the database decides.
        """
        with self._changed:
            self._quotas = tuple(
                _Account(one.scope, one.limit, one.spent, quota=one) for one in quotas
            )

    def left(self) -> Mapping[str, tuple[Decimal, Decimal]]:
        """Return what is left of each limited budget: `{"month": (left, limit)}`."""
        with self._changed:
            return {
                one.name: (max(_ZERO, one.limit - one.spent - one.reserved), one.limit)
                for one in self._accounts()
                if one.limit is not None
            }

    @contextmanager
    def reserve(self, amount: Decimal) -> Iterator[Reservation]:
        """Reserve US dollars while a call is in flight, waiting for others that may leave enough.

        Raises BudgetSpent where it does not fit even when all others are settled.
        """
        reservation = self._reserve(amount)
        try:
            yield reservation
        finally:
            with self._changed:
                reservation._close()  # noqa: SLF001  # its other half, under this lock
                self._changed.notify_all()

    def refusal(self, amount: Decimal) -> BudgetSpent | None:
        """Return the error that reserving so much would raise, None where it fits."""
        try:
            with self.reserve(amount) as reservation:
                reservation.settle(_ZERO)
        except BudgetSpent as error:
            return error
        return None

    def _reserve(self, amount: Decimal) -> Reservation:
        ticket = object()
        with self._changed:
            self._queue.append(ticket)
            try:
                self._changed.wait_for(lambda: self._is_decided(ticket, amount))
                accounts = self._accounts()
                for account in accounts:
                    if account.never_fits(amount):
                        raise _refusal(account, amount)
                reservation = Reservation(amount, accounts)
                reservation._open()  # noqa: SLF001  # likewise
                return reservation
            finally:
                self._queue.remove(ticket)
                self._changed.notify_all()

    def _is_decided(self, ticket: object, amount: Decimal) -> bool:
        """Return whether this ticket is first in the queue, and fits or never will."""
        if self._queue[0] is not ticket:
            return False
        accounts = self._accounts()
        return all(one.fits(amount) for one in accounts) or any(
            one.never_fits(amount) for one in accounts
        )

    def _accounts(self) -> tuple[_Account, ...]:
        return (self._run, self._day, self._month, *self._quotas)


def _refusal(account: _Account, amount: Decimal) -> BudgetSpent:
    """Return the error that names the budget; how little is left differs from call to call."""
    limit = account.limit or _ZERO
    message = "the budget refused a call of up to $%.4f: $%.4f of $%s for the %s is spent"
    _log.info(message, amount, account.spent, limit, account.name)
    if account.quota is not None:
        return replace(account.quota, spent=account.spent).refusal()
    rest = " (the rest is too little for another question)" if account.spent < limit else ""
    return BudgetSpent(
        f"{_WHOSE[account.name]} budget of {dollars_text(limit)} is used up{rest}",
        hint=f"allow more with `{account.name}` in [budget]",
    )
