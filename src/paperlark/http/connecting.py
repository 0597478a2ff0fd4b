"""Connections that end: looked up and opened within one time, and cut off when it is over.

For libraries that only bound each single read or write: a peer that sends a byte a second would
hold them for ever.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress


def connect(host: str, port: int, seconds: float) -> socket.socket:
    """Connect to the first address that answers, in so many seconds in all; raises OSError."""
    end = time.monotonic() + seconds
    failed: OSError | None = None
    for address in resolve(host, port, seconds):
        left = end - time.monotonic()
        if left <= 0:
            break
        try:
            return socket.create_connection((address, port), timeout=left)
        except OSError as error:
            failed = error
    raise failed or TimeoutError(f"no connection to {host} in time")


def resolve(host: str, port: int, seconds: float | None) -> tuple[str, ...]:
    """Look up a host's addresses; raises OSError, TimeoutError where no name server answers.

    UnicodeError where the host has a name that nobody can have.

    The system's own look-up takes no limit, so a thread waits for it.
    """
    found: list[tuple[str, ...] | Exception] = []

    def look_up() -> None:
        try:
            answer = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            found.append(error)
        else:
            found.append(tuple(dict.fromkeys(str(address[0]) for *_, address in answer)))

    waiting = threading.Thread(target=look_up, daemon=True, name="look-up of a host")
    waiting.start()
    waiting.join(seconds)
    if not found:
        raise TimeoutError(f"no name server answered about {host} in time")
    if isinstance(found[0], Exception):
        raise found[0]
    return found[0]


class CutOff:
    """Ends conversations when their time is over: reading from them is then as if they hung up."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._end = time.monotonic() + seconds
        self._held: list[socket.socket] = []
        self._lock = threading.Lock()
        self._timer = threading.Timer(seconds, self._cut)
        self._timer.daemon = True
        self._timer.start()

    @property
    def left(self) -> float:
        """Seconds that are left, at least 0."""
        return max(0.0, self._end - time.monotonic())

    @property
    def is_over(self) -> bool:
        """Whether no time is left."""
        return time.monotonic() >= self._end

    def connect(self, host: str, port: int) -> socket.socket:
        """Connect in the time that is left, and hold the connection to it; raises OSError."""
        opened = connect(host, port, self.left)
        with self._lock:
            # A second handle of the same connection: TLS takes the first one apart.
            self._held.append(opened.dup())
        if self.is_over:
            self._cut()
        return opened

    def close(self) -> None:
        """Let go of the connections, which stay open."""
        self._timer.cancel()
        with self._lock:
            for one in self._held:
                one.close()
            self._held.clear()

    def _cut(self) -> None:
        with self._lock:
            for one in self._held:
                with suppress(OSError):  # it has ended already
                    one.shutdown(socket.SHUT_RDWR)


@contextmanager
def cut_off(seconds: float) -> Iterator[CutOff]:
    """Allow all conversations inside so many seconds together."""
    holding = CutOff(seconds)
    try:
        yield holding
    finally:
        holding.close()
