"""Serve over HTTP on loopback: for clients that start nothing, and for several at once."""

from __future__ import annotations

import contextlib
import errno
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

import uvicorn

from paperlark import PaperlarkError
from paperlark.mcp.clients import HOST, PATH
from paperlark.mcp.guard import TokenGuard
from paperlark.mcp.server import ServedArchive, make_server

_LARGEST = 256 * 1024
"""Bytes of a request: arguments are short."""
_MOST_SESSIONS = 50
_IDLE = 30 * 60
_ENDS = 3
"""Seconds in which answers under way may end."""


@contextmanager
def listening(port: int) -> Iterator[socket.socket]:
    """Listen on this port of loopback, any free one for 0; raises PaperlarkError."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((HOST, port))
        except OSError as error:
            if error.errno not in {errno.EADDRINUSE, errno.EACCES}:
                raise
            raise PaperlarkError(
                f"the port {port} is in use", hint="choose another: --port"
            ) from error
        listener.listen()
        yield listener


def serve(archive: ServedArchive, listener: socket.socket, token: str) -> None:
    """Serve until SIGINT or SIGTERM, then end within a few seconds."""
    port = listener.getsockname()[1]
    app = make_server(archive).streamable_http_app(
        streamable_http_path=PATH,
        max_request_body_size=_LARGEST,
        max_sessions=_MOST_SESSIONS,
        session_idle_timeout=_IDLE,
        host=HOST,
    )
    config = uvicorn.Config(
        TokenGuard(app, port, token),
        log_level="warning",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=_ENDS,
        ws="none",
    )
    server = uvicorn.Server(config)
    # Its own handlers raise the signal again in the end, and nothing after it would run.
    server.capture_signals = contextlib.nullcontext  # type: ignore[method-assign, assignment]

    def end(number: int, frame: FrameType | None) -> None:
        server.handle_exit(number, frame)

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, end)
    server.run(sockets=[listener])
