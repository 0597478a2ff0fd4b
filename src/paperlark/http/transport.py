"""How requests get to a server: proxies and certificates from the environment, one deadline.

What is on this machine is never asked through a proxy. Certificates are those of SSL_CERT_FILE or
SSL_CERT_DIR, or certifi's, and are loaded (a fifth of a second) when the first https address is
asked.
"""

from __future__ import annotations

import os
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from urllib.request import getproxies, proxy_bypass

import httpcore
import httpx

from paperlark.http.deadline import Deadline, DeadlineBackend
from paperlark.http.loopback import is_this_machine
from paperlark.http.response import (
    ConnectionFailed,
    HttpError,
    InvalidRequest,
    ResponseBroken,
    TimedOut,
)

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
        try:
            asked = httpx.Proxy(proxy)
        except (ValueError, httpx.InvalidURL):  # its address may hold a password
            raise InvalidRequest("the proxy's address is not usable", sent=False) from None
        if asked.url.scheme not in {"http", "https"}:
            raise InvalidRequest(f"{asked.url.scheme} proxies are not supported", sent=False)
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


def _certificates() -> ssl.SSLContext:
    return _context(os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR"))


@lru_cache(maxsize=4)
def _context(_file: str | None, _folder: str | None) -> ssl.SSLContext:
    """Load the certificates once a process for each setting of the environment."""
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
