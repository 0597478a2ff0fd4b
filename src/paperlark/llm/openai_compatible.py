"""Any server that speaks OpenAI's chat completions: hosted, or a model on one's own machine."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from types import TracebackType
from typing import Self

import httpx

from paperlark.domain.chat import ChatReply, Prompt
from paperlark.domain.errors import ModelBusy, ModelRefused
from paperlark.domain.spending import Prices, Spend
from paperlark.http.client import BoundedClient
from paperlark.llm import aimd, completion, error_classes, prices
from paperlark.llm.aimd import AimdConcurrency
from paperlark.llm.capabilities import Capabilities, CapabilityDiscovery, ChatRequest
from paperlark.llm.completion import Completion, Usage, least_tokens
from paperlark.llm.connection import MAYBE_PAID, Connection, Late
from paperlark.llm.error_classes import ErrorClass
from paperlark.llm.rate_limiter import RateLimiter
from paperlark.llm.redact import redact

_PATH = "chat/completions"
_JSON = {"Content-Type": "application/json"}
_MANY = 64
"""Questions at once where nobody says how many: as many as the settings allow."""
_HAVE_IT_HOLD_MORE = (
    "have it hold more (Ollama: OLLAMA_CONTEXT_LENGTH=8192, or num_ctx in a Modelfile), or put"
    " fewer papers into one question"
)


class OpenAICompatible:
    """A chat model behind `{base_url}/chat/completions`; safe to call from several threads.

    `key` is None for servers that want none. `timeout` is the seconds in which one answer must be
    there whole. `turnstile` says when a question may be put. A busy server is not asked again: see
    `retrying.py`.

    What the server does not accept is left out. `dialect` is what an earlier run found out about
    that, `learned` is told what this one does: it is called from any thread, and must not raise.
    `own_prices` go before the public list's.
    """

    def __init__(  # noqa: PLR0913  # all but the first two have defaults
        self,
        base_url: str,
        model: str,
        *,
        key: str | None = None,
        timeout: float = 120.0,
        temperature: float | None = 0.0,
        turnstile: RateLimiter | None = None,
        dialect: Capabilities | None = None,
        learned: Callable[[Capabilities], object] = lambda _: None,
        own_prices: Prices | None = None,
        client: BoundedClient | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._connection = Connection(base_url, key=key, timeout=timeout, client=client)
        self._server = self._connection.server
        self._model = model
        self._temperature = temperature
        self._turnstile = turnstile or RateLimiter(AimdConcurrency(_MANY))
        self._learner = CapabilityDiscovery(dialect, learned)
        self._own_prices = own_prices
        self._now = now

    def __repr__(self) -> str:
        return f"<OpenAICompatible {self._model!r} at {self._server}>"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Let nobody wait for a turn any more, and close the connections, if they are its own."""
        self._turnstile.close()
        self._connection.__exit__(kind, error, traceback)

    @property
    def name(self) -> str:
        """The configured name; prices go by it, whatever the server calls the model."""
        return self._model

    @property
    def room(self) -> int:
        """How many tokens the model was found to need for thoughts, beside an answer."""
        return self._learner.dialect.room

    @property
    def connection(self) -> Connection:
        """The way to its server, for whoever asks that one something else."""
        return self._connection

    @property
    def is_understood(self) -> bool:
        """Whether it is known what the server accepts."""
        return self._learner.is_known

    def body(self, prompt: Prompt) -> Mapping[str, object]:
        """Give what is sent to ask this, as far as it is known what the server accepts."""
        return self._learner.dialect.body(ChatRequest(self._model, prompt, self._temperature))

    def ask(self, prompt: Prompt) -> ChatReply:
        """Answer; see the port for what is raised."""
        question = ChatRequest(self._model, prompt, self._temperature)
        answer = self._answer(question)
        spend = self.spend_of(answer.usage)
        self._check_whole(question, spend)
        if answer.refusal is not None:
            words = redact(answer.refusal, prompt=question.words)
            raise ModelRefused(f"{self._model} refused: {words}", spend=spend)
        return ChatReply(answer.text, spend)

    def _answer(self, question: ChatRequest) -> Completion:
        """Put the question in one dialect after the other until it is understood."""
        while True:
            spoken = self._learner.dialect
            answer = self._put(question, spoken)
            if isinstance(answer, Completion):
                break
            if not self._learner.complained(spoken, answer):
                raise answer.without(self._connection.key).error()
        if answer.only_thoughts:
            self._learner.only_thought(spoken, question.prompt)
        else:
            self._learner.answered(spoken)
        return answer

    def _put(self, question: ChatRequest, spoken: Capabilities) -> Completion | ErrorClass:
        """Put the question once, in its turn; what comes of it, all others heed."""
        content = json.dumps(spoken.body(question)).encode()
        # No token is less than a byte.
        tokens = len(content) + (spoken.longest(question.prompt) or 0)
        with self._turnstile.turn(tokens) as turn:
            try:
                response = self._connection.send("POST", _PATH, content=content, headers=_JSON)
            except Late:
                self._turnstile.refused(turn)
                raise
            self._turnstile.heed(turn, aimd.read(response.headers))
            answer = self._read(response, question)
            if isinstance(answer, Completion):
                self._turnstile.answered(turn, answer.usage.tokens.total if answer.usage else None)
            elif answer.is_too_much:
                self._turnstile.refused(turn, answer.retry_after)
            return answer

    def _read(self, response: httpx.Response, question: ChatRequest) -> Completion | ErrorClass:
        payload = _payload(response)
        answer = error_classes.classify_error(
            response, payload, prompt=question.words
        ) or completion.read(payload)
        if answer is None:
            raise ModelBusy(
                f"{self._server} answered with something that is no chat completion",
                hint="check the base URL",
                spend=MAYBE_PAID,
            )
        return answer

    def _check_whole(self, question: ChatRequest, spend: Spend) -> None:
        """Refuse an answer to half a question: the instructions may be what was cut off."""
        least = least_tokens(question.words)
        if spend.tokens is not None and spend.tokens.prompt < least:
            raise ModelRefused(
                f"{self._server} read {spend.tokens.prompt} tokens of a question of at least"
                f" {least}: it cuts off what is too long for it",
                hint=_HAVE_IT_HOLD_MORE,
                spend=spend,
            )

    def spend_of(self, usage: Usage | None, *, batch: bool = False) -> Spend:
        """Say what an answer cost, at the price of the server's batch service if it gave it."""
        if usage is None:
            return MAYBE_PAID
        cost = prices.cost(
            self._model,
            self._connection.base_url,
            usage.tokens,
            self._now(),
            cache_written=usage.cache_written,
            own=self._own_prices,
            batch=batch,
        )
        return Spend(usage.tokens, cost)


def _payload(response: httpx.Response) -> object:
    try:
        return response.json()
    except (ValueError, RecursionError):
        return None
