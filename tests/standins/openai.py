"""A stand-in for servers of the chat protocol: real HTTP on loopback, misbehaving on demand."""

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

Body = Mapping[str, Any]
Behaviour = Callable[["StandIn", Request], Response]
Rows = list[dict[str, Any]]

USAGE = {"prompt_tokens": 1000, "completion_tokens": 100, "total_tokens": 1100}
MODEL = "gpt-4o"
KEY = "sk-a-key-that-nobody-may-see"


class StandIn:
    """Answers every question well, except those that it was told to answer otherwise."""

    def __init__(self, server: HTTPServer) -> None:
        self.questions: list[Body] = []
        self.keys: list[str | None] = []
        self.base_url = server.url_for("/v1")
        self.released = Event()
        self.always: Behaviour | None = None
        self._next: deque[Behaviour] = deque()
        server.clear()
        server.expect_request(re.compile(r"/v1/chat/completions")).respond_with_handler(
            self._respond
        )

    def then(self, *behaviours: Behaviour) -> None:
        """Answer the next questions so, one behaviour each."""
        self._next.extend(behaviours)

    @property
    def asked(self) -> list[list[str]]:
        """The ids of the papers in every question so far."""
        return [[row["id"] for row in papers_of(question)] for question in self.questions]

    def _respond(self, request: Request) -> Response:
        self.questions.append(json.loads(request.data))
        self.keys.append(request.headers.get("Authorization"))
        if self._next:
            return self._next.popleft()(self, request)
        return (self.always or judges())(self, request)


@contextmanager
def stand_in(server: HTTPServer) -> Iterator[StandIn]:
    """Give a fresh stand-in on this server, and let go of whoever still waits at its end."""
    standing = StandIn(server)
    try:
        yield standing
    finally:
        standing.released.set()


def papers_of(question: Body) -> Rows:
    """Find the papers in a question."""
    text = question["messages"][-1]["content"]
    rows: Rows = json.loads(text[text.rindex("[{") :])
    return rows


def row(id_: str) -> dict[str, Any]:
    """Judge a paper by the last figure of its id."""
    score = 1 + int(id_[-1])
    return {"id": id_, "relevance": score, "novelty": 11 - score, "comment": f"About {id_}."}


def judges(
    change: Callable[[Rows], Rows] = lambda rows: rows,
    write: Callable[[Rows], str] = lambda rows: json.dumps({"papers": rows}),
) -> Behaviour:
    """Judge the papers asked about, with rows changed or written in another way."""

    def behaviour(standing: StandIn, request: Request) -> Response:
        rows = [row(paper["id"]) for paper in papers_of(json.loads(request.data))]
        return says(write(change(rows)))(standing, request)

    return behaviour


def says(
    text: str | None,
    *,
    finish: str = "stop",
    usage: Mapping[str, object] | None = USAGE,
    **message: object,
) -> Behaviour:
    """Answer with this text."""
    spoken = {"role": "assistant", "content": text, **message}
    choice = {"index": 0, "message": spoken, "finish_reason": finish}
    return answers({"object": "chat.completion", "choices": [choice], "usage": usage})


def complains(status: int, error: Mapping[str, object] | str, **headers: str) -> Behaviour:
    """Answer with an error in the usual place."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return answers({"error": error}, status=status, headers=named)


def answers(
    body: object, *, status: int = 200, headers: Mapping[str, str] | None = None
) -> Behaviour:
    """Answer with this body, JSON unless it is text already."""
    text = body if isinstance(body, str) else json.dumps(body)

    def behaviour(_standing: StandIn, _request: Request) -> Response:
        return Response(text, status, headers, content_type="application/json")

    return behaviour


def accepts_no(param: str, message: str, *, sent: Callable[[Body], bool]) -> Behaviour:
    """Complain about a parameter for as long as it is sent."""

    def behaviour(standing: StandIn, request: Request) -> Response:
        if sent(json.loads(request.data)):
            error = {"message": message, "type": "invalid_request_error", "param": param}
            return complains(400, error)(standing, request)
        return judges()(standing, request)

    return behaviour


def hangs_up(_standing: StandIn, request: Request) -> Response:
    """Close the connection instead of answering."""
    connection: socket.socket = request.environ["werkzeug.socket"]
    connection.shutdown(socket.SHUT_RDWR)
    return Response("")


def never_answers(standing: StandIn, _request: Request) -> Response:
    """Answer only when the test is over."""
    standing.released.wait(10)
    return Response("")


def without(*positions: int) -> Callable[[Rows], Rows]:
    """Leave out rows."""
    return lambda rows: [row for place, row in enumerate(rows) if place not in positions]


def adding(*more: Mapping[str, object]) -> Callable[[Rows], Rows]:
    """Add rows that nobody asked for."""
    return lambda rows: [*rows, *map(dict, more)]


def with_scores(write: Callable[[int], object]) -> Callable[[Rows], Rows]:
    """Write both scores in another way."""
    return lambda rows: [
        {**row, "relevance": write(row["relevance"]), "novelty": write(row["novelty"])}
        for row in rows
    ]


def lines(rows: Sequence[Mapping[str, object]]) -> str:
    """Write one row a line."""
    return "\n".join(json.dumps(row) for row in rows)
