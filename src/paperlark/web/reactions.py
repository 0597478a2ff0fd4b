"""Take what a reader does with papers: votes, notes, what was saved and seen; and undo it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from http import HTTPStatus

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from paperlark import Applied, ReadingDay
from paperlark.domain.triage import Action
from paperlark.renderers import typeset
from paperlark.web.file_savers import FileSavers
from paperlark.web.forms import event_fields, event_id, parse_day
from paperlark.web.lists import (
    buttons,
    day_rows,
    left_of,
    left_text,
    told,
    undo_text,
)
from paperlark.web.parts import around
from paperlark.web.shared import Shared, way_back
from paperlark.web.vote_moves import VoteWatch, moved_address


@dataclass(frozen=True, slots=True)
class Reactions:
    """Takes what a reader does with a paper, and takes it back."""

    shared: Shared
    watch: VoteWatch
    files: FileSavers

    def routes(self) -> list[Route]:
        """Return the addresses."""
        return [
            Route("/act", self._act, methods=["POST"]),
            Route("/undo", self._undo, methods=["POST"]),
            Route("/seen", self._see_all, methods=["POST"]),
        ]

    async def _act(self, request: Request) -> Response:
        form = await self.shared.forms.read(request)
        fields = event_fields(form)

        def act() -> Applied:
            return self.shared.profile.reading.triage(**fields)  # type: ignore[arg-type]  # as event_fields says

        voted = fields["on"] and fields["action"] in {Action.WANT, Action.NOT}
        return await self._done(request, form, act, vote=str(fields["event"]) if voted else "")

    async def _undo(self, request: Request) -> Response:
        form = await self.shared.forms.read(request)
        event = event_id(form)
        undoes = form.get("undoes", "")[:200]
        return await self._done(
            request, form, lambda: self.shared.profile.reading.undo_triage(undoes, event=event)
        )

    async def _see_all(self, request: Request) -> Response:
        """Mark all papers of a day's page as seen."""
        form = await self.shared.forms.read(request)
        day = parse_day(form.get("page", ""))

        def see() -> None:
            reading = self.shared.profile.reading.reading_day(day)
            for row in day_rows(reading, others=False):
                if not row.state.seen:
                    self.shared.profile.reading.triage(
                        row.entry.paper.id, "seen", page=day, place=row.place
                    )

        await run_in_threadpool(see)
        return RedirectResponse(way_back(request, form), HTTPStatus.SEE_OTHER)

    async def _done(
        self,
        request: Request,
        form: Mapping[str, str],
        act: Callable[[], Applied],
        *,
        vote: str = "",
    ) -> Response:
        """Answer a script in JSON, and a form with the page it was sent from, at that paper.

        What the event `vote` moves is tried once it is stored.
        """
        applied = await run_in_threadpool(act)
        if vote:
            self.watch.vote(vote)
        if applied.after.saved or applied.before.saved:
            self.files.start()
        if "application/json" not in request.headers.get("accept", ""):
            back = around(way_back(request, form), applied.paper.id, form.get("event", ""))
            return RedirectResponse(f"{back}#{applied.paper.anchor}", HTTPStatus.SEE_OTHER)
        day = parse_day(form["page"]) if form.get("page") else None
        report = await run_in_threadpool(self._report, applied, day)
        return JSONResponse({**report, "moves": moved_address(request, vote) if vote else ""})

    def _report(self, applied: Applied, day: date | None) -> dict[str, object]:
        """Return what changed with an event, on the page of a day if one is shown."""
        reading: ReadingDay = self.shared.profile.reading.reading_day(day)
        state = applied.after
        return {
            "paper": applied.paper.id,
            "told": told(applied.before, state, typeset.plain(applied.paper.title)),
            "pressed": {one.action: one.pressed for one in buttons(state)},
            "seen": state.seen,
            "note": state.note,
            "left": left_text(left_of(reading)) if day else "",
            "undo": reading.undoable[-1].id if reading.undoable else "",
            "undo_text": undo_text(reading.undoable),
        }
