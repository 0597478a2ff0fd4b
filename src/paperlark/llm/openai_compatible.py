"""Client of any server with OpenAI's chat completions API, hosted or on this machine."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Self

import httpx

from paperlark.domain.chat import ChatReply, Prompt
from paperlark.domain.errors import ModelError, ModelRefused
from paperlark.domain.redaction import redact as without_secrets
from paperlark.domain.spending import Prices, Spend
from paperlark.http.client import BoundedClient
from paperlark.llm import prices
from paperlark.llm.capabilities import Capabilities, CapabilityDiscovery, ChatRequest
from paperlark.llm.completion import (
    Completion,
    Usage,
    min_tokens,
    parse_completion,
    parse_rate_limits,
)
from paperlark.llm.connection import MAYBE_PAID, Connection, parse_json
from paperlark.llm.error_classes import ErrorClass, classify_error
from paperlark.llm.not_an_answer import azure_hint, no_completion, redirect
from paperlark.llm.rate_limiter import AimdConcurrency, RateLimiter
from paperlark.llm.redact import redact
from paperlark.llm.retry import Late, RequestBreaker
from paperlark.ports import FailureMemory

_PATH = "chat/completions"
_JSON = {"Content-Type": "application/json"}
_MAX_CONCURRENCY = 64
"""Requests at once where no limit is given: the highest that the settings allow."""
_RAISE_CONTEXT = (
    "raise its context window (Ollama: OLLAMA_CONTEXT_LENGTH=8192, or num_ctx in a Modelfile), or"
    " put fewer papers into one question"
)


class OpenAICompatible:
    """A chat model behind `{base_url}/chat/completions`; safe to call from several threads.

    `key` is None for servers that need none, and `address` is as in `Connection`. `timeout` is in
    seconds, for one whole answer.
    `rate_limiter` decides when a request may be sent. A busy server is not asked again: see
    `retry.Retrying`.

    What the server does not accept is left out. `capabilities` is what an earlier run discovered,
    `on_learned` is called with what this one does: from any thread, and it must not raise.
    `own_prices` take precedence over the public list. `memory` holds across runs that the server
    failed.
    """

    def __init__(  # noqa: PLR0913  # all but the first two have defaults
        self,
        base_url: str,
        model: str,
        *,
        key: str | None = None,
        address: str | None = None,
        timeout: float = 120.0,
        temperature: float | None = 0.0,
        rate_limiter: RateLimiter | None = None,
        capabilities: Capabilities | None = None,
        on_learned: Callable[[Capabilities], object] = lambda _: None,
        own_prices: Prices | None = None,
        client: BoundedClient | None = None,
        memory: FailureMemory | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._connection = Connection(
            base_url,
            key=key,
            address=address,
            timeout=timeout,
            client=client,
            breaker=RequestBreaker(memory),
        )
        self._server = self._connection.server
        self._model = model
        self._temperature = temperature
        self._rate_limiter = rate_limiter or RateLimiter(AimdConcurrency(_MAX_CONCURRENCY))
        self._discovery = CapabilityDiscovery(capabilities, on_learned)
        self._own_prices = own_prices
        self._now = now

    def __repr__(self) -> str:
        return f"<OpenAICompatible {self._model!r} at {self._server}>"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Release threads that wait for a slot, and close the connections, if they are its own."""
        self.stop()
        self._connection.__exit__(None, None, None)

    def stop(self) -> None:
        """Send nothing more, and release threads that wait to do so."""
        self._connection.breaker.close()
        self._rate_limiter.close()

    @property
    def name(self) -> str:
        """The configured name; prices go by it, whatever the server calls the model."""
        return self._model

    @property
    def reasoning_tokens(self) -> int:
        """How many tokens the model was found to need for reasoning, beside an answer."""
        return self._discovery.current.reasoning_tokens

    @property
    def connection(self) -> Connection:
        """The connection to its server, for requests of other kinds."""
        return self._connection

    @property
    def knows_capabilities(self) -> bool:
        """Whether it is known what the server accepts."""
        return self._discovery.is_confirmed

    def body(self, prompt: Prompt) -> Mapping[str, object]:
        """Return the JSON body that asks this, as far as it is known what the server accepts."""
        return self._discovery.current.body(self._request(prompt))

    def ask(self, prompt: Prompt) -> ChatReply:
        """Answer; see the port for what is raised."""
        request = self._request(prompt)
        with self._discovery.turn():
            answer = self._answer(request)
        spend = self.spend_of(answer.usage)
        self._check_truncation(request, spend)
        if answer.refusal is not None:
            reason = redact(answer.refusal, prompt=request.text)
            raise ModelRefused(f"{self._model} refused: {reason}", spend=spend)
        # No model knows the key; a server that repeats requests does.
        key = self._connection.key
        return ChatReply(without_secrets(answer.text, (key,)) if key else answer.text, spend)

    def _request(self, prompt: Prompt) -> ChatRequest:
        return ChatRequest(self._model, prompt, self._temperature)

    def _answer(self, request: ChatRequest) -> Completion:
        """Send the request in one form after the other until one is accepted."""
        while True:
            used = self._discovery.current
            answer = self._send(request, used)
            if isinstance(answer, Completion):
                break
            if not self._discovery.complained(used, answer):
                raise self._error(answer)
        if answer.only_thoughts:
            self._discovery.only_reasoned(used, request.prompt)
        else:
            self._discovery.answered(used)
        return answer

    def _error(self, found: ErrorClass) -> ModelError:
        error = found.redacting(self._connection.key).error()
        hint = azure_hint(self._connection.base_url, found.status)
        return type(error)(error.problem, hint=hint) if hint else error

    def _send(self, request: ChatRequest, used: Capabilities) -> Completion | ErrorClass:
        """Send the request once, in its slot, and report the outcome to the rate limiter."""
        content = json.dumps(used.body(request)).encode()
        # Every token is at least one byte.
        tokens = len(content) + (used.answer_limit(request.prompt) or 0)
        with self._rate_limiter.slot(tokens) as slot:
            try:
                response = self._connection.send("POST", _PATH, content=content, headers=_JSON)
            except Late:
                self._rate_limiter.overloaded(slot)
                raise
            self._rate_limiter.update_quotas(slot, parse_rate_limits(response.headers))
            answer = self._read(response, request)
            if isinstance(answer, Completion):
                tokens_used = answer.usage.tokens.total if answer.usage else None
                self._rate_limiter.succeeded(slot, tokens_used)
            elif answer.is_overload:
                self._rate_limiter.overloaded(slot, answer.retry_after)
            return answer

    def _read(self, response: httpx.Response, request: ChatRequest) -> Completion | ErrorClass:
        if response.is_redirect:
            raise redirect(response, self._server)
        payload = parse_json(response)
        answer = classify_error(response, payload, prompt=request.text) or parse_completion(payload)
        if answer is None:
            raise no_completion(response, self._server)
        return answer

    def _check_truncation(self, request: ChatRequest, spend: Spend) -> None:
        """Refuse an answer to a truncated prompt: the instructions may be what was cut off."""
        least = min_tokens(request.text)
        if spend.tokens is not None and spend.tokens.prompt < least:
            raise ModelRefused(
                f"{self._server} read {spend.tokens.prompt} tokens of a prompt of at least"
                f" {least}: it truncates prompts that are too long for it",
                hint=_RAISE_CONTEXT,
                spend=spend,
            )

    def spend_of(self, usage: Usage | None, *, batch: bool = False) -> Spend:
        """Return what an answer cost; `batch` is the price of the server's batch service."""
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
