"""Who is signed in to a group: signed cookies, each with a row that sign-out deletes.

Two cookies: that of a visit, which everybody has and which only binds forms and a sign-in that is
under way to one browser; and that of a session, which is somebody's.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import Scope

from paperlark import AuditAction, GroupSessionStore
from paperlark.web.audit_origin import RecordSignIn
from paperlark.web.sessions import COOKIE, LASTS, Sessions

LONGEST_SESSION = 30 * 24 * 60 * 60
"""Seconds from sign-in until a session ends, however much it is used."""


@dataclass(frozen=True, slots=True)
class PublicAddress:
    """The address by which members reach the group, such as `https://papers.example.org`."""

    text: str

    @property
    def host(self) -> str:
        """The host, with its port if one is named."""
        return urlsplit(self.text).netloc.lower()

    @property
    def is_https(self) -> bool:
        """Whether cookies are for encrypted connections alone."""
        return urlsplit(self.text).scheme == "https"


@dataclass(frozen=True, slots=True)
class GroupSessions:
    """Begins, knows and ends the sessions of those who are members now, by their keys."""

    signed: Sessions
    store: GroupSessionStore
    address: PublicAddress
    is_member: Callable[[str], bool]
    now: Callable[[], float] = time.time
    record: RecordSignIn = lambda *_: None

    @property
    def _prefix(self) -> str:
        # With __Host- a browser takes the cookie from this very host alone, and over TLS.
        return f"__Host-{COOKIE}" if self.address.is_https else f"{COOKIE}-{self._port}"

    @property
    def _port(self) -> str:
        return self.address.host.rpartition(":")[2]

    def visit(self, scope: Scope) -> str:
        """Return the cookie of this browser's visit: as it was sent, or a new one."""
        sent = _sent(scope, f"{self._prefix}-visit")
        now = self.now()
        return self.signed.renewed(sent, now) if self.signed.holds(sent, now) else self.new_cookie()

    def new_cookie(self) -> str:
        """Return a cookie with a name that nobody knows yet."""
        return self.signed.issue(self.now())

    def member(self, scope: Scope) -> tuple[str, str]:
        """Return the cookie of a request's session and its member; both empty without one."""
        cookie = _sent(scope, f"{self._prefix}-session")
        if not self.signed.holds(cookie, self.now()):
            return "", ""
        member = self.store.member(_name(cookie), self.now())
        return (cookie, member) if member and self.is_member(member) else ("", "")

    def begin(self, scope: Scope, member: str) -> str:
        """Begin a session of a member, under a new name, and return its cookie.

        The one that the browser had is ended: nothing of it goes on under another name.
        """
        self.end(scope)
        # First: who is not in the log is not signed in.
        self.record(AuditAction.SIGNED_IN, member, scope)
        cookie, now = self.new_cookie(), self.now()
        self.store.begin(_name(cookie), member, now=now, ends=now + LONGEST_SESSION)
        return cookie

    def sign_out(self, scope: Scope) -> None:
        """End the session of a member who asks for it."""
        _, member = self.member(scope)
        self.end(scope)
        if member:
            self.record(AuditAction.SIGNED_OUT, member, scope)

    def end(self, scope: Scope) -> None:
        """End the session of a request, if it has one."""
        cookie, _ = self.member(scope)
        if cookie:
            self.store.end(_name(cookie))

    def session_header(self, cookie: str) -> str:
        """Return the header that sets the cookie of a session; of an empty one, deletes it."""
        lasts = LASTS if cookie else 0
        return self._header("session", cookie, f"SameSite=Strict; Max-Age={lasts}")

    def renewed_header(self, cookie: str) -> str:
        """Return the header that lets a session last from now on."""
        return self.session_header(self.signed.renewed(cookie, self.now()))

    def visit_header(self, cookie: str) -> str:
        """Return the header that sets the cookie of a visit.

        It is sent with links from elsewhere, such as the way back from an OpenID provider.
        """
        return self._header("visit", cookie, f"SameSite=Lax; Max-Age={LASTS}")

    def _header(self, kind: str, value: str, rest: str) -> str:
        secure = "; Secure" if self.address.is_https else ""
        return f"{self._prefix}-{kind}={value}; Path=/; HttpOnly{secure}; {rest}"


def _name(cookie: str) -> str:
    return cookie.split(".")[1]


def _sent(scope: Scope, name: str) -> str:
    try:
        found = SimpleCookie(Headers(scope=scope).get("cookie", "")).get(name)
    except CookieError:
        return ""
    return found.value if found else ""
