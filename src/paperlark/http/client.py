"""The one HTTP client: each response is bounded in bytes, and each exchange in time."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from typing import Any, Self

import httpx

from paperlark.domain.redaction import KNOWN, public_address, redacted
from paperlark.http.response import (
    InvalidRequest,
    Response,
    ResponseBroken,
    ResponseTooLarge,
    TimedOut,
)
from paperlark.http.transport import LATE, Deadline, Transport

_log = logging.getLogger(__name__)
_MOST_REDIRECTS = 5
_ENCODINGS = frozenset({"", "identity", "gzip", "x-gzip", "deflate"})
"""What is decompressed: one layer that can at most be a thousand times as large as its bytes."""
_LIBRARY_LOGGERS = (
    "httpx",
    "httpcore.connection",
    "httpcore.http11",
    "httpcore.http2",
    "httpcore.proxy",
)


class BoundedClient:
    """Sends requests; safe to call from several threads.

    `largest` is the most bytes a body may have, `seconds` the time for a whole exchange:
    connecting, sending, redirects and every byte of the response. `step` bounds each single read
    or write more tightly. Proxies and certificates are taken from the environment. `transport`
    takes the place of the network.
    """

    def __init__(  # a limit each
        self,
        *,
        largest: int,
        seconds: float,
        step: float | None = None,
        user_agent: str | None = None,
        clock: Callable[[], float] = time.monotonic,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self.largest = largest
        self.seconds = seconds
        self._step = step
        self._deadline = Deadline(clock)
        # The library's own reading of the environment would add a second set of rules.
        self._client = httpx.Client(
            transport=transport or Transport(self._deadline),
            trust_env=False,
            timeout=step,
        )
        self._client.headers["Accept-Encoding"] = "gzip, deflate"
        if user_agent is not None:
            self._client.headers["User-Agent"] = user_agent

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def request(  # keywords, all with defaults
        self,
        method: str,
        url: str | httpx.URL,
        *,
        params: Mapping[str, str | int] | None = None,
        headers: Mapping[str, str] | None = None,
        seconds: float | None = None,
        connect: float | None = None,
        follow_redirects: bool = False,
        **content: Any,  # noqa: ANN401  # `content`, `json`, `data` or `files`, as httpx takes them
    ) -> Response:
        """Return the response, whatever its status; `seconds` may shorten the deadline.

        `connect` bounds looking up a name and connecting to it.

        Raises HttpError. A redirect to another host is sent without the header Authorization, but
        with all others: do not follow redirects where those hold a key.
        """
        allowed = self.seconds if seconds is None else min(seconds, self.seconds)
        began = time.monotonic()
        with quiet_library_loggers(), self._deadline.within(allowed), _translated():
            request = self._client.build_request(
                method,
                url,
                params=params or None,
                headers=headers,
                timeout=httpx.Timeout(self._step, connect=connect or self._step),
                **content,
            )
            response = self._exchange(request, _MOST_REDIRECTS if follow_redirects else 0)
        _log.debug(
            "%s %s: HTTP %d, %d bytes in %.2f s",
            method,
            request.url.host,
            response.status,
            len(response.content),
            time.monotonic() - began,
        )
        return response

    def _exchange(self, request: httpx.Request, redirects: int) -> Response:
        """Follow redirects here, because httpx reads their bodies without a bound."""
        for left in range(redirects, -1, -1):
            response = self._client.send(request, stream=True, follow_redirects=False)
            with closing(response):
                if response.next_request is None or not redirects:
                    return self._read(response)
                if not left:
                    break
                request = response.next_request
        raise InvalidRequest("too many redirects")

    def _read(self, response: httpx.Response) -> Response:
        encoding = response.headers.get("Content-Encoding", "").strip().lower()
        if encoding not in _ENCODINGS:
            raise ResponseBroken("its content encoding was not requested")
        content = bytearray()
        for chunk in response.iter_bytes():
            content += chunk
            if len(content) > self.largest:
                raise ResponseTooLarge(f"more than {self.largest} bytes")
            if self._deadline.is_over:
                raise TimedOut(LATE)
        return _public(response, bytes(content))


def _public(response: httpx.Response, content: bytes) -> Response:
    """Return what came without the secrets that a server may repeat of what it was sent.

    They are cut out here, before anybody shortens, wraps or stores a text.
    """
    headers: Mapping[str, str] = response.headers
    if KNOWN:
        headers = httpx.Headers(
            [(name, redacted(value)) for name, value in response.headers.multi_items()],
            encoding="utf-8",  # a proxy's or a server's own name may be in any alphabet
        )
        content = redacted(content)
    return Response(response.status_code, headers, content, _shown(response.url))


def _shown(url: httpx.URL) -> str:
    """Return an address without its secrets."""
    return public_address(str(url)) if url.userinfo or url.query else str(url)


@contextmanager
def _translated() -> Iterator[None]:
    """Turn what the library raises beside the connection's own errors into ours."""
    try:
        yield
    except (httpx.InvalidURL, httpx.UnsupportedProtocol, httpx.LocalProtocolError) as error:
        raise InvalidRequest(str(error) or type(error).__name__, sent=False) from error
    except httpx.HTTPError as error:
        raise ResponseBroken(str(error) or type(error).__name__) from error


@contextmanager
def quiet_library_loggers() -> Iterator[None]:
    """Silence the library's loggers in this thread: they write addresses and headers, with keys."""
    for name in _LIBRARY_LOGGERS:
        logging.getLogger(name).addFilter(_FILTER)
    before = _here.quiet
    _here.quiet = True
    try:
        yield
    finally:
        _here.quiet = before


class _Here(threading.local):
    quiet = False


_here = _Here()


class _QuietFilter(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:  # noqa: ARG002  # whatever it says
        return not _here.quiet


_FILTER = _QuietFilter()
