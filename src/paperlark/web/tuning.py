"""Rank the latest day by criteria that are being edited, without reading anything twice."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import date
from http import HTTPStatus

from markupsafe import Markup
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from paperlark import OpenedProfile, Tuning
from paperlark.domain.criteria_effect import RankChange
from paperlark.renderers import english, typeset
from paperlark.renderers.html import clean_text, template
from paperlark.web.current import CurrentProfile
from paperlark.web.shared import Shared, blocking

_PACKAGE = "paperlark.web"
_LONGEST_CRITERIA = 600_000
"""Bytes of a form with criteria twice, 30,000 characters each, percent-encoded."""


class Tuner:
    """Keeps a tuning until the profile changes or a later day has a page; one ranking at a time."""

    def __init__(self, current: CurrentProfile) -> None:
        self._current = current
        self._lock = threading.Lock()
        self._opened: tuple[OpenedProfile, Tuning] | None = None

    @property
    def day(self) -> date:
        """The latest day that has a page."""
        return self._current.profile.digest().day

    def rank(self, criteria: str) -> tuple[RankChange, ...]:
        """Rank the latest day; raises StoreError where there is none."""
        with self._lock:
            profile, day = self._current.profile, self.day
            known = self._opened
            if known is None or known[0] is not profile or known[1].day != day:
                self._opened = known = (profile, profile.tuning(day))
            return known[1].rank(criteria)


@dataclass(frozen=True, slots=True)
class TuningPage:
    """Shows the criteria beside the latest day, ranked by what is written."""

    shared: Shared
    tuner: Tuner

    def routes(self) -> list[Route]:
        """Return the addresses."""
        return [
            Route("/tune", blocking(self._tune)),
            Route("/tune", self._tuned, methods=["POST"]),
        ]

    def _tune(self, request: Request) -> Response:
        """Show the criteria beside the papers of the latest day."""
        return self._tuning_page(request, self.shared.profile.criteria_text())

    async def _tuned(self, request: Request) -> Response:
        """Rank anew by the criteria of the form, or keep them."""
        form = await self.shared.forms.read(request, _LONGEST_CRITERIA)
        text = form.get("criteria", "").replace("\r\n", "\n")
        if form.get("do") == "save":
            own = form.get("instead_of", "").replace("\r\n", "\n")
            await run_in_threadpool(lambda: self.shared.profile.save_criteria(text, instead_of=own))
            return RedirectResponse("/tune", HTTPStatus.SEE_OTHER)
        if "application/json" in request.headers.get("accept", ""):
            return JSONResponse({"list": await run_in_threadpool(self._ranking_of, text)})
        return await run_in_threadpool(self._tuning_page, request, text)

    def _tuning_page(self, request: Request, text: str) -> Response:
        page = template(_PACKAGE, "tune.html", clean_text).render(
            profile=self.shared.profile.name,
            day=english.long_date(self.tuner.day),
            text=text,
            own=self.shared.profile.criteria_text(),
            ranking=Markup(self._ranking_of(text)),  # noqa: S704  # of a template that escapes
            form_token=self.shared.forms.token(request),
        )
        return Response(page, media_type="text/html")

    def _ranking_of(self, text: str) -> str:
        """Return the first papers by these criteria as HTML, each with where it was before."""
        changes = self.tuner.rank(text)
        most = self.shared.profile.settings.profile.page_size
        return template(_PACKAGE, "tuned.html", clean_text).render(
            changes=changes[:most],
            most=most,
            about=f"The first {min(most, len(changes))} of {english.number(len(changes))} papers by"
            " these criteria and what your labels have taught.",
            chosen="",
            typeset=typeset,
        )
