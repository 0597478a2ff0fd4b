"""HTTP transport: one deadline for a whole exchange, proxies, certificates, loopback directly."""

from __future__ import annotations

import math
import re
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial

import httpcore
import httpx

from paperlark.http.connecting import in_time
from paperlark.http.network_settings import (
    ProxySettings,
    certificates,
    certificates_variable,
    proxy_for,
)
from paperlark.http.response import (
    ConnectionFailed,
    HttpError,
    InvalidRequest,
    ResponseBroken,
    TimedOut,
)
from paperlark.http.socks import SocksBackend

LATE = "no complete answer before the deadline"


class Deadline(threading.local):
    """When the exchange of the current thread must be over; each thread has its own."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._end = math.inf

    @contextmanager
    def within(self, seconds: float) -> Iterator[None]:
        """Allow everything that is sent and received inside so many seconds in all."""
        self._end = self._clock() + seconds
        try:
            yield
        finally:
            self._end = math.inf

    @property
    def is_over(self) -> bool:
        """Whether no time is left."""
        return self._clock() >= self._end

    def limit(self, timeout: float | None) -> float | None:
        """Return the seconds that one step may take; 0 or less when none are left."""
        left = self._end - self._clock()
        if left == math.inf:
            return timeout
        return left if timeout is None else min(timeout, left)


class DeadlineBackend(httpcore.SyncBackend):
    """Opens connections that keep the deadline of the thread that uses them."""

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
        """Connect in the time that is left, to look up the name included."""
        seconds = _positive(self._deadline.limit(timeout), httpcore.ConnectTimeout)
        connect = partial(super().connect_tcp, host, port, seconds, local_address, socket_options)
        try:
            stream = in_time(connect, seconds, httpcore.NetworkStream.close)
        except TimeoutError:
            raise httpcore.ConnectTimeout(f"no connection within {seconds:.0f} s") from None
        return _Stream(stream, self._deadline)


class _Stream(httpcore.NetworkStream):
    """A connection that keeps the deadline."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: Deadline) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        seconds = _positive(self._deadline.limit(timeout), httpcore.ReadTimeout)
        return self._stream.read(max_bytes, seconds)

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, _positive(self._deadline.limit(timeout), httpcore.WriteTimeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        seconds = _positive(self._deadline.limit(timeout), httpcore.ConnectTimeout)
        stream = self._stream.start_tls(ssl_context, server_hostname, seconds)
        return _Stream(stream, self._deadline)

    def get_extra_info(self, info: str) -> object:
        return self._stream.get_extra_info(info)


class _TunnelBackend(httpcore.NetworkBackend):
    """Opens connections to a proxy, of which nothing reaches a server before they are encrypted."""

    def __init__(self, backend: httpcore.NetworkBackend) -> None:
        self._backend = backend

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        stream = self._backend.connect_tcp(host, port, timeout, local_address, socket_options)
        return _Tunnel(stream, timeout)


class _Tunnel(httpcore.NetworkStream):
    """A connection to a proxy that is asked for another one, which is part of connecting."""

    def __init__(self, stream: httpcore.NetworkStream, timeout: float | None) -> None:
        self._stream = stream
        self._timeout = timeout

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        limits = [one for one in (timeout, self._timeout) if one is not None]
        try:
            return self._stream.read(max_bytes, min(limits, default=None))
        except httpcore.ReadTimeout as late:
            raise httpcore.ConnectTimeout("the proxy does not answer") from late
        except httpcore.ReadError as broken:
            raise httpcore.ConnectError(f"the proxy hung up: {broken}") from broken

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, timeout)

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        return self._stream.start_tls(ssl_context, server_hostname, timeout)

    def get_extra_info(self, info: str) -> object:
        return self._stream.get_extra_info(info)


def _positive(seconds: float | None, late: type[Exception]) -> float | None:
    """Raise what a step raises that takes too long, where no time is left to begin it."""
    if seconds is not None and seconds <= 0:
        raise late(LATE)
    return seconds


