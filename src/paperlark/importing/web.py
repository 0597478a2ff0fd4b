"""Asking the web for a file: in time, not too much of it, and again where that may help."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Self

import httpx
import stamina

from paperlark.domain.errors import Unimportable

ATTEMPTS = 4
TIMEOUT = 30.0
_LATER = {HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.BAD_GATEWAY, HTTPStatus.SERVICE_UNAVAILABLE}


@dataclass(frozen=True, slots=True)
class WebResponse:
    """What came: the content and the headers."""

    content: bytes
    headers: Mapping[str, str]


class Web:
    """A client that gives up politely; `largest` is how many bytes an answer may have."""

    def __init__(self, user_agent: str, *, largest: int, timeout: float = TIMEOUT) -> None:
        self._client = httpx.Client(timeout=timeout, headers={"User-Agent": user_agent})
        self._largest = largest

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def get(
        self,
        address: str,
        *,
        params: Mapping[str, str | int] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> WebResponse:
        """Give the answer; raises Unimportable where there is none that says OK."""
        try:
            for attempt in stamina.retry_context(
                on=(httpx.TransportError, _LaterError), attempts=ATTEMPTS, timeout=4 * TIMEOUT
            ):
                with attempt:
                    return self._ask(address, params or {}, headers or {})
        except (httpx.HTTPError, httpx.InvalidURL, _LaterError) as error:
            raise _unreachable(address, str(error) or type(error).__name__) from error
        raise _unreachable(address, "it was never asked")  # pragma: no cover

    def _ask(
        self, address: str, params: Mapping[str, str | int], headers: Mapping[str, str]
    ) -> WebResponse:
        content = bytearray()
        # What stands in headers, a key for one, is meant for nobody else.
        with self._client.stream(
            "GET", address, params=params, headers=headers, follow_redirects=not headers
        ) as response:
            if response.status_code in _LATER:
                raise _LaterError(f"HTTP {response.status_code}")
            if response.status_code != HTTPStatus.OK:
                raise _unreachable(address, f"HTTP {response.status_code}")
            for chunk in response.iter_bytes():
                content += chunk
                if len(content) > self._largest:
                    raise Unimportable(
                        f"{address} answers with more than {self._largest >> 20} MB",
                        hint="save it, and take it in parts",
                    )
            return WebResponse(bytes(content), response.headers)


class _LaterError(Exception):
    """The server asks to be asked later; never leaves this module."""


def _unreachable(address: str, reason: str) -> Unimportable:
    return Unimportable(
        f"{address[:200]} cannot be had ({reason})", hint="check the address, or save it as a file"
    )
