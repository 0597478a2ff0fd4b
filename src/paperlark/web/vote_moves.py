"""Show what a vote moved: tried in the background once it is stored, the newest vote first."""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from dataclasses import dataclass
from functools import partial
from urllib.parse import quote

from anyio import CapacityLimiter
from markupsafe import Markup
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from paperlark import OpenedProfile, PaperlarkError, VoteMoves, VoteTrial
from paperlark.renderers import english, typeset
from paperlark.renderers.html import clean_text, template
from paperlark.web.current import CurrentProfile
from paperlark.web.shared import Shared, base_of, blocking

_log = logging.getLogger(__name__)
_PACKAGE = "paperlark.web"
PAUSE = 0.3
"""Seconds without another vote before one is tried: whoever votes on is not slowed down."""
AT_MOST = 0.4
"""Seconds that the page that answers a form waits for the result."""
_SCRIPT_WAITS = 2.0
"""Seconds until a script is told to ask again."""
_KEPT = 4
"""Results that are kept, each with all papers of a day; an older one is tried again when asked for.
"""
_TRYING = threading.Lock()
_WAITING = CapacityLimiter(40)
"""Threads of those who wait for what a vote moves."""


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of trying a vote; `problem` says why nothing did."""

    moves: VoteMoves | None
    problem: str = ""


class VoteWatch:
    """Tries the newest vote in a thread of its own once it is asked for; keeps the latest results.

    One vote at a time in the whole process: of many readers each would rank a day at once.
    """

    def __init__(self, current: CurrentProfile) -> None:
        self._current = current
        self._changed = threading.Condition()
        self._wanted: str | None = None
        self._hurried = False
        self._at_work = False
        self._results: OrderedDict[str, Tried] = OrderedDict()
        self._trial: tuple[OpenedProfile, VoteTrial] | None = None

    def vote(self, event: str) -> None:
        """Note the vote that this event cast, to be tried unless another one comes after it."""
        with self._changed:
            self._wanted, self._hurried = event, False
            self._changed.notify_all()

    def result(self, event: str, seconds: float, *, hurry: bool = False) -> Tried | None:
        """Return what came of a vote, after at most so many seconds; None where nothing did yet.

        None also where a later vote is tried in its place. With `hurry` no other vote is awaited.
        """
        with self._changed:
            if self.awaits(event) and not self._at_work:
                self._at_work = True
                threading.Thread(target=self._work, daemon=True).start()
            if hurry and self._wanted == event:
                self._hurried = True
                self._changed.notify_all()
            self._changed.wait_for(lambda: not self.awaits(event), seconds)
            return self._results.get(event)

    def awaits(self, event: str) -> bool:
        """Return whether this vote is still to be tried."""
        return self._wanted == event and event not in self._results

    def try_now(self, event: str) -> Tried:
        """Return what comes of a vote, tried at once where it is not known."""
        with self._changed:
            found = self._results.get(event)
        return found or self._try(event)

    def _work(self) -> None:
        while (event := self._next()) is not None:
            self._try(event)

    def _next(self) -> str | None:
        """Return the newest vote after a pause; None, and the work ends, where there is none."""
        with self._changed:
            while (event := self._wanted) is not None and event not in self._results:
                self._changed.wait_for(partial(self._interrupts, event), PAUSE)
                if self._wanted == event:
                    return event
            self._at_work = False
            return None

    def _interrupts(self, event: str) -> bool:
        return self._hurried or self._wanted != event

    def _try(self, event: str) -> Tried:
        try:
            with _TRYING:
                found = Tried(self._opened().moves(event))
        except PaperlarkError as error:
            found = Tried(None, str(error))
        except Exception:  # noqa: BLE001  # the vote is stored, and the log has all of it
            _log.exception("what the vote %s moves could not be tried", event)
            found = Tried(None, "an unexpected error; the log of this command has it")
        with self._changed:
            self._results[event] = found
            while len(self._results) > _KEPT:
                self._results.popitem(last=False)
            self._changed.notify_all()
        return found

    def _opened(self) -> VoteTrial:
        profile = self._current.profile
        if self._trial is None or self._trial[0] is not profile:
            self._trial = (profile, profile.reading.vote_trial())
        return self._trial[1]


def moved_address(request: Request, event: str) -> str:
    """Return the address of what a vote moved, among those of the request's reader."""
    return f"{base_of(request)}/moved/{quote(event, safe='')}"


def moves_text(tried: Tried) -> str:
    """Return what a vote moved in one line; empty where it moves nothing by itself."""
    moves = tried.moves
    if moves is None:
        return f"Learned from the next page on; not tried: {tried.problem}" if tried.problem else ""
    places = "places in what the model reads" if moves.for_model else "places"
    others = (
        f"{english.number(moves.moved)} of the first {moves.first} {places} of this day change"
        if moves.moved
        else f"none of the first {moves.first} {places} of this day changes"
    )
    own = moves.own
    if own is None:
        return f"Learned from the next page on. Tried here: {others}."
    this = (
        f"this paper stays no. {own.after}"
        if own.before == own.after
        else f"this paper goes from no. {own.before} to no. {own.after}"
    )
    return f"Learned from the next page on. Tried here: {others}; {this}."


@dataclass(frozen=True, slots=True)
class VoteMovesPage:
    """Shows the order of a day with a vote, beside the places without it."""

    shared: Shared
    watch: VoteWatch

    def routes(self) -> list[Route]:
        """Return the addresses."""
        return [Route("/moved/{event}", blocking(self._moved, _WAITING))]

    def _moved(self, request: Request) -> Response:
        event = request.path_params["event"]
        if "application/json" in request.headers.get("accept", ""):
            tried = self.watch.result(event, _SCRIPT_WAITS)
            text = moves_text(tried) if tried else ""
            return JSONResponse({"text": text, "wait": self.watch.awaits(event)})
        tried = self.watch.try_now(event)
        if tried.moves is None:
            raise HTTPException(404, tried.problem or "There is no such vote, or it was released.")
        return self._page(request, tried, tried.moves)

    def _page(self, request: Request, tried: Tried, moves: VoteMoves) -> Response:
        own = moves.own
        ranking = template(_PACKAGE, "tuned.html", clean_text).render(
            changes=moves.changes[: moves.first],
            most=moves.first,
            about=f"The first {min(moves.first, len(moves.changes))} of"
            f" {english.number(len(moves.changes))} papers, ranked with this vote and those before"
            " it.",
            chosen=moves.paper,
            typeset=typeset,
        )
        page = template(_PACKAGE, "moved.html", clean_text).render(
            **self.shared.frame(request),
            title=typeset.html_unlinked(own.paper.title) if own else moves.paper,
            text=moves_text(tried),
            back=f"{base_of(request)}/day/{moves.day}" + (f"#{own.paper.anchor}" if own else ""),
            day=english.long_date(moves.day),
            ranking=Markup(ranking),  # noqa: S704  # of a template that escapes
        )
        return Response(page, media_type="text/html")
