"""A fake chat completions server: real HTTP on loopback, misbehaving on demand."""

from __future__ import annotations

import json
import re
import socket
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from threading import Event, Lock
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
    """Answers every request correctly, except those with a behaviour of their own."""

    def __init__(self, server: HTTPServer) -> None:
        self.questions: list[Body] = []
        self.keys: list[str | None] = []
        self.headers: list[Mapping[str, str]] = []
        self.addresses: list[str] = []
        self.base_url = server.url_for("/v1")
        self.released = Event()
        self.always: Behaviour | None = None
        self._next: deque[Behaviour] = deque()
        server.clear()
        server.expect_request(re.compile(r"/(v1|openai/.*)/chat/completions")).respond_with_handler(
            self._respond
        )

    def then(self, *behaviours: Behaviour) -> None:
        """Use these behaviours for the next requests, one each."""
        self._next.extend(behaviours)

    @property
    def asked(self) -> list[list[str]]:
        """The ids of the papers in every question so far."""
        return [[row["id"] for row in papers_of(question)] for question in self.questions]

    def _respond(self, request: Request) -> Response:
        self.questions.append(json.loads(request.data))
        self.keys.append(request.headers.get("Authorization"))
        self.headers.append(dict(request.headers))
        self.addresses.append(request.url)
        if self._next:
            return self._next.popleft()(self, request)
        return (self.always or judges())(self, request)


@contextmanager
def stand_in(server: HTTPServer) -> Iterator[StandIn]:
    """Yield a fresh stand-in on this server; at its end, release handlers that still wait."""
    standing = StandIn(server)
    try:
        yield standing
    finally:
        standing.released.set()


_PAPER = re.compile(
    r"^Paper (?P<paper>\d+): (?P<title>.*)\n(?:Authors: (?P<authors>.*)\n)?"
    r"Abstract: (?P<abstract>.*)(?:\nEarlier: (?P<earlier>.*))?$",
    re.MULTILINE,
)
_ID = re.compile(r"\d{4}\.\d{4,5}|[a-z-]+/\d{7}")


def papers_of(question: Body) -> Rows:
    """Find the papers in a question, each with its number.

    A model is not shown their ids: `id` is one in the title, else the title itself.
    """
    text = question["messages"][-1]["content"]
    found: Rows = [
        {**match.groupdict(), "paper": int(match["paper"])} for match in _PAPER.finditer(text)
    ]
    for paper in found:
        named = _ID.search(paper["title"])
        paper["id"] = named[0] if named else paper["title"]
    return found


def row(paper: Mapping[str, Any]) -> dict[str, Any]:
    """Judge a paper by the last digit of its id."""
    figures = re.findall(r"\d", paper["id"]) or [str(len(paper["id"]) % 10)]
    score = 1 + int(figures[-1])
    return {
        "paper": paper["paper"],
        "relevance": score,
        "novelty": 11 - score,
        "comment": f"About {paper['id']}.",
    }


def judges(
    change: Callable[[Rows], Rows] = lambda rows: rows,
    write: Callable[[Rows], str] = lambda rows: json.dumps({"rows": rows}),
) -> Behaviour:
    """Judge the papers of the request, with rows changed or written in another way.

    `change` sees a paper's `id`, too, which the model does not write.
    """

    def behaviour(standing: StandIn, request: Request) -> Response:
        rows = [{**row(paper), "id": paper["id"]} for paper in papers_of(json.loads(request.data))]
        said = [{key: row[key] for key in row if key != "id"} for row in change(rows)]
        return says(write(said))(standing, request)

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

    def behaviour(standing: StandIn, request: Request) -> Response:
        used = counted(request) if usage is USAGE else usage
        body = {"object": "chat.completion", "choices": [choice], "usage": used}
        return answers(body)(standing, request)

    return behaviour


