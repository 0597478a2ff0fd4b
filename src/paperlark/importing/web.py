"""Fetch a file from the web: bounded in time and size, and retried where that may help."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Self

import stamina

from paperlark.domain.errors import Unimportable
from paperlark.http.response import HttpError, InvalidRequest, Response, ResponseTooLarge

_log = logging.getLogger(__name__)
ATTEMPTS = 4
TIMEOUT = 30.0
"""Seconds for one step; a whole exchange, and all attempts, may take four times as long."""
_BUSY = {HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.BAD_GATEWAY, HTTPStatus.SERVICE_UNAVAILABLE}


class Web:
    """Fetches files; `largest` is how many bytes each may have."""

    def __init__(self, user_agent: str, *, largest: int, timeout: float = TIMEOUT) -> None:
        from paperlark.http.client import BoundedClient  # noqa: PLC0415  # loads an HTTP library

        self._client = BoundedClient(
            largest=largest, seconds=4 * timeout, step=timeout, user_agent=user_agent
        )

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
    ) -> Response:
        """Return the answer, whose status is 200; raises Unimportable where there is none."""
        try:
            for attempt in stamina.retry_context(
                on=_RetryableError, attempts=ATTEMPTS, timeout=4 * TIMEOUT
            ):
                with attempt:
                    return self._ask(address, params or {}, headers or {})
        except _RetryableError as error:
            raise _unreachable(address, str(error)) from error
        raise _unreachable(address, "it was never asked")  # pragma: no cover

    def _ask(
        self, address: str, params: Mapping[str, str | int], headers: Mapping[str, str]
    ) -> Response:
        try:
            # Headers may hold a key, which no other server may see.
            response = self._client.request(
                "GET", address, params=params, headers=headers, follow_redirects=not headers
            )
        except ResponseTooLarge as error:
            raise Unimportable(
                f"{address} answers with more than {self._client.largest >> 20} MB",
                hint="save it as a file, and import it in parts",
            ) from error
        except InvalidRequest as error:
            raise _unreachable(address, error.reason) from error
        except HttpError as error:
            raise _retryable(error.reason) from error
        if response.status in _BUSY:
            raise _retryable(f"HTTP {response.status}")
        if response.status != HTTPStatus.OK:
            raise _unreachable(address, f"HTTP {response.status}")
        return response


class _RetryableError(Exception):
    """Asking again may help; never leaves this module."""


def _retryable(reason: str) -> _RetryableError:
    _log.info("the import's download failed and may be repeated: %s", reason)
    return _RetryableError(reason)


def _unreachable(address: str, reason: str) -> Unimportable:
    return Unimportable(
        f"{address[:200]} could not be fetched ({reason})",
        hint="check the address, or save it as a file",
    )
