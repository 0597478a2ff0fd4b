"""A peer that drips: every so often one byte, of a greeting, a header or a body that never ends.

with Dripping(HEADER, every=1.0) as peer:
    peer.port                 # on 127.0.0.1
"""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from typing import Self

SILENT, GREETING, HEADER, BODY, MAIL = "silent", "greeting", "header", "body", "after the greeting"
HTTP_PARTS = (SILENT, HEADER, BODY)
SMTP_PARTS = (SILENT, GREETING, MAIL)

_HEAD = b"HTTP/1.1 200 OK\r\n"
_BEFORE = {
    SILENT: b"",
    GREETING: b"220-",
    HEADER: _HEAD + b"X-Slow: ",
    BODY: _HEAD + b"Content-Type: application/json\r\nContent-Length: 1000000\r\n\r\n[",
    MAIL: b"220 here\r\n250-",
}


class Dripping:
    """Answers every connection at once with what stands before the part, then byte by byte."""

    def __init__(self, part: str, *, every: float) -> None:
        self._part = part
        self._every = every
        self._over = threading.Event()
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listening.getsockname()[1]
        self.connections = 0

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        with suppress(OSError):  # a thread that waits for connections is woken
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()

    @property
    def url(self) -> str:
        """Its address as that of a web server."""
        return f"http://127.0.0.1:{self.port}"

    def _accept(self) -> None:
        while not self._over.is_set():
            try:
                connection, _ = self._listening.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._drip, args=(connection,), daemon=True).start()

    def _drip(self, connection: socket.socket) -> None:
        with connection, suppress(OSError):  # the other side has had enough
            connection.sendall(_BEFORE[self._part])
            while not self._over.wait(self._every):
                if self._part != SILENT:
                    connection.sendall(b" ")