def counted(request: Request) -> Mapping[str, int]:
    """Return the usual usage, with more prompt tokens where the prompt cannot have so few."""
    said = " ".join(one["content"] for one in json.loads(request.data)["messages"])
    prompt = max(USAGE["prompt_tokens"], len(re.findall(r"\w+|[^\w\s]", said)))
    return {**USAGE, "prompt_tokens": prompt, "total_tokens": prompt + USAGE["completion_tokens"]}


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
    """Complain about a parameter as long as it is sent."""

    def behaviour(standing: StandIn, request: Request) -> Response:
        if sent(json.loads(request.data)):
            error = {"message": message, "type": "invalid_request_error", "param": param}
            return complains(400, error)(standing, request)
        return judges()(standing, request)

    return behaviour


def says_in(field: str, write: Callable[[str], object] = lambda text: text) -> Behaviour:
    """Judge correctly, and leave the answer in another field of the message, `content` empty."""

    def behaviour(standing: StandIn, request: Request) -> Response:
        rows = [row(paper) for paper in papers_of(json.loads(request.data))]
        said = write(json.dumps({"rows": rows}))
        return says("", **{field: said})(standing, request)  # type: ignore[arg-type]  # a message's

    return behaviour


def refuses_schemas(status: int, error: Mapping[str, object] | str) -> Behaviour:
    """Refuse every request with a format of its answer, in these words; judge all others."""

    def behaviour(standing: StandIn, request: Request) -> Response:
        if "response_format" in json.loads(request.data):
            return complains(status, error)(standing, request)
        return judges()(standing, request)

    return behaviour


def streams(kind: str = "text/event-stream") -> Behaviour:
    """Answer with server-sent events, which nobody asked for."""

    def behaviour(standing: StandIn, request: Request) -> Response:
        whole = judges()(standing, request).get_json()["choices"][0]["message"]["content"]
        pieces = [whole[at : at + 20] for at in range(0, len(whole), 20)]
        events = [{"choices": [{"index": 0, "delta": {"content": piece}}]} for piece in pieces]
        lines = [f"data: {json.dumps(event)}\n\n" for event in events]
        return Response("".join([*lines, "data: [DONE]\n\n"]), content_type=kind)

    return behaviour


def redirects(address: str, status: int = 308) -> Behaviour:
    """Send the client elsewhere."""
    return answers("", status=status, headers={"Location": address})


def hangs_up(_standing: StandIn, request: Request) -> Response:
    """Close the connection instead of answering."""
    connection: socket.socket = request.environ["werkzeug.socket"]
    with suppress(OSError):  # the client may have hung up first
        connection.shutdown(socket.SHUT_RDWR)
    return Response("")


def never_answers(standing: StandIn, _request: Request) -> Response:
    """Answer only when the test is over."""
    standing.released.wait(10)
    return Response("")


def drips(head: bytes, seconds: float) -> Behaviour:
    """Send this, then one blank every so many seconds until the test ends."""

    def behaviour(standing: StandIn, request: Request) -> Response:
        connection: socket.socket = request.environ["werkzeug.socket"]
        with suppress(OSError):
            connection.sendall(head)
            while not standing.released.wait(seconds):
                connection.sendall(b" ")
        return hangs_up(standing, request)

    return behaviour


@dataclass
class LimitedCapacity:
    """Answers `most` requests at once, each after so many seconds, and refuses any more.

    `at_once` is the highest concurrency so far; `refused` counts refusals.
    """

    most: int
    seconds: float
    at_once: int = 0
    refused: int = 0
    _inside: int = 0
    _lock: Lock = field(default_factory=Lock)

    def __call__(self, standing: StandIn, request: Request) -> Response:
        with self._lock:
            if self._inside >= self.most:
                self.refused += 1
                return complains(429, {"message": "too many at once"})(standing, request)
            self._inside += 1
            self.at_once = max(self.at_once, self._inside)
        standing.released.wait(self.seconds)
        with self._lock:
            self._inside -= 1
        return judges()(standing, request)


def without(*positions: int) -> Callable[[Rows], Rows]:
    """Leave out rows."""
    return lambda rows: [row for place, row in enumerate(rows) if place not in positions]


def adding(*more: Mapping[str, object]) -> Callable[[Rows], Rows]:
    """Add rows that were not requested."""
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
