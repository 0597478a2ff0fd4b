"""Make the latest day's page anew by criteria and settings that are being edited."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from http import HTTPStatus

from markupsafe import Markup
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from paperlark import OpenedProfile, TunedPage, Tuning, TuningDraft
from paperlark.domain.judgement import HIGHEST, LOWEST
from paperlark.domain.profile import Cutoffs
from paperlark.renderers import english, typeset
from paperlark.renderers.html import clean_text, template
from paperlark.web.current import CurrentProfile
from paperlark.web.shared import Shared, base_of, blocking

_PACKAGE = "paperlark.web"
_LONGEST_FORM = 900_000
"""Bytes of a form with criteria twice, 30,000 characters each, and names, percent-encoded."""
LARGEST_PAGE = 1000
_DIGITS = 4


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

    def page(self, draft: TuningDraft) -> tuple[Tuning, TunedPage]:
        """Make the latest day's page by a draft; raises StoreError where there is none."""
        with self._lock:
            profile, day = self._current.profile, self.day
            known = self._opened
            if known is None or known[0] is not profile or known[1].day != day:
                self._opened = known = (profile, profile.interests.tuning(day))
            return known[1], known[1].page(draft)


@dataclass(frozen=True, slots=True)
class TuningPage:
    """Shows criteria and settings beside the latest day, as what is written selects it."""

    shared: Shared
    tuner: Tuner

    def routes(self) -> list[Route]:
        """Return the addresses."""
        return [
            Route("/tune", blocking(self._tune)),
            Route("/tune", self._tuned, methods=["POST"]),
        ]

    def _tune(self, request: Request) -> Response:
        """Show the profile as it is beside the papers of the latest day."""
        draft = self.shared.profile.interests.draft()
        names = "\n".join(one.name for one in draft.followed)
        return self._tuning_page(request, draft, names, saved="saved" in request.query_params)

    async def _tuned(self, request: Request) -> Response:
        """Make the page anew by the form, or keep what it says."""
        form = await self.shared.forms.read(request, _LONGEST_FORM)
        draft = await run_in_threadpool(self._draft, form)
        if form.get("do") == "save":
            await run_in_threadpool(self._save, draft, form)
            return RedirectResponse(f"{base_of(request)}/tune?saved", HTTPStatus.SEE_OTHER)
        if "application/json" in request.headers.get("accept", ""):
            return JSONResponse({"list": await run_in_threadpool(self._ranking_of, draft)})
        return await run_in_threadpool(
            self._tuning_page, request, draft, form.get("followed", ""), form=form
        )

    def _draft(self, form: Mapping[str, str]) -> TuningDraft:
        """Return what a form says; raises HTTPException or PaperlarkError naming what is wrong.

        What it does not name stays as the profile has it.
        """
        own = self.shared.profile.interests.draft()
        cutoffs = Cutoffs(
            _number(form, "relevance", own.cutoffs.relevance, LOWEST, HIGHEST),
            _number(form, "novelty", own.cutoffs.novelty, LOWEST, HIGHEST),
        )
        names = form.get("followed")
        return TuningDraft(
            form.get("criteria", own.criteria).replace("\r\n", "\n"),
            _number(form, "page_size", own.page_size, 1, LARGEST_PAGE),
            cutoffs,
            own.followed
            if names is None
            else self.shared.profile.interests.followed_by_names(names),
        )

    def _save(self, draft: TuningDraft, form: Mapping[str, str]) -> None:
        self.shared.profile.interests.save_draft(
            draft,
            instead_of=form.get("instead_of", "").replace("\r\n", "\n"),
            profile_was=form.get("profile_was", ""),
        )

    def _tuning_page(
        self,
        request: Request,
        draft: TuningDraft,
        names: str,
        *,
        form: Mapping[str, str] | None = None,
        saved: bool = False,
    ) -> Response:
        profile = self.shared.profile
        known = form or {}
        page = template(_PACKAGE, "tune.html", clean_text).render(
            **self.shared.frame(request),
            day=english.long_date(self.tuner.day),
            draft=draft,
            names=names,
            # What was there when the reader began, so that nobody's change is written over.
            own=known.get("instead_of") or profile.interests.criteria_text(),
            profile_was=known.get("profile_was") or profile.interests.file_fingerprint(),
            ranking=Markup(self._ranking_of(draft)),  # noqa: S704  # of a template that escapes
            with_model=profile.settings.model is not None,
            largest=LARGEST_PAGE,
            lowest=LOWEST,
            highest=HIGHEST,
            saved=saved,
        )
        return Response(page, media_type="text/html")

    def _ranking_of(self, draft: TuningDraft) -> str:
        """Return the page by this draft as HTML, each paper with where it was before."""
        tuning, page = self.tuner.page(draft)
        return template(_PACKAGE, "tuned_page.html", clean_text).render(
            page=page, judged=bool(tuning.judged), english=english, typeset=typeset
        )


def _number(form: Mapping[str, str], name: str, own: int, least: int, most: int) -> int:
    """Return a whole number of a form, the profile's own where the form does not name it."""
    text = form.get(name)
    if text is None:
        return own
    text = text.strip()
    if text.isascii() and text.isdigit() and len(text) <= _DIGITS and least <= int(text) <= most:
        return int(text)
    expected = f"expected a whole number from {least} to {most}, not {text[:40]!r}"
    raise HTTPException(400, f"{name.replace('_', ' ')}: {expected}; nothing changed.")
