"""Several readers in one app: each has a path, and nothing of anybody else is below it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from paperlark import OpenedProfile
from paperlark.domain.errors import PaperlarkError
from paperlark.renderers.html import clean_text, template
from paperlark.web.app import handling, make_reading
from paperlark.web.current import CurrentProfile
from paperlark.web.files import Files
from paperlark.web.guard import Guard
from paperlark.web.making import PageMaking
from paperlark.web.reader_paths import reader_path, split_path
from paperlark.web.sessions import Sessions
from paperlark.web.shared import ReaderLink, Surroundings, blocking
from paperlark.web.vote_links import public_host

_PACKAGE = "paperlark.web"
_LONGEST_NAME = 40


@dataclass(frozen=True, slots=True)
class Readers:
    """Passes a request below `/r/NAME/` on to that reader's app, every other to the front."""

    find_app: Callable[[str], ASGIApp | None]
    front: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self.front(scope, receive, send)
            return
        name, below = split_path(scope["path"])
        if not name:
            await self.front(scope, receive, send)
            return
        # It may have to be looked up in a database.
        app = await run_in_threadpool(self.find_app, name)
        if app is None:
            await NO_SUCH_PAGE(scope, receive, send)
        elif not below:
            await RedirectResponse(f"{reader_path(name)}/")(scope, receive, send)
        else:
            inside = {**scope, "root_path": reader_path(name)}
            try:
                await app(inside, receive, send)
            finally:
                scope["route"] = inside.get("route")


NO_SUCH_PAGE = PlainTextResponse("There is no such page.\n", 404)
"""What is told of a reader who is not there, and of one who is somebody else."""


def named_readers(profiles: Iterable[OpenedProfile]) -> Mapping[str, OpenedProfile]:
    """Return each profile under a name for addresses, made from its id.

    A browser keeps pages below that address, so the name must stay whatever else changes. Raises
    PaperlarkError where two have the same id.
    """
    named: dict[str, OpenedProfile] = {}
    for one in profiles:
        name = _name_of(one.settings.profile.id)
        if name in named:
            raise PaperlarkError(
                f"{named[name].path} and {one.path} have the same id",
                hint="delete the line id in the one that is a copy",
            )
        named[name] = one
    return named


def _name_of(reader: str) -> str:
    name = re.sub(r"[^a-z0-9_-]+", "-", reader.lower())[:_LONGEST_NAME]
    if name == reader:
        return name
    return f"{name}-{hashlib.sha256(reader.encode()).hexdigest()[:8]}"


@dataclass(frozen=True, slots=True)
class Switcher:
    """The first page of several profiles: a link to each."""

    profiles: Mapping[str, CurrentProfile]

    def routes(self) -> list[Route]:
        """Return the addresses."""
        return [Route("/", blocking(self._show))]

    def _show(self, _request: Request) -> Response:
        readers = [
            (reader_path(name), one.profile, _latest(one.profile))
            for name, one in self.profiles.items()
        ]
        page = template(_PACKAGE, "readers.html", clean_text).render(readers=readers)
        return HTMLResponse(page)


def _latest(profile: OpenedProfile) -> str:
    days = profile.days() if profile.has_database else ()
    return f"latest page: {days[-1]}" if days else "no page yet"


def make_several(
    profiles: Mapping[str, CurrentProfile],
    sessions: Sessions,
    makings: Mapping[str, PageMaking],
    port: int,
) -> Guard:
    """Return the app of several profiles of one person, at a port of loopback."""
    apps = {
        name: make_reading(one, sessions, makings[name], around=_switch(profiles, name))
        for name, one in profiles.items()
    }
    front = Starlette(
        routes=[*Switcher(profiles).routes(), *Files(sessions.instance).routes()],
        exception_handlers=handling(),
    )
    public = frozenset(public_host(one) for one in profiles.values()) - {""}
    return Guard(Readers(apps.get, front), sessions, port, public=public)


def _switch(profiles: Mapping[str, CurrentProfile], here: str) -> Surroundings:
    return Surroundings(
        tuple(
            ReaderLink(one.profile.name, f"{reader_path(name)}/", current=name == here)
            for name, one in profiles.items()
        )
    )
