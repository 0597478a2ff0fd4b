"""A chat model that is asked nothing that may cost more than is left to spend."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

from paperlark.domain.chat import ChatReply, Prompt
from paperlark.domain.errors import BudgetSpent, ModelError
from paperlark.domain.spending import Prices, Spend, Tokens
from paperlark.llm import prices
from paperlark.llm.purse import Hold, Purse
from paperlark.ports import ChatModel

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
        purse: Purse,
        *,
        own: Prices | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._model = model
        self._base_url = base_url
        self._purse = purse
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


def _settled(spend: Spend | None, hold: Hold, most: Decimal | None) -> Spend | None:
    """Settle what is known; what is not keeps its hold."""
    if spend is None:
        hold.settle(Decimal(0))
        return None
    if spend.cost is None:
        return replace(spend, most=most)
    hold.settle(spend.cost.total)
    return spend
