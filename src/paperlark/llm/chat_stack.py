"""The chat model that a judge asks: four ChatModels, stacked in an order that matters.

From the outside in, as a question passes them (`build_chat_stack`):

1. `ReasoningBudget` adds the tokens that a reasoning model needs before its answer. Outermost, so
   that all below sees the real limit of the answer: it is what a call can cost at most.
2. `Retrying` repeats a busy call with exponential backoff, as far as the circuit breaker of the
   run allows. Outside the budget, so that each attempt is reserved and settled by itself: a failed
   attempt may have been billed, too.
3. `Metered` reserves the worst-case cost of one call, notes it in the book of questions under way,
   and settles it by what the call cost. Right around the client, which sends one request a call, or
   repeats only what was rejected unbilled. Whatever asks a model asks through it.
4. The client, `OpenAICompatible`: it waits for the rate limiter innermost, so that what the budget
   refuses takes nobody's slot, and learns what the server accepts.
"""

from __future__ import annotations

import json
import logging
import math
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

from paperlark.domain.chat import ChatReply, Prompt
from paperlark.domain.errors import (
    BudgetSpent,
    ModelError,
    ModelUnusable,
    PaperlarkError,
    StoreError,
)
from paperlark.domain.judgement import OnFailure
from paperlark.domain.spending import Prices, Spend, Tokens, noted
from paperlark.llm import prices
from paperlark.llm.budget import BudgetLedger, Reservation
from paperlark.llm.openai_compatible import OpenAICompatible
from paperlark.llm.retry import Retrying, RetryPolicy, is_worth_another
from paperlark.ports import ChatModel, QuestionBook

_log = logging.getLogger(__name__)

DEFAULT_ANSWER_LIMIT = 8192
"""Tokens that an answer may have if its prompt sets no limit."""
_OVERHEAD = 256
"""Tokens that a server adds to what is sent: roles, and its wording of the schema."""
_MIN_SAMPLES, _SLACK = 3, 100
"""Answers that show how much of its limit a model uses, and tokens for one that differs."""


def build_chat_stack(
    client: OpenAICompatible,
    base_url: str,
    ledger: BudgetLedger,
    *,
    book: QuestionBook | None = None,
    own_prices: Prices | None = None,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
    over: Callable[[], str | None] = lambda: None,
) -> ChatModel:
    """Return the client within its time and budget, with retries and room for reasoning.

    `over` returns why nothing more is asked, None while there is time.
    """
    timed = TimeLimited(client, over)
    metered = Metered(timed, base_url, ledger, book=book, own_prices=own_prices, now=now)
    retrying = Retrying(metered, RetryPolicy(client.connection.breaker, repeats=is_worth_another))
    return ReasoningBudget(retrying, lambda: client.reasoning_tokens)


class _Wrapper:
    """A ChatModel around another one, with its name."""

    def __init__(self, model: ChatModel) -> None:
        self._model = model

    @property
    def name(self) -> str:
        """The wrapped model's name."""
        return self._model.name


class ReasoningBudget(_Wrapper):
    """ChatModel that raises the answer's limit by the tokens that the model needs for reasoning.

    `tokens` returns how many these are for now.
    """

    def __init__(self, model: ChatModel, tokens: Callable[[], int]) -> None:
        super().__init__(model)
        self._tokens = tokens

    def ask(self, prompt: Prompt) -> ChatReply:
        """Answer a prompt with a raised limit."""
        return self._model.ask(with_reasoning_budget(prompt, self._tokens()))


def with_reasoning_budget(prompt: Prompt, tokens: int) -> Prompt:
    """Return the prompt with its limit raised; one without a limit needs no more."""
    if not tokens or prompt.longest_answer is None:
        return prompt
    return replace(prompt, longest_answer=prompt.longest_answer + tokens)


class TimeLimited(_Wrapper):
    """ChatModel that is asked nothing more when the time of a run is over.

    `over` returns why, None while there is time. Raises ModelUnusable for what was not sent.
    """

    def __init__(self, model: ChatModel, over: Callable[[], str | None]) -> None:
        super().__init__(model)
        self._over = over

    def ask(self, prompt: Prompt) -> ChatReply:
        """Answer a prompt while there is time."""
        reason = self._over()
        if reason is not None:
            raise ModelUnusable(f"not asked: {reason}")
        return self._model.ask(prompt)


