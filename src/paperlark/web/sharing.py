"""A member's own choice of what the group sees: nothing, until they press the button."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from paperlark import Sharing
from paperlark.renderers.html import clean_text, template
from paperlark.web.shared import Shared, base_of, blocking

_PACKAGE = "paperlark.web"


@dataclass(frozen=True, slots=True)
class SharingPage:
    """Shows what the group sees of a reader, and takes what they choose."""

    shared: Shared

    def routes(self) -> list[Route]:
        """Return the addresses."""
        return [
            Route("/sharing", blocking(self._show)),
            Route("/sharing", self._choose, methods=["POST"]),
        ]

    def _show(self, request: Request) -> Response:
        profile = self.shared.profile
        has_pages = profile.has_database
        text = template(_PACKAGE, "sharing.html", clean_text).render(
            **self.shared.frame(request),
            chosen=profile.reading.sharing() if has_pages else Sharing(),
            has_pages=has_pages,
        )
        return HTMLResponse(text)

    async def _choose(self, request: Request) -> Response:
        form = await self.shared.forms.read(request)
        wanted, saved = "wanted" in form, "saved" in form
        profile = self.shared.profile
        await run_in_threadpool(lambda: profile.reading.share(wanted=wanted, saved=saved))
        return RedirectResponse(f"{base_of(request)}/sharing", HTTPStatus.SEE_OTHER)
