"""One server behind a base URL: a request in, its response or one of our errors out."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType, TracebackType
from typing import Any, Self

import httpx

from paperlark.domain.errors import KeyMissing, ModelBusy, ModelUnusable
from paperlark.domain.spending import Spend
from paperlark.http.client import BoundedClient
from paperlark.http.response import (
    ConnectionFailed,
    HttpError,
    InvalidRequest,
    Response,
    SettingsInvalid,
    TimedOut,
)
from paperlark.llm.redact import one_line
from paperlark.llm.retry import Late, RequestBreaker

MAYBE_PAID = Spend(tokens=None, cost=None)
_NONE: Mapping[str, str] = MappingProxyType({})
_AZURE = (".openai.azure.com", ".cognitiveservices.azure.com", ".services.ai.azure.com")
_LARGEST = 256 * 2**20
"""Bytes. No answer is longer; a small one that unpacks to more is a trick."""


class Connection:
    """Sends requests to `{base_url}/...`, with the key where there is one.

    `address` is the base URL with the secrets that it has placeholders for; only requests hold it.
    An answer must be there whole within `timeout` seconds. `breaker` is what all who ask this
    server in a run ask first: see `retry.RetryPolicy`.
    """

    def __init__(
        self,
        base_url: str,
        *,
        key: str | None = None,
        address: str | None = None,
        timeout: float = 120.0,
        client: BoundedClient | None = None,
        breaker: RequestBreaker | None = None,
    ) -> None:
        self.breaker = breaker or RequestBreaker()
        self.base_url = _without_path(base_url.strip())
        self._address = _without_path((address or base_url).strip())
        self.key = _sendable(key)
        self._timeout = timeout
        self._client = client or BoundedClient(largest=_LARGEST, seconds=timeout)
        self._owns_client = client is None

    def __repr__(self) -> str:
        return f"<Connection to {self.server}>"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close the connections, if they are its own."""
        if self._owns_client:
            self._client.close()

    @property
    def server(self) -> str:
        """Host and port, as errors name it."""
        return self.base_url.partition("://")[2].partition("/")[0].rpartition("@")[2]

    def send(
        self,
        method: str,
        path: str,
        parameters: Mapping[str, str] = _NONE,
        headers: Mapping[str, str] = _NONE,
        **content: Any,  # noqa: ANN401  # as the HTTP client takes it
    ) -> httpx.Response:
        """Return whatever the server answers.

        Raises ModelBusy, with a `spend` where the request may have been paid for all the same,
        and ModelUnusable.
        """
        follow = content.pop("follow_redirects", False)
        try:
            response = self._client.request(
                method,
                self._url(path, parameters),
                headers={**headers, **_authorization(self.base_url, self.key)},
                seconds=self._timeout,
                follow_redirects=follow,
                **content,
            )
        except HttpError as error:
            failure = self._failure(error)
            # Other errors quote what the server sent, or the address, with what is in it.
            cause = error if isinstance(error, ConnectionFailed) else None
        else:
            return _as_httpx(method, response)
        raise failure from cause

    def _failure(self, error: HttpError) -> ModelBusy | ModelUnusable:
        spend = MAYBE_PAID if error.sent else None
        if isinstance(error, TimedOut):
            return Late(
                f"{self.server} did not answer within {self._timeout:g} seconds",
                hint="allow more time, or put fewer papers into one question",
                spend=spend,
            )
        if isinstance(error, SettingsInvalid):
            return ModelUnusable(
                f"{self.server} cannot be asked: {error.reason}", hint="correct or unset it"
            )
        if isinstance(error, InvalidRequest):
            return ModelUnusable(
                f"{self.server or 'the model'} cannot be asked", hint="check the base URL"
            )
        if isinstance(error, ConnectionFailed):
            return ModelBusy(
                f"{self.server} could not be reached ({one_line(error.reason)})",
                hint="see that the server runs and the base URL is right",
                spend=spend,
            )
        return ModelBusy(
            f"{self.server} broke off its answer, or sent none that can be read", spend=spend
        )

    def _url(self, path: str, parameters: Mapping[str, str]) -> httpx.URL:
        """Append the path, leaving a query where it is; raises InvalidRequest."""
        try:
            url = httpx.URL(self._address)
            whole = url.copy_with(path=f"{url.path.rstrip('/')}/{path}")
        except httpx.InvalidURL as error:
            raise InvalidRequest(str(error), sent=False) from error
        return whole.copy_merge_params(parameters)


def _without_path(base_url: str) -> str:
    """Return the address without the path of a chat request, which many copy along with it."""
    address, mark, query = base_url.partition("?")
    return f"{address.removesuffix('/').removesuffix('/chat/completions')}{mark}{query}"


def _authorization(base_url: str, key: str | None) -> Mapping[str, str]:
    """Return the header that holds the key; Azure takes keys in one of its own."""
    if not key:
        return _NONE
    return {"api-key": key} if is_azure(base_url) else {"Authorization": f"Bearer {key}"}


def is_azure(base_url: str) -> bool:
    """Return whether this is an address of Azure OpenAI, or of a gateway with the same paths."""
    address = base_url.partition("://")[2].partition("?")[0].casefold()
    host, _, path = address.rpartition("@")[2].partition("/")
    is_its_host = host.partition(":")[0].endswith(_AZURE)
    return is_its_host or f"/{path}".startswith("/openai/deployments/")


def _as_httpx(method: str, response: Response) -> httpx.Response:
    """Return the response in the form that the rest of this room reads."""
    received = {
        name: value
        for name, value in response.headers.items()
        if name not in {"content-encoding", "content-length", "transfer-encoding"}
    }
    return httpx.Response(
        response.status,
        headers=received,
        content=response.content,
        request=httpx.Request(method, response.url),
    )


def _sendable(key: str | None) -> str | None:
    """Strip the key; one that no header can hold would show up in the client's own errors."""
    key = (key or "").strip()
    if not (key.isascii() and key.isprintable()):
        raise KeyMissing("the key holds characters that no key has", hint="copy it once more")
    return key or None


def parse_json(response: httpx.Response) -> object:
    """Return a response's JSON, None where it holds none."""
    try:
        return response.json()
    except (ValueError, RecursionError):
        return None
