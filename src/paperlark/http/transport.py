"""HTTP transport: one deadline for a whole exchange, proxies, certificates, loopback directly."""

from __future__ import annotations

import math
import os
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from urllib.request import getproxies, proxy_bypass

import httpcore
import httpx

from paperlark.http.loopback import is_this_machine
from paperlark.http.response import (
    ConnectionFailed,
    HttpError,
    InvalidRequest,
    ResponseBroken,
    SettingsInvalid,
    TimedOut,
)

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
        """Connect in the time that is left."""
        seconds = _positive(self._deadline.limit(timeout), httpcore.ConnectTimeout)
        stream = super().connect_tcp(host, port, seconds, local_address, socket_options)
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


def proxy_for(url: httpx.URL) -> str | None:
    """Return the proxy that the environment names for an address; None to connect directly."""
    port = f":{url.port}" if url.port else ""
    if is_this_machine(url.host) or proxy_bypass(f"{url.host}{port}"):
        return None
    proxies = getproxies()
    proxy = proxies.get(url.scheme) or proxies.get("all")
    return f"http://{proxy}" if proxy and "://" not in proxy else proxy


class Transport(httpx.BaseTransport):
    """Connection pools, one for each proxy and each of http and https; raises HttpError."""

    def __init__(self, deadline: Deadline) -> None:
        self._backend = DeadlineBackend(deadline)
        self._pools: dict[tuple[str, str | None], httpcore.ConnectionPool] = {}
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
        with _translated():
            answer = self._pool(url).handle_request(sent)
        return httpx.Response(answer.status, headers=answer.headers, stream=_Body(answer))

    def close(self) -> None:
        """Close all connections."""
        with self._lock:
            for pool in self._pools.values():
                pool.close()
            self._pools.clear()

    def _pool(self, url: httpx.URL) -> httpcore.ConnectionPool:
        key = (url.scheme, proxy_for(url))
        with self._lock:
            if key not in self._pools:
                self._pools[key] = self._open(*key)
            return self._pools[key]

    def _open(self, scheme: str, proxy: str | None) -> httpcore.ConnectionPool:
        context = _certificates() if scheme == "https" else None
        if proxy is None:
            return httpcore.ConnectionPool(
                ssl_context=context,
                max_connections=None,
                keepalive_expiry=_KEEP_OPEN,
                network_backend=self._backend,
            )
        asked = _proxy(proxy, scheme)
        return httpcore.HTTPProxy(
            httpcore.URL(
                scheme=asked.url.raw_scheme,
                host=asked.url.raw_host,
                port=asked.url.port,
                target=b"/",
            ),
            proxy_auth=asked.raw_auth,
            ssl_context=context,
            proxy_ssl_context=_certificates() if asked.url.scheme == "https" else None,
            max_connections=None,
            keepalive_expiry=_KEEP_OPEN,
            network_backend=self._backend,
        )


def _url(url: httpx.URL, target: bytes) -> httpcore.URL:
    return httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=target)


def _proxy(address: str, scheme: str) -> httpx.Proxy:
    """Read a proxy's address, which may hold a password and is therefore never shown."""
    names = (f"{scheme}_proxy", f"{scheme.upper()}_PROXY", "all_proxy", "ALL_PROXY")
    variable = next((name for name in names if os.environ.get(name)), "the system")
    kind = address.partition("://")[0].lower()
    try:
        if kind in {"http", "https"}:
            return httpx.Proxy(address)
    except (ValueError, httpx.InvalidURL):
        raise SettingsInvalid(f"{variable} names no usable proxy", sent=False) from None
    raise SettingsInvalid(
        f"{variable} names a {kind[:20]} proxy; only http and https proxies are supported",
        sent=False,
    )


def _certificates() -> ssl.SSLContext:
    file, folder = os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR")
    try:
        return _context(file, folder)
    except OSError as error:  # ssl.SSLError is one
        variable = "SSL_CERT_FILE" if file else "SSL_CERT_DIR"
        reason = error.strerror or type(error).__name__
        raise SettingsInvalid(
            f"{variable} names no readable certificates ({reason})", sent=False
        ) from error


@lru_cache(maxsize=4)
def _context(_file: str | None, _folder: str | None) -> ssl.SSLContext:
    """Load certificates once per process for each setting of the environment."""
    return httpx.create_ssl_context()


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


@contextmanager
def _translated() -> Iterator[None]:
    """Turn errors of the connection into ours."""
    try:
        yield
    except tuple(kind for kind, _ in _BY_KIND) as error:
        kind = next(ours for theirs, ours in _BY_KIND if isinstance(error, theirs))
        reason = str(error) or type(error).__name__
        if isinstance(error, httpcore.ProxyError):
            reason = f"the proxy answered {reason}"
        raise kind(reason, sent=not isinstance(error, _NOT_SENT)) from error
