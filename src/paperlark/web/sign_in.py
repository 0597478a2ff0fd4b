"""Sign in to a group by a link in a mail: GET shows a button, and only POST signs in.

What is answered does not tell whether an address is a member's: the mail is written and sent after
the answer, and every address has the same limits.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable
from concurrent.futures import Executor
from contextvars import copy_context
from dataclasses import dataclass
from http import HTTPStatus

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from paperlark import OpenedGroup, PaperlarkError, TryLimit
from paperlark.renderers.html import clean_text, template
from paperlark.web.audit_origin import asking_address
from paperlark.web.client_address import Network, network_of
from paperlark.web.group_guard import SIGN_IN
from paperlark.web.group_sessions import GroupSessions
from paperlark.web.members import Members
from paperlark.web.shared import SignedForms, blocking

_log = logging.getLogger(__name__)
_PACKAGE = "paperlark.web"
LINK_LASTS = 15 * 60
"""Seconds in which a link signs in."""
_LONGEST_FORM = 2_048
_LONGEST_MAIL = 254
_MOST_WAITING = 20
"""Mails that may wait for a mail server that is slow."""
_BY_NETWORK = TryLimit("network", 20, 15 * 60.0)
_BY_ACCOUNT = TryLimit("account", 3, 15 * 60.0)


@dataclass(slots=True)
class LinkMailer:
    """Sends links in threads of its own, so that no answer takes longer where there is a member."""

    group: OpenedGroup
    threads: Executor
    _waiting: int = 0

    def send(self, key: str, address: str) -> None:
        """Send a member the address of a link, soon."""
        if self._waiting >= _MOST_WAITING:
            _log.warning("no link is sent to %s: %d mails are waiting", key, self._waiting)
            return
        self._waiting += 1
        # With the id of the request in the log, which is not the thread's own.
        self.threads.submit(copy_context().run, self._send, key, address)

    def _send(self, key: str, address: str) -> None:
        try:
            self.group.send_sign_in_link(key, address)
        except PaperlarkError as error:
            _log.warning("the link for %s was not sent: %s", key, error)
        except Exception:  # noqa: BLE001  # of a thread, and the log has all of it
            _log.exception("the link for %s was not sent", key)
        finally:
            self._waiting -= 1

    def end(self) -> None:
        """Send what is on its way, and no more."""
        self.threads.shutdown(cancel_futures=True)


@dataclass(frozen=True, slots=True)
class SignInPage:
    """What every page of sign-in shares: how it looks, whose request it is, how often it may be."""

    group: OpenedGroup
    members: Members
    sessions: GroupSessions
    proxies: tuple[Network, ...]

    @property
    def forms(self) -> SignedForms:
        """The forms of visits."""
        return SignedForms(self.sessions.signed)

    def show(
        self,
        request: Request,
        status: HTTPStatus = HTTPStatus.OK,
        *,
        told: str = "",
        asks: str = "",
        provider: str = "",
    ) -> Response:
        """Return the page with what is told and asked.

        `asks` is mail for an address, enter for a button, again for the way to a new link, and
        `provider` the name of who else is asked.
        """
        text = template(_PACKAGE, "sign-in.html", clean_text).render(
            group=self.group.settings.name,
            form_token=self.forms.token(request),
            here=request.url.path,
            told=told,
            asks=asks,
            provider=provider,
        )
        return HTMLResponse(text, status)

    async def too_often(self, request: Request) -> Response | None:
        """Count a try, and return the answer where there were too many from that address."""
        address = asking_address(request.scope, self.proxies)
        if await self.allows(_BY_NETWORK, network_of(address)):
            return None
        _log.warning("refused: %s tries to sign in too often", address)
        told = "Too many tries from your address. Wait a quarter of an hour."
        return self.show(request, HTTPStatus.TOO_MANY_REQUESTS, told=told)

    async def allows(self, limit: TryLimit, key: str) -> bool:
        """Count a try, and return whether it is one of those that the limit allows."""
        return await run_in_threadpool(self.sessions.store.allows, limit, key, self.sessions.now())

    async def signed_in(self, request: Request, member: str, answer: Response) -> Response:
        """Begin the session of a member with this answer."""
        cookie = await run_in_threadpool(self.sessions.begin, request.scope, member)
        answer.headers.append("Set-Cookie", self.sessions.session_header(cookie))
        _log.info("%s signed in", member)
        return answer


@dataclass(frozen=True, slots=True)
class MailSignIn:
    """Sends links, and signs in whoever presses the button behind one."""

    page: SignInPage
    mailer: LinkMailer
    new_token: Callable[[], str] = lambda: secrets.token_urlsafe(32)

    def routes(self) -> list[Route]:
        """Return the addresses."""
        link, post = f"{SIGN_IN}/link/{{link}}", ["POST"]
        return [
            Route(SIGN_IN, blocking(self._ask)),
            Route(SIGN_IN, self._send, methods=post),
            Route(link, blocking(self._show)),
            Route(link, self._enter, methods=post),
        ]

    def _ask(self, request: Request) -> Response:
        return self.page.show(request, asks="mail")

    async def _send(self, request: Request) -> Response:
        form = await self.page.forms.read(request, _LONGEST_FORM)
        if refused := await self.page.too_often(request):
            return refused
        email = form.get("email", "").strip().casefold()[:_LONGEST_MAIL]
        now = self.page.sessions.now()
        key = await run_in_threadpool(lambda: self.page.members.find(email=email))
        if await self.page.allows(_BY_ACCOUNT, email):
            # Stored for nobody as well: that takes a moment, which would tell who is a member.
            token = self.new_token()
            await run_in_threadpool(
                lambda: self.page.sessions.store.add_link(
                    token, key, now=now, ends=now + LINK_LASTS
                )
            )
            if key:
                self.mailer.send(key, f"{self.page.sessions.address.text}{SIGN_IN}/link/{token}")
        told = (
            "If that is the address of a member, a link is on its way there. It works once, within"
            " 15 minutes. Nothing came in five minutes, also not among unwanted mail? Ask again, or"
            " ask whoever runs this page which address of yours it has."
        )
        return self.page.show(request, told=told, asks="again")

    def _show(self, request: Request) -> Response:
        """Show a button, whatever the link: who only fetches it learns and changes nothing."""
        return self.page.show(request, asks="enter")

    async def _enter(self, request: Request) -> Response:
        await self.page.forms.read(request, _LONGEST_FORM)
        if refused := await self.page.too_often(request):
            return refused
        token, now = request.path_params["link"][:200], self.page.sessions.now()
        member = await run_in_threadpool(self.page.sessions.store.use_link, token, now)
        is_member = self.page.members.is_member
        if not member or not await run_in_threadpool(lambda: is_member(member)):
            told = "This link was used already, is older than 15 minutes, or is not whole."
            return self.page.show(request, HTTPStatus.FORBIDDEN, told=told, asks="again")
        answer = RedirectResponse("/", HTTPStatus.SEE_OTHER)
        return await self.page.signed_in(request, member, answer)