_NOT_SENT = (
    httpcore.ConnectError,
    httpcore.ConnectTimeout,
    httpcore.PoolTimeout,
    httpcore.ProxyError,
    httpcore.UnsupportedProtocol,
    httpcore.LocalProtocolError,
)
_BY_KIND: tuple[tuple[type[Exception], type[HttpError]], ...] = (
    (httpcore.TimeoutException, TimedOut),
    (httpcore.NetworkError, ConnectionFailed),
    (httpcore.ProxyError, ConnectionFailed),
    (httpcore.UnsupportedProtocol, InvalidRequest),
    (httpcore.LocalProtocolError, InvalidRequest),
    (httpcore.ProtocolError, ResponseBroken),
)
_KEEP_OPEN = 5.0
"""Seconds that an idle connection is kept for the next request."""


class Transport(httpx.BaseTransport):
    """Connection pools, one for each proxy and each of http and https; raises HttpError."""

    def __init__(self, deadline: Deadline) -> None:
        self._backend = DeadlineBackend(deadline)
        self._pools: dict[tuple[str, ProxySettings | None], httpcore.ConnectionPool] = {}
        self._lock = threading.Lock()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send the request and return the response as soon as its headers are there."""
        url = request.url
        sent = httpcore.Request(
            request.method,
            _url(url, url.raw_path),
            headers=request.headers.raw,
            content=request.read(),
            extensions=request.extensions,
        )
        proxy = proxy_for(url.scheme, url.host, url.port)
        with _translated(proxy):
            answer = self._pool(url.scheme, proxy).handle_request(sent)
        return httpx.Response(answer.status, headers=answer.headers, stream=_Body(answer))

    def close(self) -> None:
        """Close all connections."""
        with self._lock:
            for pool in self._pools.values():
                pool.close()
            self._pools.clear()

    def _pool(self, scheme: str, proxy: ProxySettings | None) -> httpcore.ConnectionPool:
        with self._lock:
            if (scheme, proxy) not in self._pools:
                self._pools[scheme, proxy] = self._open(scheme, proxy)
            return self._pools[scheme, proxy]

    def _open(self, scheme: str, proxy: ProxySettings | None) -> httpcore.ConnectionPool:
        context = certificates() if scheme == "https" else None
        if proxy is None or proxy.is_socks:
            return httpcore.ConnectionPool(
                ssl_context=context,
                max_connections=None,
                keepalive_expiry=_KEEP_OPEN,
                network_backend=SocksBackend(self._backend, proxy) if proxy else self._backend,
            )
        asked = httpx.Proxy(proxy.address)
        tunnels = scheme == "https" and asked.url.scheme == "http"
        return httpcore.HTTPProxy(
            httpcore.URL(
                scheme=asked.url.raw_scheme,
                host=asked.url.raw_host,
                port=asked.url.port,
                target=b"/",
            ),
            proxy_auth=asked.raw_auth,
            ssl_context=context,
            proxy_ssl_context=certificates() if asked.url.scheme == "https" else None,
            max_connections=None,
            keepalive_expiry=_KEEP_OPEN,
            network_backend=_TunnelBackend(self._backend) if tunnels else self._backend,
        )


def _url(url: httpx.URL, target: bytes) -> httpcore.URL:
    return httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=target)


class _Body(httpx.SyncByteStream):
    """The bytes of a response as they come."""

    def __init__(self, answer: httpcore.Response) -> None:
        self._answer = answer

    def __iter__(self) -> Iterator[bytes]:
        with _translated():
            yield from self._answer.iter_stream()

    def close(self) -> None:
        with _translated():
            self._answer.close()


_NUMBER = re.compile(r"^\[Errno -?\d+\] ")
_UNTRUSTED = "CERTIFICATE_VERIFY_FAILED"


@contextmanager
def _translated(proxy: ProxySettings | None = None) -> Iterator[None]:
    """Turn errors of the connection into ours; one that never came to be names the variable."""
    try:
        yield
    except tuple(kind for kind, _ in _BY_KIND) as error:
        kind = next(ours for theirs, ours in _BY_KIND if isinstance(error, theirs))
        sent = not isinstance(error, _NOT_SENT)
        reason = _NUMBER.sub("", str(error)) or type(error).__name__
        if isinstance(error, httpcore.ProxyError):
            reason = f"the proxy answered {reason}"
        if _UNTRUSTED in reason:
            reason = _untrusted()
        if proxy and not sent:
            reason = f"{reason}, by the proxy {proxy.shown} that {proxy.variable} names"
        raise kind(reason, sent=sent) from error


def _untrusted() -> str:
    variable = certificates_variable()
    if variable:
        return f"its certificate is not signed by any that {variable} names"
    return "its certificate is not trusted; SSL_CERT_FILE can name others"
