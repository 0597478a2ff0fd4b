"""Report to the browser how far the page is that is being made."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from paperlark.web.making import PageMaking
from paperlark.web.shared import Shared, blocking, way_back


@dataclass(frozen=True, slots=True)
class MakingProgress:
    """Begins the page of the latest day on request, and tells how far it is."""

    shared: Shared
    making: PageMaking

    def routes(self) -> list[Route]:
        """Return the addresses."""
        return [
            Route("/make", self._make, methods=["POST"]),
            Route("/making", blocking(self._progress)),
        ]

    async def _make(self, request: Request) -> Response:
        form = await self.shared.forms.read(request)
        self.making.start(self.shared.profile.latest_day())
        return RedirectResponse(way_back(request, form), HTTPStatus.SEE_OTHER)

    def _progress(self, _request: Request) -> Response:
        making = self.making.current
        if making is None:
            return JSONResponse({"made": True})
        return JSONResponse(
            {
                "made": False,
                "day": making.day.isoformat(),
                "step": making.step,
                "done": making.done,
                "total": making.total,
                "failed": making.failed,
            }
        )
