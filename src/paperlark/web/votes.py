"""Show what the reader has said so far; give all of it away, or take all of it back."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from uuid import uuid4

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from paperlark.domain.triage import TriageState
from paperlark.renderers import english
from paperlark.renderers.html import clean_text, template
from paperlark.web.lists import KEPT
from paperlark.web.shared import Shared, base_of, blocking

_PACKAGE = "paperlark.web"
CONFIRMED = "yes"


@dataclass(frozen=True, slots=True)
class VotesPage:
    """Shows counts of votes, saved papers and notes, with their export and their reset."""

    shared: Shared

    def routes(self) -> list[Route]:
        """Return the addresses."""
        return [
            Route("/votes", blocking(self._votes)),
            Route("/votes.jsonl", blocking(self._log)),
            Route("/votes.txt", blocking(self._lines)),
            Route("/votes/reset", self._reset, methods=["POST"]),
        ]

    def _votes(self, request: Request) -> Response:
        states = self.shared.profile.reading.triage_states()
        page = template(_PACKAGE, "votes.html", clean_text).render(
            **self.shared.frame(request),
            counts=[(one, sum(map(one.contains, states.values()))) for one in KEPT],
            untouched=not any(one != TriageState() for one in states.values()),
            back=request.query_params.get("taken", "")[:9],
            nonce=uuid4().hex[:12],
            confirmed=CONFIRMED,
            english=english,
        )
        return Response(page, media_type="text/html")

    def _log(self, _request: Request) -> Response:
        """Return all events and votes as the log beside the database has them."""
        text = self.shared.profile.reading.export_triage()
        return _file("votes.jsonl", text, "application/x-ndjson")

    def _lines(self, _request: Request) -> Response:
        """Return what counts as lines that `paperlark vote -` reads."""
        return _file("votes.txt", self.shared.profile.reading.vote_lines(), "text/plain")

    async def _reset(self, request: Request) -> Response:
        form = await self.shared.forms.read(request)
        if form.get("confirmed") != CONFIRMED:
            raise HTTPException(400, "Tick the box to take everything back; nothing changed.")
        count = await run_in_threadpool(self.shared.profile.reading.reset_triage)
        return RedirectResponse(f"{base_of(request)}/votes?taken={count}", HTTPStatus.SEE_OTHER)


def _file(name: str, text: str, kind: str) -> Response:
    kept = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(text, media_type=kind, headers=kept)
