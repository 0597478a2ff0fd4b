"""Let in the members of a group, each to their own pages and those of the group.

It stands before all addresses, so that a new one is as closed as the others. Without a session
there are only sign-in, what pages look like, and signed links to one paper.
"""

from __future__ import annotations

import hmac
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from paperlark.web.client_address import Network, is_listed, peer_of
from paperlark.web.group_sessions import GroupSessions
from paperlark.web.guard import SAFE, protected, refused
from paperlark.web.reader_paths import is_signed_link, split_path
from paperlark.web.readers import NO_SUCH_PAGE

_log = logging.getLogger(__name__)
SIGN_IN = "/sign-in"
PROXY_SECRET = "Paperlark-Proxy"  # noqa: S105  # a name
"""The header in which a proxy proves itself."""
_THROUGH_PROXY = "This group is reached through its proxy."
_OPEN = ("/static/", "/healthz")
_HOP = (
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>paperlark</title>'
    '<meta name="viewport" content="width=device-width, initial-scale=1">'
    '<meta http-equiv="refresh" content="0"></head>'
    '<body><main><p><a href="">Go on</a></p></main></body></html>'
)
"""Comes back to its own address, as a page of ours: only then do browsers send strict cookies."""


@dataclass(frozen=True, slots=True)
class ProxyHeader:
    """The header in which listed proxies name who signed in; `find` returns that user's member.

    With a `secret` a proxy proves with each request that it is one: others may share its machine.
    """

    name: str
    proxies: Sequence[Network]
    find: Callable[[str], str]
    secret: str = field(default="", repr=False)

    def member(self, scope: Scope) -> str | Response:
        """Return the member that a proxy names, or the answer to a request without one."""
        peer, values = peer_of(scope), Headers(scope=scope).getlist(self.name)
        if not is_listed(peer, self.proxies):
            if values:
                _log.warning("refused: %s sent %s and is none of the proxies", peer, self.name)
            return _plain(_THROUGH_PROXY, HTTPStatus.FORBIDDEN)
        if self.secret and not self._proves_itself(scope):
            _log.warning("refused: %s did not send the secret of the proxy", peer)
            return _plain(_THROUGH_PROXY, HTTPStatus.FORBIDDEN)
        return self._named(peer, values)

    def _named(self, peer: str, values: Sequence[str]) -> str | Response:
        if len(values) != 1 or not values[0]:
            _log.warning("refused: the proxy %s sent %d times %s", peer, len(values), self.name)
            return _plain("The proxy did not say who signed in.", HTTPStatus.FORBIDDEN)
        member = self.find(values[0])
        if not member:
            _log.warning("refused: the proxy names %r, who is no member", values[0][:80])
            return _plain("You are no member of this group.", HTTPStatus.FORBIDDEN)
        return member

    def _proves_itself(self, scope: Scope) -> bool:
        sent = Headers(scope=scope).getlist(PROXY_SECRET)
        return len(sent) == 1 and hmac.compare_digest(sent[0].encode(), self.secret.encode())


@dataclass(frozen=True, slots=True)
class GroupGuard:
    """Wraps the pages of members (`app`), and those of whoever is not signed in (`outside`).

    With a `proxy` there is no sign-in of ours: it names the member with each request.
    """

    app: ASGIApp
    outside: ASGIApp
    sessions: GroupSessions
    proxy: ProxyHeader | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or pass it on with its member and cookie in `scope["state"]`."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        cookies: list[str] = []
        # Whose session it is, and who is a member, is asked of a database.
        answer = await run_in_threadpool(self._answer, scope, cookies)
        await answer(scope, receive, protected(send, cookies))

    def _answer(self, scope: Scope, cookies: list[str]) -> ASGIApp:
        """Return what answers a request; the cookies that go with it are appended."""
        address, path = self.sessions.address, scope["path"]
        strange = refused(scope, {address.host}, {address.text})
        if strange is not None:
            return strange
        if path.startswith(_OPEN):
            return self.outside
        if is_signed_link(path):
            return self.app
        if self.proxy is None:
            return self._by_session(scope, cookies)
        named = self.proxy.member(scope)
        return self._named(scope, named, cookies) if isinstance(named, str) else named

    def _by_session(self, scope: Scope, cookies: list[str]) -> ASGIApp:
        """Return what answers a request where members sign in here."""
        if scope["path"] == SIGN_IN or scope["path"].startswith(f"{SIGN_IN}/"):
            visit = self.sessions.visit(scope)
            scope.setdefault("state", {})["cookie"] = visit
            cookies.append(self.sessions.visit_header(visit))
            return self.outside
        cookie, member = self.sessions.member(scope)
        if not member:
            return _not_signed_in(scope)
        cookies.append(self.sessions.renewed_header(cookie))
        return self._inside(scope, cookie, member)

    def _named(self, scope: Scope, member: str, cookies: list[str]) -> ASGIApp:
        """Return what answers a member whom a proxy names: their session is that proxy's word."""
        cookie, before = self.sessions.member(scope)
        if before != member:
            if scope["method"] not in SAFE:
                return _plain("Reload the page, and try again.", HTTPStatus.UNAUTHORIZED)
            cookie = self.sessions.begin(scope, member)
        cookies.append(self.sessions.renewed_header(cookie))
        return self._inside(scope, cookie, member)

    def _inside(self, scope: Scope, cookie: str, member: str) -> ASGIApp:
        reader, _ = split_path(scope["path"])
        if reader not in {"", member}:
            return NO_SUCH_PAGE
        scope.setdefault("state", {}).update(cookie=cookie, member=member)
        return self.app


def _not_signed_in(scope: Scope) -> Response:
    if scope["method"] not in SAFE:
        # A script keeps what it could not send.
        return _plain("You are not signed in: reload the page.", HTTPStatus.UNAUTHORIZED)
    if Headers(scope=scope).get("sec-fetch-site") == "cross-site":
        return HTMLResponse(_HOP)
    return RedirectResponse(SIGN_IN, HTTPStatus.SEE_OTHER)


def _plain(text: str, status: HTTPStatus) -> Response:
    return PlainTextResponse(f"{text}\n", status)
