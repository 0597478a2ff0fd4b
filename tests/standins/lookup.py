"""A stand-in for arXiv's search API that is asked for papers by identifier."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from paperlark.domain.announcement import AnnounceType, Listing
from paperlark.domain.paper import Paper
from standins.arxiv_pages import results

_FIRST = datetime(2025, 2, 20, 12, tzinfo=UTC)


@dataclass(slots=True)
class StandInLookup:
    """Has given papers; `failing` answers first are HTTP 400, `empty` ones after hold nothing."""

    server: HTTPServer
    papers: Iterable[Paper]
    failing: int = 0
    empty: int = 0
    asked: list[list[str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.server.expect_request("/lookup").respond_with_handler(self._answer)

    @property
    def url(self) -> str:
        """What a lookup takes as its base URL."""
        return self.server.url_for("/lookup")

    def _answer(self, request: Request) -> Response:
        asked = request.args["id_list"].split(",")
        self.asked.append(asked)
        if self.failing:
            self.failing -= 1
            return Response("no", 404)
        found = [one for one in self.papers if one.id in asked]
        if self.empty:
            self.empty -= 1
            found = []
        listed = [(Listing(one, AnnounceType.NEW), _FIRST) for one in found]
        return Response(results(listed, len(asked)), content_type="text/xml")
