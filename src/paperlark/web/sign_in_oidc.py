"""Sign in to a group with an OpenID provider: there and back, in the browser that began it."""

from __future__ import annotations

import logging
import secrets
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from paperlark import OidcProvider, PaperlarkError
from paperlark.domain.sign_in import BegunSignIn
from paperlark.web.group_guard import SIGN_IN
from paperlark.web.shared import blocking
from paperlark.web.sign_in import SignInPage

_log = logging.getLogger(__name__)
START = f"{SIGN_IN}/oidc"
CALLBACK = f"{START}/callback"
_LASTS = 10 * 60
"""Seconds for which a sign-in may be under way."""
_FAILED = "That did not work. Try again; if it goes on, ask whoever keeps the group."
# The way back began at the provider, and browsers send no strict cookie along such a way: the page
# goes on by itself, as one of ours.
_IN = (
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Signed in</title>'
    '<meta name="viewport" content="width=device-width, initial-scale=1">'
    '<meta http-equiv="refresh" content="0;url=/"></head>'
    '<body><main><p>You are signed in. <a href="/">Go on</a></p></main></body></html>'
)


@dataclass(frozen=True, slots=True)
class OidcSignIn:
    """Sends people to the provider, and takes them back."""

    page: SignInPage
    provider: OidcProvider

    def routes(self) -> list[Route]:
        """Return the addresses."""
        return [
            Route(SIGN_IN, blocking(self._ask)),
            Route(START, self._begin),
            Route(CALLBACK, self._return),
        ]

    def _ask(self, request: Request) -> Response:
        issuer = self.page.group.settings.sign_in.issuer
        return self.page.show(request, provider=urlsplit(issuer).netloc)

    async def _begin(self, request: Request) -> Response:
        if refused := await self.page.too_often(request):
            return refused
        return await run_in_threadpool(self._sent_there, request)

    def _sent_there(self, request: Request) -> Response:
        """Return the way to the provider, after its state was stored."""
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        try:
            address = self.provider.address(state=state, nonce=nonce, verifier=verifier)
        except PaperlarkError as error:
            return self._failed(request, str(error))
        now = self.page.sessions.now()
        begun = BegunSignIn(_visit(request), nonce, verifier, now + _LASTS)
        self.page.sessions.store.add_sign_in(state, begun, now)
        return RedirectResponse(address, HTTPStatus.SEE_OTHER)

    async def _return(self, request: Request) -> Response:
        if refused := await self.page.too_often(request):
            return refused
        said = request.query_params
        now = self.page.sessions.now()
        state = said.get("state", "")[:200]
        take = self.page.sessions.store.take_sign_in
        begun = await run_in_threadpool(take, state, _visit(request), now)
        if begun is None:
            return self._failed(request, "a state that this browser did not begin with")
        try:
            subject = await run_in_threadpool(
                lambda: self.provider.subject(
                    said.get("code", ""), nonce=begun.nonce, verifier=begun.verifier
                )
            )
        except PaperlarkError as error:
            return self._failed(request, str(error))
        member = await run_in_threadpool(lambda: self.page.members.find(subject=subject))
        if not member:
            return self._failed(request, f"{subject[:80]!r} is no member", "You are no member.")
        return await self.page.signed_in(request, member, HTMLResponse(_IN))

    def _failed(self, request: Request, why: str, told: str = _FAILED) -> Response:
        _log.warning("sign-in refused: %s", why)
        return self.page.show(request, HTTPStatus.FORBIDDEN, told=told, asks="again")


def _visit(request: Request) -> str:
    """Return the name of a visit, which stays while its cookie is renewed."""
    return str(request.state.cookie).split(".")[1]
