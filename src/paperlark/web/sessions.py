"""Who may use the web app: a token in the first address becomes a signed cookie that expires. Pure.

A cookie holds when it ends and a signature, nothing else, so that a server that was killed and
started again with the same secret knows its readers.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass, field

COOKIE = "paperlark"
LASTS = 12 * 60 * 60
"""Seconds after its last use until a session ends."""
_LONGEST = 200
"""Characters of a cookie or a token; longer ones are not looked at."""


@dataclass(frozen=True, slots=True)
class Sessions:
    """Issues and checks sessions; whoever has `token` gets one, `secret` signs them."""

    token: str = field(default_factory=lambda: secrets.token_urlsafe(32), repr=False)
    secret: str = field(default_factory=lambda: secrets.token_urlsafe(32), repr=False)

    @property
    def instance(self) -> str:
        """A name of the running app that anybody may know: nothing follows from it."""
        return self._signature(f"instance {self.token}")[:16]

    def opens(self, token: str) -> bool:
        """Return whether this is the token of the first address."""
        return len(token) < _LONGEST and hmac.compare_digest(token.encode(), self.token.encode())

    def issue(self, now: float) -> str:
        """Return the cookie of a new session, at `now` in seconds."""
        return self._signed(f"{int(now) + LASTS}.{secrets.token_hex(16)}")

    def renewed(self, cookie: str, now: float) -> str:
        """Return the cookie of the same session with a later end."""
        _, name, _ = cookie.split(".")
        return self._signed(f"{int(now) + LASTS}.{name}")

    def holds(self, cookie: str, now: float) -> bool:
        """Return whether a cookie was issued here and has not expired."""
        content, _, signature = cookie.rpartition(".")
        end, _, name = content.partition(".")
        return (
            len(cookie) < _LONGEST
            and bool(name)
            and hmac.compare_digest(signature.encode(), self._signature(content).encode())
            and now < int(end)
        )

    def form_token(self, cookie: str) -> str:
        """Return the token that the forms of this session carry, against forged requests."""
        name = cookie.split(".")[1]
        return self._signature(f"form {name}")

    def knows_form(self, cookie: str, token: str) -> bool:
        """Return whether a form of this session was sent."""
        return hmac.compare_digest(token.encode(), self.form_token(cookie).encode())

    def _signed(self, content: str) -> str:
        return f"{content}.{self._signature(content)}"

    def _signature(self, content: str) -> str:
        return hmac.new(self.secret.encode(), content.encode(), hashlib.sha256).hexdigest()
