"""A proxy on loopback that passes everything on as it is and writes down what was answered.

It stands before a model server, so that what the server counted is known apart from what
paperlark read.
"""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from types import TracebackType
from typing import Self

import httpx

_PATIENCE = 3600.0
"""Seconds that the server has for one answer: more than anybody who asks through the proxy."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer of the server: its status, and the tokens that it says it used, if it does."""

    status: int
    prompt_tokens: int | None
    completion_tokens: int | None
    finish_reason: str | None


class RecordingProxy:
    """Stands before the server at `upstream`; `base_url` is where to ask instead.

    Leaving it waits for the answers that are under way, so that they are counted too; unless an
    error made one leave.
    """

    def __init__(self, upstream: str) -> None:
        self._upstream = upstream
        self._answers: list[Answer] = []
        self._lock = Lock()
        self._client = httpx.Client(timeout=_PATIENCE, trust_env=False)
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = False
        self._thread = Thread(target=self._server.serve_forever, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.block_on_close = error is None
        self._server.server_close()
        self._thread.join()
        self._client.close()

    @property
    def base_url(self) -> str:
        """Where to ask."""
        return f"http://127.0.0.1:{self._server.server_port}"

    @property
    def answers(self) -> tuple[Answer, ...]:
        """All answers so far, those too that nobody waited for any more."""
        with self._lock:
            return tuple(self._answers)

    def _pass_on(self, method: str, path: str, body: bytes) -> httpx.Response:
        headers = {"Content-Type": "application/json"} if body else {}
        response = self._client.request(
            method, self._upstream + path, content=body, headers=headers
        )
        if path.endswith("/chat/completions"):
            with self._lock:
                self._answers.append(_answer(response))
        return response

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        pass_on = self._pass_on

        class Handler(BaseHTTPRequestHandler):
            """Takes what a chat client sends."""

            def do_GET(self) -> None:
                self._answer("GET", b"")

            def do_POST(self) -> None:
                self._answer("POST", self.rfile.read(int(self.headers["Content-Length"])))

            def _answer(self, method: str, body: bytes) -> None:
                # Who asked may have left, and the server may be gone: both see a closed connection.
                with suppress(ConnectionError, httpx.TransportError):
                    response = pass_on(method, self.path, body)
                    self.send_response(response.status_code)
                    self.send_header("Content-Type", response.headers.get("Content-Type", ""))
                    self.send_header("Content-Length", str(len(response.content)))
                    self.end_headers()
                    self.wfile.write(response.content)

            def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002
                """Print nothing."""

        return Handler


def _answer(response: httpx.Response) -> Answer:
    """Read what was counted; a completion without a count is a breach of the test's premise."""
    if response.status_code != HTTPStatus.OK:
        return Answer(response.status_code, None, None, None)
    payload = json.loads(response.content)
    usage = payload["usage"]
    return Answer(
        response.status_code,
        usage["prompt_tokens"],
        usage["completion_tokens"],
        payload["choices"][0]["finish_reason"],
    )
