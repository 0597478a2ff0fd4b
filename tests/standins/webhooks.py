"""Slack, Discord, Telegram and the like on loopback: a proxy that is all of them behind TLS.

Their addresses are fixed in Apprise; it reaches them through the proxy that the environment names.
"""

from __future__ import annotations

import json
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

WELL = "well"
UNREACHABLE = "the proxy hangs up"
NO_TLS = "the service hangs up before a word is said"
TOO_MANY = "429"
BROKEN, BAD_GATEWAY, UNAVAILABLE = "500", "502", "503"
TIMED_OUT = "504 and taken"
GONE, FORBIDDEN = "404", "403"
LOST = "taken, and the answer lost"
NOT_TAKEN = "hung up and never taken"
CERTAIN = (UNREACHABLE, NO_TLS, TOO_MANY, BROKEN, UNAVAILABLE)
LASTING = (GONE, FORBIDDEN)
AMBIGUOUS = (TIMED_OUT, LOST, NOT_TAKEN, BAD_GATEWAY)
FAULTS = (*CERTAIN, *LASTING, *AMBIGUOUS)
WAIT = 30
"""Seconds that a busy service asks for."""

SLACK, DISCORD, TELEGRAM = "hooks.slack.com", "discord.com", "api.telegram.org"
FEISHU, WECOM, DINGTALK, NTFY = (
    "open.feishu.cn",
    "qyapi.weixin.qq.com",
    "oapi.dingtalk.com",
    "ntfy.sh",
)
_ANSWERS = {
    SLACK: "ok",
    TELEGRAM: '{"ok": true, "result": {}}',
    FEISHU: '{"code": 0, "msg": "success"}',
    WECOM: '{"errcode": 0, "errmsg": "ok"}',
    DINGTALK: '{"errcode": 0, "errmsg": "ok"}',
}
_MOST_BYTES = {FEISHU: 20_000, WECOM: 2_048, DINGTALK: 20_000}


@dataclass(frozen=True, slots=True)
class Post:
    """What a service was sent, and the text in it."""

    host: str
    path: str
    body: Any
    text: str
    at: float


class Webhooks:
    """Keeps what each service took; `fault` says of each host what goes wrong next.

    `says` is what a service answers in place of what it does when all is well.
    """

    def __init__(
        self,
        fault: Callable[[str], str] = lambda _host: WELL,
        clock: Callable[[], float] = lambda: 0.0,
    ) -> None:
        self.fault = fault
        self.taken: list[Post] = []
        self.too_long: list[Post] = []
        self.early: list[str] = []
        self.asked = 0
        self._clock = clock
        self.says: dict[str, str] = {}
        self._closed_until: dict[tuple[str, str], float] = {}
        self.port = 0

    def of(self, host: str) -> list[Post]:
        """Return what one service took."""
        return [post for post in self.taken if post.host == host]

    def answer(  # noqa: PLR0911  # one for each thing that may go wrong
        self, host: str, path: str, body: bytes
    ) -> tuple[int, Mapping[str, str], str] | None:
        """Take a post or do not; None hangs up without an answer."""
        self.asked += 1
        fault = self.fault(host)
        now = self._clock()
        if now < self._closed_until.get((host, path), 0.0):
            self.early.append(host)
        if fault == TOO_MANY:
            self._closed_until[host, path] = now + WAIT
            return 429, {"Retry-After": str(WAIT)}, '{"retry_after": 30}'
        if fault in {BROKEN, BAD_GATEWAY, UNAVAILABLE, GONE, FORBIDDEN}:
            return int(fault), {}, f"{fault} {path}"
        if fault == NOT_TAKEN:
            return None
        document = json.loads(body) if body[:1] in b"{[" else body.decode()
        post = Post(host, path, document, _text(host, document), now)
        if _is_too_long(post):
            self.too_long.append(post)
            return 400, {}, "too long"
        self.taken.append(post)
        if fault == LOST:
            return None
        if fault == TIMED_OUT:
            return 504, {}, "the gateway gave up"
        said = self.says.get(host, _ANSWERS.get(host, "{}"))
        return (204, {}, "") if host == DISCORD else (200, {}, said)


def _text(host: str, body: Any) -> str:  # JSON
    """Find what a reader sees."""
    if host == SLACK:
        return "\n".join(str(one.get("text", "")) for one in body.get("attachments", [body]))
    if host == DISCORD:
        embeds = "\n".join(str(one.get("description", "")) for one in body.get("embeds", []))
        return f"{body.get('content') or ''}{embeds}"
    if host == TELEGRAM:
        return str(body["text"])
    return body if isinstance(body, str) else json.dumps(body, ensure_ascii=False)


def _is_too_long(post: Post) -> bool:
    if post.host == DISCORD:
        embeds = post.body.get("embeds", [])
        lengths = [len(str(one.get("description", ""))) for one in embeds]
        title = [len(str(one.get("title", ""))) for one in embeds]
        return (
            len(post.body.get("content") or "") > 2_000
            or max(lengths, default=0) > 4_096
            or max(title, default=0) > 256
            or sum(lengths) + sum(title) > 6_000
        )
    if post.host == TELEGRAM:
        return len(post.text.encode("utf-16-le")) // 2 > 4_096
    if post.host == SLACK:
        return len(post.text) > 40_000
    return len(post.text.encode()) > _MOST_BYTES.get(post.host, 1_000_000)


@contextmanager
def serving(hooks: Webhooks, context: ssl.SSLContext) -> Iterator[str]:
    """Serve on loopback, and give the address of the proxy."""

    class Door(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        host = ""

        def do_CONNECT(self) -> None:  # http.server's name
            type(self).host = self.host = self.path.partition(":")[0]
            fault = hooks.fault(f"connect {self.host}")
            if fault == UNREACHABLE:
                self.close_connection = True
                return
            self.wfile.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            if fault == NO_TLS:
                self.close_connection = True
                return
            try:
                self.connection = context.wrap_socket(self.connection, server_side=True)
            except OSError:
                self.close_connection = True
                return
            self.rfile = self.connection.makefile("rb")
            self.wfile = self.connection.makefile("wb", buffering=0)
            self.handle_one_request()
            self.close_connection = True

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            answer = hooks.answer(self.host, self.path, body)
            self.close_connection = True
            if answer is None:
                return
            status, headers, text = answer
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(text.encode())))
            self.send_header("Connection", "close")
            self.end_headers()
            self.wfile.write(text.encode())

        def finish(self) -> None:
            super().finish()
            self.rfile.close()
            self.connection.close()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Print nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
    hooks.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
