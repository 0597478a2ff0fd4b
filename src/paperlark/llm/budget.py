"""The budget: worst-case reservations before a call is sent, settled by what it cost."""

from __future__ import annotations

import json
import math
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from threading import Condition

from paperlark.domain.chat import ChatReply, Prompt
from paperlark.domain.errors import BudgetSpent, ModelError
from paperlark.domain.spending import NO_BOUND, Budget, Prices, Spend, Tokens
from paperlark.llm import prices
from paperlark.ports import ChatModel

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
class Reservation:
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


class BudgetLedger:
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
    def holding(self, amount: Decimal) -> Iterator[Reservation]:
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

    def _take(self, amount: Decimal) -> Reservation:
        ticket = object()
        with self._changed:
            self._waiting.append(ticket)
            try:
                self._changed.wait_for(lambda: self._is_decided(ticket, amount))
                accounts = self._accounts()
                for account in accounts:
                    if account.never_fits(amount):
                        raise _spent(account)
                hold = Reservation(amount, accounts)
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
        hint=f"allow more with `{account.name}` in [budget]",
    )


def _dollars(amount: Decimal) -> str:
    """Write cents, and as many more places as there are."""
    places = max(2, -int(amount.normalize().as_tuple().exponent))
    return f"${amount:,.{places}f}"


LONGEST_ANSWER = 8192
"""Tokens that an answer may have whose question does not say so."""

_AROUND = 256
"""Tokens that a server puts around what is sent: roles, and its words for the form."""

_FEW, _SLACK = 3, 100
"""Answers that tell how much of its limit a model uses, and tokens for one that is not alike."""


def longest_prompt(prompt: Prompt) -> int:
    """Give more tokens than any model can count in what is sent: no token is less than a byte."""
    sent = (prompt.system, prompt.user, json.dumps(prompt.schema, indent=2))
    return sum(len(text.encode(errors="replace")) for text in sent) + _AROUND


def most_in_a_batch(
    prompt: Prompt, model: str, base_url: str, at: datetime, *, own: Prices | None = None
) -> Decimal | None:
    """Give how many US dollars a batch service can charge for this, None: no price is known."""
    longest = Tokens(longest_prompt(prompt), prompt.longest_answer or LONGEST_ANSWER)
    return prices.most(model, base_url, longest, at, own=own, batch=True)


class Metered:
    """Implements ChatModel around another one, which must ask its server once, or cost nothing.

    An answer costs what it used. A question that failed and may have been paid for all the same,
    and an answer that does not say what it used, count as the most that they can have cost, and
    say so in `Spend.most`. Where what is left is too little for the longest answer, one is asked
    for that is long enough by what the model has written so far. Raises BudgetSpent for what was
    not asked.
    """

    def __init__(
        self,
        model: ChatModel,
        base_url: str,
        ledger: BudgetLedger,
        *,
        own: Prices | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._model = model
        self._base_url = base_url
        self._purse = ledger
        self._own = own
        self._now = now
        self._beyond = Tokens(0, 0)
        self._answers = 0
        self._written = 0.0

    @property
    def name(self) -> str:
        """The other's name."""
        return self._model.name

    def ask(self, prompt: Prompt) -> ChatReply:
        """Answer within the budget."""
        wanted = prompt.longest_answer or LONGEST_ANSWER
        try:
            reply = self._ask(prompt, wanted)
        except BudgetSpent:
            enough = self._enough(wanted)
            if enough is None:
                raise
            reply = self._ask(prompt, enough)
        if reply.spend.tokens is not None:
            self._answers += 1
            self._written = max(self._written, reply.spend.tokens.completion / wanted)
        return reply

    def _ask(self, prompt: Prompt, longest_answer: int) -> ChatReply:
        prompt = replace(prompt, longest_answer=longest_answer)
        longest = Tokens(
            longest_prompt(prompt) + self._beyond.prompt, longest_answer + self._beyond.completion
        )
        most = prices.most(self.name, self._base_url, longest, self._now(), own=self._own)
        # Where nobody knows the price there is no budget: that is checked before a page is begun.
        with self._purse.holding(most or Decimal(0)) as hold:
            try:
                reply = self._model.ask(prompt)
            except ModelError as error:
                error.spend = _settled(error.spend, hold, most)
                raise
            self._expect(longest, reply.spend.tokens)
            return replace(reply, spend=_settled(reply.spend, hold, most) or reply.spend)

    def _enough(self, longest: int) -> int | None:
        """Give a lower limit that will do by all that is known; None where too little is."""
        enough = _SLACK + math.ceil(2 * self._written * longest)
        return enough if self._answers >= _FEW and enough < longest else None

    def _expect(self, longest: Tokens, used: Tokens | None) -> None:
        """Expect a server that goes beyond a limit, or adds a prompt of its own, to do it again."""
        if used is not None:
            self._beyond = Tokens(
                self._beyond.prompt + max(0, used.prompt - longest.prompt),
                self._beyond.completion + max(0, used.completion - longest.completion),
            )


def _settled(spend: Spend | None, hold: Reservation, most: Decimal | None) -> Spend | None:
    """Settle what is known; what is not keeps its hold."""
    if spend is None:
        hold.settle(Decimal(0))
        return None
    if spend.cost is None:
        return replace(spend, most=most)
    hold.settle(spend.cost.total)
    return spend
