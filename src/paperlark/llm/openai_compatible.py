"""Any server that speaks OpenAI's chat completions: hosted, or a model on one's own machine."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from threading import Lock
from types import TracebackType
from typing import Self

import httpx
import stamina

from paperlark.domain.errors import KeyMissing, ModelBusy, ModelRefused, ModelUnusable
from paperlark.domain.spending import Spend
from paperlark.llm import completion, prices, trouble
from paperlark.llm.completion import Completion, Usage
from paperlark.llm.dialect import Dialect, Question
from paperlark.llm.trouble import one_line
from paperlark.ports import ChatReply, Prompt


def worth_waiting(error: Exception, longest: float) -> bool | float:
    """Say whether to ask again, or after how many seconds where the server named them."""
    if not isinstance(error, ModelBusy):
        return False
    if error.retry_after is None:
        return True
    return error.retry_after if error.retry_after <= longest else False


class OpenAICompatible:
    """A chat model behind `{base_url}/chat/completions`; safe to call from several threads.

    `key` is None for servers that want none. `attempts` bounds how often one question is put
    to a busy server, `patience` for how many seconds in all, `longest_wait` which wait asked
    for by the server is heeded. What the server does not accept is left out and remembered.
    """

    def __init__(  # noqa: PLR0913  # all but the first two have defaults
        self,
        base_url: str,
        model: str,
        *,
        key: str | None = None,
        timeout: float = 120.0,
        temperature: float | None = 0.0,
        attempts: int = 4,
        patience: float = 240.0,
        longest_wait: float = 60.0,
        client: httpx.Client | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._base_url = base_url.strip().removesuffix("/").removesuffix("/chat/completions")
        self._server = self._base_url.partition("://")[2].partition("/")[0].rpartition("@")[2]
        self._model = model
        self._key = _sendable(key)
        self._timeout = timeout
        self._temperature = temperature
        self._retrying = stamina.RetryingCaller(
            attempts=attempts, timeout=patience, wait_initial=1.0, wait_max=30.0
        ).on(lambda error: worth_waiting(error, longest_wait))
        self._client = client or httpx.Client()
        self._owns_client = client is None
        self._now = now
        self._dialect = Dialect(temperature=temperature is not None)
        self._learning = Lock()

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
        self.close()

    def close(self) -> None:
        """Close the connections, if they are its own."""
        if self._owns_client:
            self._client.close()

    @property
    def name(self) -> str:
        """The configured name; prices go by it, whatever the server calls the model."""
        return self._model

    def ask(self, prompt: Prompt) -> ChatReply:
        """Answer, asking a busy server again; see the port for what is raised."""
        question = Question(self._model, prompt, self._temperature)
        answer = self._retrying(self._answer, question)
        spend = self._spend(answer.usage)
        if answer.refusal is not None:
            raise ModelRefused(f"{self._model} refused: {one_line(answer.refusal)}", spend=spend)
        return ChatReply(answer.text, spend)

    def _answer(self, question: Question) -> Completion:
        while True:
            dialect = self._dialect
            response = self._post(dialect.body(question))
            payload = _payload(response)
            found = trouble.find(response, payload)
            if found is None:
                break
            better = dialect.after(found)
            if better is None:
                raise found.without(self._key).error()
            self._learn(dialect, better)
        answer = completion.read(payload)
        if answer is None:
            raise ModelBusy(
                f"{self._server} answered with something that is no chat completion",
                mend="check the base URL",
            )
        return answer

    def _learn(self, dialect: Dialect, better: Dialect) -> None:
        """Remember; where another thread learned something meanwhile, go on from that."""
        with self._learning:
            if self._dialect == dialect:
                self._dialect = better

    def _post(self, body: Mapping[str, object]) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self._key}"} if self._key else {}
        headers["Content-Type"] = "application/json"
        content = json.dumps(body).encode()
        try:
            url = _endpoint(self._base_url)
            return self._client.post(url, content=content, headers=headers, timeout=self._timeout)
        except httpx.TimeoutException as error:
            raise ModelBusy(
                f"{self._server} did not answer within {self._timeout:g} seconds",
                mend="allow more time, or put fewer papers into one question",
            ) from error
        except (httpx.UnsupportedProtocol, httpx.InvalidURL, httpx.LocalProtocolError) as error:
            raise ModelUnusable(
                f"{self._server or 'the model'} cannot be asked", mend="check the base URL"
            ) from error
        except httpx.HTTPError as error:
            raise ModelBusy(
                f"{self._server} could not be reached ({one_line(str(error))})",
                mend="see that the server runs and the base URL is right",
            ) from error

    def _spend(self, usage: Usage | None) -> Spend:
        if usage is None:
            return Spend(tokens=None, cost=None)
        cost = prices.cost(
            self._model,
            self._base_url,
            usage.tokens,
            self._now(),
            cache_written=usage.cache_written,
        )
        return Spend(usage.tokens, cost)


def _endpoint(base_url: str) -> httpx.URL:
    """Append the path, leaving a query where it is."""
    url = httpx.URL(base_url)
    return url.copy_with(path=f"{url.path.rstrip('/')}/chat/completions")


def _payload(response: httpx.Response) -> object:
    try:
        return response.json()
    except (ValueError, RecursionError):
        return None


def _sendable(key: str | None) -> str | None:
    """Strip the key; one that no header can hold would show up in the client's own errors."""
    key = (key or "").strip()
    if not (key.isascii() and key.isprintable()):
        raise KeyMissing("the key holds characters that no key has", mend="copy it once more")
    return key or None
