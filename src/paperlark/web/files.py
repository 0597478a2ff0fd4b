"""Serve what belongs to every page: style sheet, scripts, the service worker; a sign of life."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import resources

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from paperlark import __version__
from paperlark.renderers.html import style
from paperlark.web.shared import blocking

_PACKAGE = "paperlark.web"
_SCRIPT = "text/javascript"
_STATIC = {
    "early.js": _SCRIPT,
    "read.js": _SCRIPT,
    "tune.js": _SCRIPT,
    "first.js": _SCRIPT,
    "icon.svg": "image/svg+xml",
}
_KEPT = {"Cache-Control": "no-cache"}


@dataclass(frozen=True, slots=True)
class Files:
    """Serves the files that pages refer to, and a sign of life."""

    instance: str

    def routes(self) -> list[Route]:
        """Return the addresses."""
        return [
            Route("/static/{name}", blocking(self._static)),
            Route("/sw.js", blocking(self._worker)),
            Route("/healthz", self._health),
        ]

    def _static(self, request: Request) -> Response:
        name = request.path_params["name"]
        if name == "read.css":
            sheet, _ = style(("paperlark.renderers", "page.css"), (_PACKAGE, "read.css"))
            return Response(str(sheet), media_type="text/css", headers=_KEPT)
        if name not in _STATIC:
            raise HTTPException(404, "There is no such file.")
        content = resources.files(_PACKAGE).joinpath("templates", name).read_bytes()
        return Response(content, media_type=_STATIC[name], headers=_KEPT)

    def _worker(self, _request: Request) -> Response:
        """Serve the service worker, which may only keep what is at or below its own address."""
        content = resources.files(_PACKAGE).joinpath("templates", "sw.js").read_bytes()
        return Response(content, media_type=_SCRIPT, headers=_KEPT)

    async def _health(self, _request: Request) -> Response:
        return JSONResponse({"paperlark": __version__, "instance": self.instance})
