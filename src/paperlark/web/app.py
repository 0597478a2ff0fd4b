"""Put the web app together: its addresses, and how errors are told. All is links and forms."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from http import HTTPStatus
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from paperlark.domain.errors import PaperlarkError
from paperlark.domain.redaction import redacted
from paperlark.renderers.html import clean_text, template
from paperlark.web.current import CurrentProfile
from paperlark.web.feeds import FeedPages
from paperlark.web.file_savers import FileSavers
from paperlark.web.files import Files
from paperlark.web.guard import Guard
from paperlark.web.json_api import JsonApi
from paperlark.web.making import PageMaking
from paperlark.web.pages import Pages
from paperlark.web.progress import MakingProgress
from paperlark.web.reactions import Reactions
from paperlark.web.reader_paths import is_signed_link
from paperlark.web.sessions import Sessions
from paperlark.web.shared import NOTHING_AROUND, Shared, SignedForms, Surroundings, base_of
from paperlark.web.tuning import Tuner, TuningPage
from paperlark.web.vote_links import VoteLinks, public_host
from paperlark.web.vote_moves import VoteMovesPage, VoteWatch
from paperlark.web.votes import VotesPage


async def _problem(request: Request, error: Exception) -> Response:
    """Return an expected error as one line; to whoever reads it in a browser, with a way on."""
    if isinstance(error, HTTPException):
        text, status = error.detail, error.status_code
    else:
        text, status = redacted(str(error)), HTTPStatus.CONFLICT
    # Behind a signed link there are no other pages.
    in_browser = "text/html" in request.headers.get("accept", "")
    if not in_browser or is_signed_link(request.url.path):
        return Response(f"{text}\n", status, media_type="text/plain")
    page = template("paperlark.web", "problem.html", clean_text).render(
        base=base_of(request), problem=text
    )
    return Response(page, status, media_type="text/html")


def handling() -> dict[Any, Callable[[Request, Exception], Awaitable[Response]]]:
    """Return how expected errors are told."""
    return {HTTPException: _problem, PaperlarkError: _problem}


def make_reading(
    current: CurrentProfile,
    sessions: Sessions,
    making: PageMaking,
    *,
    around: Surroundings = NOTHING_AROUND,
    more: Callable[[Shared], Iterable[Route]] = lambda _: (),
) -> Starlette:
    """Return the addresses of a profile's app, without the guard before them.

    `around` leads out of its pages, and `more` has addresses that not every app has.
    """
    shared = Shared(current, SignedForms(sessions), around)
    watch = VoteWatch(current)
    parts = (
        Pages(shared, making, watch),
        Reactions(shared, watch, FileSavers(current)),
        VoteMovesPage(shared, watch),
        TuningPage(shared, Tuner(current)),
        MakingProgress(shared, making),
        VotesPage(shared),
        VoteLinks(current),
        FeedPages(current),
        JsonApi(shared),
        Files(sessions.instance),
    )
    return Starlette(
        routes=[*(route for part in parts for route in part.routes()), *more(shared)],
        exception_handlers=handling(),
    )


def make_app(current: CurrentProfile, sessions: Sessions, making: PageMaking, port: int) -> Guard:
    """Return the app of a profile at a port of loopback, for whoever the sessions let in."""
    reading = make_reading(current, sessions, making)
    public = frozenset({public_host(current)} - {""})
    return Guard(reading, sessions, port, public=public, bearer=current.assistant_token)
