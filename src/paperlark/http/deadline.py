"""HTTP with one deadline for a whole exchange: connecting, sending and every byte of the answer.

The client's own timeouts begin anew with every byte, so that a server that drips holds a caller
for as long as it likes, in the middle of a header already.
"""

from __future__ import annotations

import math
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from urllib.request import getproxies

import httpcore
import httpx

_BY_KIND: tuple[tuple[type[Exception], type[httpx.TransportError]], ...] = (
    (httpcore.ConnectTimeout, httpx.ConnectTimeout),
    (httpcore.PoolTimeout, httpx.PoolTimeout),
    (httpcore.TimeoutException, httpx.ReadTimeout),
    (httpcore.ConnectError, httpx.ConnectError),
    (httpcore.NetworkError, httpx.NetworkError),
    (httpcore.UnsupportedProtocol, httpx.UnsupportedProtocol),
    (httpcore.LocalProtocolError, httpx.LocalProtocolError),
    (httpcore.ProtocolError, httpx.RemoteProtocolError),
)


class Deadline(threading.local):
    """When the exchange of the current thread must be over; each thread has its own."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._end = math.inf

    @contextmanager
    def within(self, seconds: float) -> Iterator[None]:
        """Give whatever is read and written inside so many seconds in all."""
        self._end = self._clock() + seconds
        try:
            yield
        finally:
            self._end = math.inf

    @property
    def is_over(self) -> bool:
        """Whether there is no time left."""
        return self._clock() >= self._end

    def cut(self, timeout: float | None) -> float | None:
        """Give the seconds that one step may take; 0 or less when there are none left."""
        left = self._end - self._clock()
        if left == math.inf:
            return timeout
        return left if timeout is None else min(timeout, left)


def client(deadline: Deadline, *, secure: bool) -> httpx.Client:
    """Give an HTTP client whose every step keeps to the deadline of the thread that takes it.

    Where it is not to be `secure`, no certificates are read, which takes a fifth of a second.
    Behind a proxy it is the ordinary client, whose caller looks at the deadline between the parts
    of an answer.
    """
    proxied = getproxies().keys() - {"no"}
    return httpx.Client(transport=None if proxied else _Transport(deadline, secure=secure))


class _Transport(httpx.BaseTransport):
    """The client's own way to a server, over connections that know the deadline."""

    def __init__(self, deadline: Deadline, *, secure: bool) -> None:
        self._pool = httpcore.ConnectionPool(
            ssl_context=httpx.create_ssl_context() if secure else None,
            max_connections=None,
            keepalive_expiry=5.0,
            network_backend=_Backend(deadline),
        )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        url = request.url
        sent = httpcore.Request(
            request.method,
            httpcore.URL(
                scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path
            ),
            headers=request.headers.raw,
            content=request.read(),
            extensions=request.extensions,
        )
        with _as_httpx():
            answer = self._pool.handle_request(sent)
        return httpx.Response(answer.status, headers=answer.headers, stream=_Body(answer))

    def close(self) -> None:
        self._pool.close()


class _Body(httpx.SyncByteStream):
    """The answer's bytes as they come."""

    def __init__(self, answer: httpcore.Response) -> None:
        self._answer = answer

    def __iter__(self) -> Iterator[bytes]:
        with _as_httpx():
            yield from self._answer.iter_stream()

    def close(self) -> None:
        with _as_httpx():
            self._answer.close()


@contextmanager
def _as_httpx() -> Iterator[None]:
    """Turn errors of the connection into the client's, which say the same."""
    try:
        yield
    except tuple(kind for kind, _ in _BY_KIND) as error:
        meant = next(meant for kind, meant in _BY_KIND if isinstance(error, kind))
        raise meant(str(error)) from error


class _Backend(httpcore.SyncBackend):
    """Opens connections that keep to the deadline."""

    def __init__(self, deadline: Deadline) -> None:
        self._deadline = deadline

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        seconds = _positive(self._deadline.cut(timeout), httpcore.ConnectTimeout)
        stream = super().connect_tcp(host, port, seconds, local_address, socket_options)
        return _Stream(stream, self._deadline)


class _Stream(httpcore.NetworkStream):
    """A connection that keeps to the deadline of whoever uses it."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: Deadline) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        seconds = _positive(self._deadline.cut(timeout), httpcore.ReadTimeout)
        return self._stream.read(max_bytes, seconds)

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, _positive(self._deadline.cut(timeout), httpcore.WriteTimeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        seconds = _positive(self._deadline.cut(timeout), httpcore.ConnectTimeout)
        stream = self._stream.start_tls(ssl_context, server_hostname, seconds)
        return _Stream(stream, self._deadline)

    def get_extra_info(self, info: str) -> object:
        return self._stream.get_extra_info(info)


def _positive(seconds: float | None, late: type[Exception]) -> float | None:
    """Raise what a step raises that took too long, where there is no time to begin it."""
    if seconds is not None and seconds <= 0:
        raise late("no time is left")
    return seconds
