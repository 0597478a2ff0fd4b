"""Let in only requests that name this server, and carry its token.

Whatever runs on this machine, and every page in its browsers, can reach a port on loopback. So a
request must name this server as its host (against DNS rebinding), come from no page of another
origin, and have the token that its owner alone can read.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from paperlark.verbs.bearer import bears

_NAMES = ("127.0.0.1", "localhost", "[::1]")
_PROTECTED = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


@dataclass(frozen=True, slots=True)
class TokenGuard:
    """Wraps an application that is reached at this port of loopback by who has the token."""

    app: ASGIApp
    port: int
    token: str = field(repr=False)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or pass it on."""
        response = self._refused(Headers(scope=scope)) if scope["type"] == "http" else None
        await (response or self.app)(scope, receive, send)

    def _refused(self, headers: Headers) -> Response | None:
        hosts = {f"{name}:{self.port}" for name in _NAMES}
        if headers.getlist("host") not in [[host] for host in hosts]:
            return _answer("There is no such host here.", 421)
        origin = headers.get("origin")
        if origin is not None and origin not in {f"http://{host}" for host in hosts}:
            return _answer("This was sent from a page of another site.", 403)
        if not bears(headers.getlist("authorization"), self.token):
            needed = {"WWW-Authenticate": 'Bearer realm="paperlark"'}
            return _answer("A token is needed: paperlark mcp --http --config", 401, needed)
        return None


def _answer(text: str, status: int, headers: Mapping[str, str] | None = None) -> Response:
    return PlainTextResponse(f"{text}\n", status, headers={**_PROTECTED, **(headers or {})})
