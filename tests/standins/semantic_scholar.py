"""A stand-in for Semantic Scholar: real HTTP on loopback, misbehaving on demand."""

from __future__ import annotations

import json
import re
import socket
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from threading import Event
from typing import Any

from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

Row = Mapping[str, Any] | None
Behaviour = Callable[["Scholar", Request], Response]

KEY = "s2-a-key-that-nobody-may-see"
NONE_KNOWN = "No valid paper ids given"


class Scholar:
    """Knows the rows it is given; every other paper is not indexed yet."""

    def __init__(self, server: HTTPServer) -> None:
        self.rows: dict[str, Row] = {}
        self.asked: list[list[str]] = []
        self.fields: list[str | None] = []
        self.keys: list[str | None] = []
        self.always: Behaviour | None = None
        self.released = Event()
        self.base_url = server.url_for("/graph/v1")
        self._next: deque[Behaviour] = deque()
        server.clear()
        server.expect_request(
            re.compile(r"/graph/v1/paper/batch"), method="POST"
        ).respond_with_handler(self._respond)

    def knows(self, paper: str, *authors: Mapping[str, object]) -> None:
        """Index a paper."""
        self.rows[paper] = {"externalIds": {"ArXiv": paper}, "authors": list(authors)}

    def then(self, *behaviours: Behaviour) -> None:
        """Answer the next questions so, one behaviour each."""
        self._next.extend(behaviours)

    def _respond(self, request: Request) -> Response:
        ids = json.loads(request.data)["ids"]
        self.asked.append([id_.removeprefix("ARXIV:") for id_ in ids])
        self.fields.append(request.args.get("fields"))
        self.keys.append(request.headers.get("x-api-key"))
        if self._next:
            return self._next.popleft()(self, request)
        return (self.always or well)(self, request)


@contextmanager
def scholar_on(server: HTTPServer) -> Iterator[Scholar]:
    """Return a fresh stand-in on this server, and let go of whoever still waits at its end."""
    standing = Scholar(server)
    try:
        yield standing
    finally:
        standing.released.set()


def author(name: str, id_: str | None = None, h_index: object = None) -> Mapping[str, object]:
    """Return an author as a row has it."""
    return {"authorId": id_, "name": name, "hIndex": h_index}


def well(scholar: Scholar, request: Request) -> Response:
    """Answer as the service does: in place, `null` for the unknown, and all unknown is an error."""
    rows = [scholar.rows.get(id_) for id_ in scholar.asked[-1]]
    if len(rows) > 500:
        return complains(400, "too many ids")(scholar, request)
    if not any(rows):
        return complains(400, NONE_KNOWN)(scholar, request)
    return says(rows)(scholar, request)


def says(body: object, *, status: int = 200, headers: Mapping[str, str] | None = None) -> Behaviour:
    """Answer with this body, JSON unless it is bytes already."""
    content = body if isinstance(body, bytes) else json.dumps(body)

    def behaviour(_scholar: Scholar, _request: Request) -> Response:
        return Response(content, status, headers, content_type="application/json")

    return behaviour


def complains(status: int, error: str, **headers: str) -> Behaviour:
    """Answer with an error in the usual place."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return says({"error": error}, status=status, headers=named)


def changed(change: Callable[[Sequence[Row]], Sequence[Row]]) -> Behaviour:
    """Answer with the right rows, changed."""

    def behaviour(scholar: Scholar, request: Request) -> Response:
        rows = [scholar.rows.get(id_) for id_ in scholar.asked[-1]]
        return says(list(change(rows)))(scholar, request)

    return behaviour


def breaks_on(*papers: str) -> Behaviour:
    """Fail as a whole where one of these papers is asked about."""

    def behaviour(scholar: Scholar, request: Request) -> Response:
        if set(papers) & set(scholar.asked[-1]):
            return complains(500, "Internal Server Error")(scholar, request)
        return well(scholar, request)

    return behaviour


def hangs_up(_scholar: Scholar, request: Request) -> Response:
    """Close the connection instead of answering."""
    connection: socket.socket = request.environ["werkzeug.socket"]
    connection.shutdown(socket.SHUT_RDWR)
    return Response("")


def never_answers(scholar: Scholar, _request: Request) -> Response:
    """Answer only when the test is over."""
    scholar.released.wait(10)
    return Response("")


def drips(scholar: Scholar, _request: Request) -> Response:
    """Send a little, again and again, and never come to an end."""

    def body() -> Iterator[bytes]:
        while not scholar.released.wait(0.01):
            yield b" "

    return Response(body(), content_type="application/json")
