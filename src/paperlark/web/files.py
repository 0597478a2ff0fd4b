"""Serve what belongs to every page: style sheet, scripts, the service worker; a sign of life."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
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
_SHEET = "read.css"
_STATIC = {
    _SHEET: "text/css",
    "early.js": _SCRIPT,
    "read.js": _SCRIPT,
    "tune.js": _SCRIPT,
    "first.js": _SCRIPT,
    "icon.svg": "image/svg+xml",
}
_ASKED_AGAIN = {"Cache-Control": "no-cache"}
_FOR_GOOD = {"Cache-Control": "private, max-age=31536000, immutable"}
"""Of an address that has a fingerprint of the content: nothing waits for it a second time."""
_DIGITS = 12


def static(base: str, name: str) -> str:
    """Return the address of a file below `base`, kept for as long as it stays the same."""
    return f"{base}/static/{name}?v={_fingerprint(name)}"


@cache
def _fingerprint(name: str) -> str:
    return hashlib.sha256(_content(name)).hexdigest()[:_DIGITS]


@cache
def _content(name: str) -> bytes:
    if name == _SHEET:
        sheet, _ = style(("paperlark.renderers", "page.css"), (_PACKAGE, _SHEET))
        return str(sheet).encode()
    return resources.files(_PACKAGE).joinpath("templates", name).read_bytes()


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
        if name not in _STATIC:
            raise HTTPException(404, "There is no such file.")
        current = request.query_params.get("v") == _fingerprint(name)
        kept = _FOR_GOOD if current else _ASKED_AGAIN
        return Response(_content(name), media_type=_STATIC[name], headers=kept)

    def _worker(self, _request: Request) -> Response:
        """Serve the service worker, which may only keep what is at or below its own address."""
        return Response(_content("sw.js"), media_type=_SCRIPT, headers=_ASKED_AGAIN)

    async def _health(self, _request: Request) -> Response:
        return JSONResponse({"paperlark": __version__, "instance": self.instance})
