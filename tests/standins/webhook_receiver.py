"""A service that takes webhooks on loopback, verified by a library, and can be out of order."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

from standardwebhooks import Webhook

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo="  # noqa: S105  # it opens nothing
LOST = 0
"""In place of a status: the event is taken, and the connection closed without an answer."""


@dataclass
class Receiver:
    """What was taken, each event once by its id; `answers` are the statuses of the next requests.

    A status may come with headers. `seen` are the ids of all requests that had a valid signature.
    """

    url: str = ""
    taken: dict[str, Any] = field(default_factory=dict)
    seen: list[str] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    invalid: int = 0
    paths: list[str] = field(default_factory=list)
    answers: list[int | tuple[int, dict[str, str]]] = field(default_factory=list)

    def take(self, path: str, headers: dict[str, str], body: bytes) -> tuple[int, dict[str, str]]:
        """Return the status and headers of the answer to a request."""
        self.paths.append(path)
        try:
            event = Webhook(SECRET).verify(body, headers)
        except Exception:  # noqa: BLE001  # whatever is wrong with it
            self.invalid += 1
            return 401, {}
        self.seen.append(headers["webhook-id"])
        self.bodies.append(body)
        answer = self.answers.pop(0) if self.answers else 204
        status, more = answer if isinstance(answer, tuple) else (answer, dict[str, str]())
        if status == LOST or status // 100 == 2:
            self.taken.setdefault(headers["webhook-id"], event)
        return status, more


@contextmanager
def receiving() -> Iterator[Receiver]:
    """Run the service on loopback."""
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:  # the library's name
            body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            status, more = receiver.take(self.path, headers, body)
            if status == LOST:
                self.close_connection = True
                return
            self.send_response(status)
            for name, value in more.items():
                self.send_header(name, value)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, *_: object) -> None:
            """Print nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        receiver.url = f"http://127.0.0.1:{server.server_port}/hook"
        thread = Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield receiver
        finally:
            server.shutdown()
            thread.join()
