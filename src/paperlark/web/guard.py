"""Let in only requests of the reader's own browser, and tell every browser what a page may do.

Whatever else runs on this machine or in this browser can reach a port on loopback. So a request
must name this server as its host (against DNS rebinding), have a session, and, where it changes
something, come from a page of this server and carry its form token. Programs have the token of
assistants instead, for the JSON API alone.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qs

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from paperlark.verbs.bearer import bears
from paperlark.verbs.openapi import BASE
from paperlark.web.reader_paths import is_signed_link
from paperlark.web.sessions import COOKIE, LASTS, Sessions

_OPEN = frozenset({"/healthz"})
"""Paths that need no session; nothing of a reader is there."""
_NAMES = ("127.0.0.1", "localhost", "[::1]")
SAFE = frozenset({"GET", "HEAD"})
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self';"
    " img-src 'self'; connect-src 'self'; worker-src 'self'; form-action 'self';"
    " base-uri 'none'; frame-ancestors 'none'",
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    # With none at all browsers send no Origin either, which is checked.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
_NO_SESSION = (
    "This address is for its reader alone. Open the one that `paperlark read` prints; run it again"
    " if that has ended.\n"
)
_STRANGER = "This is not the token of assistants: paperlark mcp --http --config prints it.\n"


@dataclass(frozen=True, slots=True)
class Guard:
    """Wraps an application that is reached at this port of loopback.

    `public` are the hosts, with their ports if any, by which a proxy of the reader's passes on
    signed links; by these names nothing else is here. `bearer` returns the token of assistants,
    empty where there is none.
    """

    app: ASGIApp
    sessions: Sessions
    port: int
    now: Callable[[], float] = time.time
    public: frozenset[str] = frozenset()
    bearer: Callable[[], str] = field(default=lambda: "")

    @property
    def hosts(self) -> frozenset[str]:
        """The names that it is reached by."""
        return frozenset(f"{name}:{self.port}" for name in _NAMES)

    @property
    def _cookie(self) -> str:
        """The name of the cookie: a browser keeps one jar for all ports of a machine."""
        return f"{COOKIE}-{self.port}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or pass it on with its session in `scope["state"]`."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        signed = is_signed_link(scope["path"])
        hosts = self.hosts | self.public if signed else self.hosts
        origins = {f"{scheme}://{host}" for scheme in ("http", "https") for host in hosts}
        response = refused(scope, hosts, origins) or (None if signed else self._let_in(scope))
        if response is not None:
            await response(scope, receive, protected(send))
            return
        if signed or scope["path"] in _OPEN or _is_assistant(scope):
            await self.app(scope, receive, protected(send))
            return
        cookie = self._sent(scope)
        scope.setdefault("state", {})["cookie"] = cookie
        renewed = self._set(self.sessions.renewed(cookie, self.now()))
        await self.app(scope, receive, protected(send, [renewed]))

    def _let_in(self, scope: Scope) -> Response | None:
        """Turn the token of an address into a session; refuse whoever has neither."""
        tokens = parse_qs(scope["query_string"].decode("latin-1"), max_num_fields=20).get("token")
        if tokens and scope["method"] in SAFE and self.sessions.opens(tokens[0]):
            # The address without the token: it is not kept in the browser's history.
            response = RedirectResponse(scope["path"], 303)
            response.headers.append("Set-Cookie", self._set(self.sessions.issue(self.now())))
            return response
        sent = Headers(scope=scope).getlist("authorization")
        if sent and scope["path"].startswith(f"{BASE}/"):
            if bears(sent, self.bearer()):
                scope.setdefault("state", {}).update(cookie="", assistant=True)
                return None
            return PlainTextResponse(_STRANGER, 401, {"WWW-Authenticate": "Bearer"})
        if scope["path"] in _OPEN or self.sessions.holds(self._sent(scope), self.now()):
            return None
        return PlainTextResponse(_NO_SESSION, 403)

    def _sent(self, scope: Scope) -> str:
        """Return the cookie of a request; empty where it has none."""
        try:
            found = SimpleCookie(Headers(scope=scope).get("cookie", "")).get(self._cookie)
        except CookieError:
            return ""
        return found.value if found else ""

    def _set(self, value: str) -> str:
        return f"{self._cookie}={value}; Path=/; HttpOnly; SameSite=Strict; Max-Age={LASTS}"


def _is_assistant(scope: Scope) -> bool:
    return bool(scope.get("state", {}).get("assistant"))


def protected(send: Send, cookies: Iterable[str] = ()) -> Send:
    """Return what sends an answer with these cookies, and with what browsers may do with it."""

    async def with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in _HEADERS.items():
                headers.setdefault(name, value)
            for cookie in cookies:
                headers.append("Set-Cookie", cookie)
        await send(message)

    return with_headers


def refused(scope: Scope, hosts: Collection[str], origins: Collection[str]) -> Response | None:
    """Refuse a request for another host, and a change that a page of another origin asks for."""
    headers = Headers(scope=scope)
    if headers.get("host", "") not in hosts:
        return PlainTextResponse("There is no such host here.\n", 421)
    if scope["method"] in SAFE:
        return None
    origin = headers.get("origin")
    strange = origin is not None and origin not in origins
    elsewhere = headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}
    if strange or elsewhere:
        return PlainTextResponse("This was sent from another site and changes nothing.\n", 403)
    return None
