"""What a server's operators need of an app: request ids, /healthz, /readyz, /metrics, its errors.

It stands before everything else. The three addresses are for those who watch the server: they are
asked for at the machine's own name or address, from the networks listed for it, and not through the
proxy that members come through. For everybody else they are addresses like any other.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from ipaddress import ip_network
from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from paperlark import PaperlarkError
from paperlark.domain.redaction import redacted
from paperlark.domain.request_id import REQUEST_ID, is_request_id, new_request_id
from paperlark.web.client_address import Network, is_listed, peer_of
from paperlark.web.group_sessions import PublicAddress
from paperlark.web.reader_paths import split_path
from paperlark.web.readiness import Readiness

if TYPE_CHECKING:
    from paperlark.web.metrics import RequestMetrics

_log = logging.getLogger(__name__)
REQUEST_HEADER = "X-Request-ID"
_OWN = ("/healthz", "/readyz", "/metrics")
_LOOPBACK = (ip_network("127.0.0.0/8"), ip_network("::1/128"))
_FORWARDED = ("x-forwarded-for", "x-forwarded-host", "x-real-ip", "forwarded", "via")
"""Headers of a request that came through a proxy: somebody else may have begun it."""
_NO_METRICS = "There are no metrics: the extra read-group is not installed.\n"
_NOT_NOW = "The database does not answer. Try again in a moment.\n"


@dataclass(frozen=True, slots=True)
class Watchers:
    """Who may ask how the server is: this machine, and the networks listed for it.

    `address` is the public one, and `proxies` are those that members come through.
    """

    address: PublicAddress
    proxies: Sequence[Network]
    networks: Sequence[Network] = ()

    def include(self, scope: Scope) -> bool:
        """Return whether a request is one of theirs."""
        headers = Headers(scope=scope)
        through_proxy = any(name in headers for name in _FORWARDED)
        # Without https there is no proxy: the address is one of this machine's.
        public = headers.get("host", "").lower() == self.address.host and self.address.is_https
        if through_proxy or public:
            return False
        return is_listed(peer_of(scope), (*_LOOPBACK, *self.networks))

    def request_id(self, scope: Scope) -> str:
        """Return the id that a listed proxy has given to a request, or a new one."""
        sent = Headers(scope=scope).getlist(REQUEST_HEADER)
        trusted = is_listed(peer_of(scope), self.proxies) and len(sent) == 1
        return sent[0] if trusted and is_request_id(sent[0]) else new_request_id()


@dataclass(frozen=True, slots=True)
class Operations:
    """Wraps the whole of an app; without `metrics` requests are not counted."""

    app: ASGIApp
    watchers: Watchers
    readiness: Readiness
    metrics: RequestMetrics | None = None
    clock: Callable[[], float] = field(default=time.perf_counter)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request under an id of its own, and count and log it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request_id = self.watchers.request_id(scope)
        named = REQUEST_ID.set(request_id)
        try:
            await self._observed(scope, receive, send, request_id)
        finally:
            REQUEST_ID.reset(named)

    async def _observed(self, scope: Scope, receive: Receive, send: Send, request_id: str) -> None:
        begun, status = self.clock(), 0

        async def with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)[REQUEST_HEADER] = request_id
            await send(message)

        if self.metrics is not None:
            self.metrics.begin()
        try:
            await self._answered(scope, receive, with_id)
        except Exception as error:  # noqa: BLE001  # the last boundary: told here, and nowhere else
            response = _failed(error, request_id)
            if not status:
                await response(scope, receive, with_id)
        finally:
            self._note(scope, status, self.clock() - begun)

    async def _answered(self, scope: Scope, receive: Receive, send: Send) -> None:
        own = scope["path"] in _OWN and scope["method"] in {"GET", "HEAD"}
        if own and self.watchers.include(scope):
            response = await self._own(scope["path"])
            await response(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    async def _own(self, path: str) -> Response:
        if path == "/healthz":
            return _plain("ok\n")
        if path == "/readyz":
            problem = await self.readiness.problem()
            status = HTTPStatus.SERVICE_UNAVAILABLE if problem else HTTPStatus.OK
            return _plain(f"{redacted(problem) or 'ready'}\n", status)
        if self.metrics is None:
            return _plain(_NO_METRICS, HTTPStatus.NOT_IMPLEMENTED)
        from paperlark.web.metrics import CONTENT_TYPE  # noqa: PLC0415  # of the extra `read-group`

        text = await run_in_threadpool(self.metrics.text)
        return Response(text, headers={"Content-Type": CONTENT_TYPE, "Cache-Control": "no-store"})

    def _note(self, scope: Scope, status: int, seconds: float) -> None:
        """Count a request and log it: by its template, for addresses name papers and people."""
        route, method = _template(scope), _method(scope)
        if self.metrics is not None:
            self.metrics.end(method, route, status, seconds)
        level = logging.DEBUG if route in _OWN else logging.INFO
        _log.log(level, "%s %s %d in %.0f ms", method, route, status, seconds * 1000)


def _failed(error: Exception, request_id: str) -> Response:
    """Log an error that nobody has answered, and return the answer."""
    if isinstance(error, PaperlarkError):
        _log.warning("a request failed: %s", error)
        return _plain(_NOT_NOW, HTTPStatus.SERVICE_UNAVAILABLE, {"Retry-After": "5"})
    _log.error("a request failed", exc_info=error)
    text = f"Something went wrong here. Whoever runs this app finds it as {request_id}.\n"
    return _plain(text, HTTPStatus.INTERNAL_SERVER_ERROR)


def _template(scope: Scope) -> str:
    if scope["path"] in _OWN:
        return str(scope["path"])
    path = getattr(scope.get("route"), "path", "")
    if not path:
        return "other"
    return f"/r/{{reader}}{path}" if split_path(scope["path"])[0] else str(path)


def _method(scope: Scope) -> str:
    # A client can send any word.
    known = {"GET", "HEAD", "POST"}
    return scope["method"] if scope["method"] in known else "other"


def _plain(
    text: str, status: HTTPStatus = HTTPStatus.OK, headers: dict[str, str] | None = None
) -> Response:
    return PlainTextResponse(text, status, headers={"Cache-Control": "no-store", **(headers or {})})
