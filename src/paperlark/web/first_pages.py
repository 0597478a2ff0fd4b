"""The addresses of a first session: what is typed, the cards, and the app that follows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from paperlark import OpenedProfile
from paperlark.domain.cards import MOST_CARDS
from paperlark.domain.taxonomy import named
from paperlark.renderers import english, reasons, typeset
from paperlark.renderers.html import clean_text, template
from paperlark.web.app import handling
from paperlark.web.files import Files
from paperlark.web.first_session import FirstSession, FirstState, Misunderstood
from paperlark.web.guard import Guard
from paperlark.web.sessions import Sessions
from paperlark.web.shared import SignedForms, blocking

_PACKAGE = "paperlark.web"
_LONGEST = 4 * 2**20
"""Bytes of a form with a library in it."""
_SHOWN = 20
"""Papers beside the card."""
_ANSWERS = {"want": True, "not": False, "skip": None}


@dataclass(slots=True)
class Doorway:
    """Passes requests on to the first session and, once there is a profile, to its app."""

    app: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        await self.app(scope, receive, send)


@dataclass(frozen=True, slots=True)
class FirstPages:
    """Asks what to read; `then` makes the app of the profile that was written."""

    session: FirstSession
    forms: SignedForms
    doorway: Doorway
    then: Callable[[OpenedProfile], ASGIApp]

    def routes(self) -> list[Route]:
        """Return the addresses."""
        post = ["POST"]
        return [
            Route("/", blocking(self._start)),
            Route("/begin", self._begin, methods=post),
            Route("/cards", blocking(self._cards)),
            Route("/card", self._answer, methods=post),
            Route("/finish", self._finish, methods=post),
        ]

    def _start(self, request: Request) -> Response:
        return self._form(request, self.session.state)

    def _form(self, request: Request, state: FirstState, problem: str = "") -> Response:
        return self._page(
            request,
            "first.html",
            HTTPStatus.BAD_REQUEST if problem else HTTPStatus.OK,
            state=state,
            problem=problem,
        )

    async def _begin(self, request: Request) -> Response:
        form, files = await self.forms.read_upload(request, _LONGEST)
        if form.get("do") == "forget":
            await run_in_threadpool(self.session.forget_papers)
            return RedirectResponse("/", HTTPStatus.SEE_OTHER)
        typed = {name: form.get(name, "") for name in ("fields", "interests", "named", "author")}

        def begin() -> Response:
            try:
                self.session.begin(**typed, file=files.get("file"))
            except Misunderstood as error:
                # What was typed is shown again, and nothing of it is kept.
                shown = FirstState(
                    error.fields or typed["fields"],
                    typed["interests"],
                    named=self.session.state.named,
                    typed_papers=typed["named"],
                    typed_author=typed["author"],
                )
                return self._form(request, shown, str(error))
            drafted = self.session.state.setup is None
            return RedirectResponse("/" if drafted else "/cards", HTTPStatus.SEE_OTHER)

        return await run_in_threadpool(begin)

    def _cards(self, request: Request) -> Response:
        state = self.session.state
        if state.setup is None:
            return RedirectResponse("/", HTTPStatus.SEE_OTHER)
        cards = state.cards
        changes = cards.changes if cards else ()
        card = cards.card if cards else None
        return self._page(
            request,
            "cards.html",
            state=state,
            cards=cards,
            card=card,
            moved=cards.moved if cards else "",
            most=min(MOST_CARDS, len(changes)),
            changes=changes[:_SHOWN],
            papers=len(changes),
            categories=", ".join(map(named, state.setup.categories)),
        )

    async def _answer(self, request: Request) -> Response:
        form = await self.forms.read(request)
        done, _, paper = form.get("do", "").partition(" ")
        if done == "back":
            await run_in_threadpool(self.session.take_back)
        elif done in _ANSWERS:
            await run_in_threadpool(partial(self.session.answer, paper, wanted=_ANSWERS[done]))
        return RedirectResponse("/cards", HTTPStatus.SEE_OTHER)

    async def _finish(self, request: Request) -> Response:
        await self.forms.read(request)
        profile = await run_in_threadpool(self.session.finish)
        if profile is not None:
            self.doorway.app = await run_in_threadpool(self.then, profile)
        return RedirectResponse("/", HTTPStatus.SEE_OTHER)

    def _page(
        self, request: Request, name: str, status: HTTPStatus = HTTPStatus.OK, **values: object
    ) -> Response:
        text = template(_PACKAGE, name, clean_text).render(
            form_token=self.forms.token(request),
            english=english,
            reasons=reasons,
            typeset=typeset,
            **values,
        )
        return Response(text, status, media_type="text/html")


def make_first_app(
    session: FirstSession,
    sessions: Sessions,
    port: int,
    then: Callable[[OpenedProfile], ASGIApp],
) -> Guard:
    """Return the app of a first session; `then` makes the one that takes its place."""
    doorway = Doorway(Starlette())
    pages = FirstPages(session, SignedForms(sessions), doorway, then)
    doorway.app = Starlette(
        routes=[*pages.routes(), *Files(sessions.instance).routes()], exception_handlers=handling()
    )
    return Guard(doorway, sessions, port)
