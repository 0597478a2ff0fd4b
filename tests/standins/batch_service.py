"""A fake batch service: real HTTP on loopback, with a clock of its own.

It answers each line of a batch as the fake chat completions server would answer that request.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict, deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from random import Random
from threading import Lock
from typing import Any

from pytest_httpserver import HTTPServer
from werkzeug import Request, Response
from werkzeug.test import EnvironBuilder

from standins.openai import Behaviour, StandIn, hangs_up, judges

Handle = Callable[[], Response]
Fault = Callable[[Request, Handle], Response]
"""What happens to a request instead of, or besides, its handling."""

_BEGINS, _WINDOW = 0.1, 24.0
_MOST_ON_A_PAGE = 100


@dataclass(frozen=True, slots=True)
class Ending:
    """How a batch ends: in which state, after so many hours, with this share of it answered."""

    state: str = "completed"
    hours: float = 1.0
    share: float = 1.0
    words: str = ""


@dataclass(slots=True)
class SubmittedBatch:
    """A batch: its lines, its creation time in hours, and its result files."""

    name: str
    key: str
    lines: list[dict[str, Any]]
    since: float
    ending: Ending
    output: str | None = None
    errors: str | None = None
    answered: int = 0
    ended: bool = False


class FakeBatchService:
    """Accepts batches and answers every line correctly, except where a test says otherwise."""

    def __init__(self, server: HTTPServer, chat: StandIn) -> None:
        self.base_url = chat.base_url
        self.clock = 0.0
        """In hours; a test advances it."""
        self.batches: list[SubmittedBatch] = []
        self.billed: list[Mapping[str, int]] = []
        """The usage of every line that was answered; each is charged half."""
        self.requests: list[str] = []
        """The requests so far: upload, create, list, look, content."""
        self.endings: deque[Ending] = deque()
        """How the next batches end."""
        self.lines: deque[Behaviour] = deque()
        """How the next lines are answered."""
        self.line: Behaviour | None = None
        """How all other lines are answered."""
        self.faults: defaultdict[str, deque[Fault]] = defaultdict(deque)
        """What happens to the next requests of that name."""
        self.fault: Fault | None = None
        """What happens to every other request."""
        self.rewrite: Callable[[list[str]], list[str]] = list
        """Changes the lines of an output file."""
        self.rng: Random | None = None
        """Shuffles the output if set."""
        self.page = _MOST_ON_A_PAGE
        self._chat = chat
        self._ending = Lock()
        self._files: dict[str, bytes] = {}
        expect = server.expect_request
        for name, method, path, handle in (
            ("upload", "POST", r"/v1/files$", self._upload),
            ("content", "GET", r"/v1/files/[^/]+/content", self._content),
            ("create", "POST", r"/v1/batches$", self._create),
            ("list", "GET", r"/v1/batches$", self._list),
            ("look", "GET", r"/v1/batches/[^/]+$", self._look),
        ):
            expect(re.compile(path), method=method).respond_with_handler(
                self._handler(name, handle)
            )

    @property
    def asked(self) -> list[dict[str, Any]]:
        """The bodies of all questions in all batches."""
        return [line["body"] for batch in self.batches for line in batch.lines]

    def pass_hours(self, hours: float) -> None:
        """Move the clock."""
        self.clock += hours

    def _handler(
        self, name: str, handle: Callable[[Request], Response]
    ) -> Callable[[Request], Response]:
        def handler(request: Request) -> Response:
            self.requests.append(name)
            faults = self.faults[name]
            fault = faults.popleft() if faults else self.fault
            if fault is None:
                return handle(request)
            return fault(request, lambda: handle(request))

        return handler

    def _upload(self, request: Request) -> Response:
        if request.form.get("purpose") != "batch":
            return _complaint(400, "'purpose' is a required property")
        name = f"file-{len(self._files)}"
        self._files[name] = request.files["file"].read()
        return _json({"id": name, "object": "file", "purpose": "batch"})

    def _create(self, request: Request) -> Response:
        asked = json.loads(request.data)
        content = self._files.get(asked["input_file_id"])
        if content is None or asked["completion_window"] != "24h":
            return _complaint(400, "Invalid batch")
        lines = [json.loads(line) for line in content.splitlines()]
        assert len({line["custom_id"] for line in lines}) == len(lines)
        assert all(line["method"] == "POST" for line in lines)
        assert {line["url"] for line in lines} == {asked["endpoint"]} == {"/v1/chat/completions"}
        batch = SubmittedBatch(
            name=f"batch_{len(self.batches)}",
            key=asked["metadata"]["paperlark"],
            lines=lines,
            since=self.clock,
            ending=self.endings.popleft() if self.endings else Ending(),
        )
        self.batches.append(batch)
        return _json(self._shown(batch))

    def _list(self, request: Request) -> Response:
        latest = self.batches[::-1]
        after = request.args.get("after")
        if after is not None:
            latest = latest[[one.name for one in latest].index(after) + 1 :]
        limit = min(int(request.args.get("limit", 20)), self.page)
        shown = [self._shown(one) for one in latest[:limit]]
        return _json({"object": "list", "data": shown, "has_more": len(latest) > limit})

    def _look(self, request: Request) -> Response:
        name = request.path.rpartition("/")[2]
        for batch in self.batches:
            if batch.name == name:
                return _json(self._shown(batch))
        return _complaint(404, f"No batch found with id '{name}'.")

    def _content(self, request: Request) -> Response:
        name = request.path.split("/")[-2]
        if name not in self._files:
            return _complaint(404, f"No such File object: {name}")
        return Response(self._files[name], content_type="application/octet-stream")

    def _shown(self, batch: SubmittedBatch) -> dict[str, Any]:
        age, ending = self.clock - batch.since, batch.ending
        if age < min(ending.hours, _BEGINS):
            state = "validating"
        elif age < min(ending.hours, _WINDOW):
            state = "in_progress"
        else:
            state = ending.state if ending.hours <= _WINDOW else "expired"
            self._end(batch, state)
        failed = {"object": "list", "data": [{"code": "invalid", "message": ending.words}]}
        return {
            "id": batch.name,
            "object": "batch",
            "endpoint": "/v1/chat/completions",
            "status": state,
            "errors": failed if state == "failed" else None,
            "output_file_id": batch.output,
            "error_file_id": batch.errors,
            "request_counts": {"total": len(batch.lines), "completed": batch.answered},
            "metadata": {"paperlark": batch.key},
        }

    def _end(self, batch: SubmittedBatch, state: str) -> None:
        """Answer the lines that will be answered, once; who asks meanwhile waits."""
        with self._ending:
            self._end_once(batch, state)

    def _end_once(self, batch: SubmittedBatch, state: str) -> None:
        if batch.ended:
            return
        batch.ended = True
        if state == "failed":
            return
        count = round(batch.ending.share * len(batch.lines))
        lines = [self._answer(line) for line in batch.lines[:count]]
        good = [line for line, well in lines if well]
        errors = [line for line, well in lines if not well]
        errors += [_unanswered(line, f"batch_{state}") for line in batch.lines[count:]]
        if self.rng is not None:
            self.rng.shuffle(good)
            self.rng.shuffle(errors)
        batch.answered = len(good)
        batch.output = self._keep(self.rewrite([json.dumps(line) for line in good]))
        batch.errors = self._keep([json.dumps(line) for line in errors])

    def _keep(self, lines: Sequence[str]) -> str | None:
        if not lines:
            return None
        name = f"file-{len(self._files)}"
        self._files[name] = "".join(f"{line}\n" for line in lines).encode()
        return name

    def _answer(self, line: Mapping[str, Any]) -> tuple[dict[str, Any], bool]:
        behaviour = self.lines.popleft() if self.lines else self.line or judges()
        builder = EnvironBuilder(method="POST", data=json.dumps(line["body"]))
        response = behaviour(self._chat, Request(builder.get_environ()))
        body: Any = response.get_data(as_text=True)
        with suppress(ValueError):
            body = json.loads(body)
        well = response.status_code == 200
        if well and isinstance(body, dict) and body.get("usage"):
            self.billed.append(body["usage"])
        return {
            "id": "batch_req",
            "custom_id": line["custom_id"],
            "response": {"status_code": response.status_code, "request_id": "r", "body": body},
            "error": None,
        }, well


def cut_after(request: Request, handle: Handle) -> Response:
    """Handle the request, then close the connection instead of answering."""
    handle()
    return _cut(request)


def cut_before(request: Request, handle: Handle) -> Response:  # noqa: ARG001
    """Close the connection without handling the request."""
    return _cut(request)


def refuses(status: int, message: str, **error: str) -> Fault:
    """Answer with an error without handling the request."""
    return lambda _request, _handle: _complaint(status, message, **error)


def _cut(request: Request) -> Response:
    request.get_data()
    return hangs_up(None, request)  # type: ignore[arg-type]  # it looks at the request only


def _unanswered(line: Mapping[str, Any], code: str) -> dict[str, Any]:
    message = "This request could not be executed before the completion window expired."
    return {
        "id": "batch_req",
        "custom_id": line["custom_id"],
        "response": None,
        "error": {"code": code, "message": message},
    }


def _complaint(status: int, message: str, **error: str) -> Response:
    return _json({"error": {"message": message, "type": "invalid_request_error", **error}}, status)


def _json(body: object, status: int = 200) -> Response:
    return Response(json.dumps(body), status, content_type="application/json")