class Metered(_Wrapper):
    """ChatModel within a budget: reserves and notes a call's worst-case cost, then settles it.

    The wrapped model must send one billed request a call. A failed call that may have been billed,
    and an answer without usage, count as their worst case, as `Spend.most` says. Where too little
    is left for the longest answer, the limit is lowered to what answers so far suggest is enough.
    Raises BudgetSpent for what was not sent, and StoreError for what could not be noted in the
    book. A note ends with the storing of the spend, or at once where nothing was billed.
    """

    def __init__(
        self,
        model: ChatModel,
        base_url: str,
        ledger: BudgetLedger,
        *,
        book: QuestionBook | None = None,
        own_prices: Prices | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        super().__init__(model)
        self._base_url = base_url
        self._ledger = ledger
        self._book = book
        self._own_prices = own_prices
        self._now = now
        self._excess = Tokens(0, 0)
        self._answers = 0
        self._largest_share = 0.0

    def ask(self, prompt: Prompt) -> ChatReply:
        """Answer a prompt within the budget."""
        limit = prompt.longest_answer or DEFAULT_ANSWER_LIMIT
        try:
            reply = self._ask(prompt, limit)
        except BudgetSpent:
            lower = self._lower_limit(limit)
            if lower is None:
                raise
            _log.info("trying again with answers of at most %d instead of %d tokens", lower, limit)
            reply = self._ask(prompt, lower)
        if reply.spend.tokens is not None:
            self._answers += 1
            share = reply.spend.tokens.completion / limit
            self._largest_share = max(self._largest_share, share)
        return reply

    def _ask(self, prompt: Prompt, limit: int) -> ChatReply:
        prompt = replace(prompt, longest_answer=limit)
        largest = Tokens(
            max_prompt_tokens(prompt) + self._excess.prompt, limit + self._excess.completion
        )
        most = prices.worst_case_cost(
            self.name, self._base_url, largest, self._now(), own=self._own_prices
        )
        # Without a known price there is no budget: that is checked before a page is begun.
        with self._ledger.reserve(most or Decimal(0)) as reservation:
            notes = self._note(largest, most, reservation)
            try:
                reply = self._model.ask(prompt)
            except ModelError as error:
                error.spend = _settle(error.spend, reservation, most)
                if error.spend is None:
                    self._drop(notes)
                else:
                    error.spend = noted(error.spend, notes)
                raise
            self._update_excess(largest, reply.spend.tokens)
            spend = _settle(reply.spend, reservation, most) or reply.spend
            return replace(reply, spend=noted(spend, notes))

    def _note(
        self, largest: Tokens, most: Decimal | None, reservation: Reservation
    ) -> tuple[str, ...]:
        """Note a call before it is sent; one that cannot be noted costs nothing."""
        if self._book is None:
            return ()
        try:
            return (self._book.note(self.name, largest, most),)
        except (StoreError, BudgetSpent):
            reservation.settle(Decimal(0))
            raise

    def _drop(self, notes: tuple[str, ...]) -> None:
        for note in notes:
            if self._book is not None:
                self._book.drop(note)

    def _lower_limit(self, limit: int) -> int | None:
        """Return twice the largest share of a limit used so far; None with too few answers."""
        enough = _SLACK + math.ceil(2 * self._largest_share * limit)
        return enough if self._answers >= _MIN_SAMPLES and enough < limit else None

    def _update_excess(self, largest: Tokens, used: Tokens | None) -> None:
        """Expect a server that exceeds limits, or adds a prompt of its own, to do so again."""
        if used is not None:
            self._excess = Tokens(
                self._excess.prompt + max(0, used.prompt - largest.prompt),
                self._excess.completion + max(0, used.completion - largest.completion),
            )


class Misconfigured:
    """ChatModel that cannot be asked: its key is missing, or a price that the budget needs.

    The page does not need it. Where a failing model shall fail the page, `error` is raised at once.
    """

    def __init__(self, name: str, error: PaperlarkError, on_failure: OnFailure) -> None:
        if on_failure is OnFailure.FAIL:
            raise error
        self._name, self._error = name, error

    @property
    def name(self) -> str:
        """The configured name."""
        return self._name

    def ask(self, prompt: Prompt) -> ChatReply:  # noqa: ARG002  # nothing is asked
        """Raise ModelUnusable."""
        raise ModelUnusable(self._error.problem, hint=self._error.hint) from self._error


def _settle(spend: Spend | None, reservation: Reservation, most: Decimal | None) -> Spend | None:
    """Settle a reservation by what is known; an unknown cost keeps the worst case."""
    if spend is None:
        reservation.settle(Decimal(0))
        return None
    if spend.cost is None:
        return replace(spend, most=most)
    reservation.settle(spend.cost.total)
    return spend


def max_prompt_tokens(prompt: Prompt) -> int:
    """Return an upper bound of a prompt's tokens in any vocabulary: one token a byte or less."""
    sent = (prompt.system, prompt.user, json.dumps(prompt.schema, indent=2))
    return sum(len(text.encode(errors="replace")) for text in sent) + _OVERHEAD


def max_batch_cost(
    prompt: Prompt, model: str, base_url: str, at: datetime, *, own_prices: Prices | None = None
) -> Decimal | None:
    """Return the most US dollars that a batch service can charge; None without a known price."""
    largest = Tokens(max_prompt_tokens(prompt), prompt.longest_answer or DEFAULT_ANSWER_LIMIT)
    return prices.worst_case_cost(model, base_url, largest, at, own=own_prices, batch=True)
