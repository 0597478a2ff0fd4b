"""Connections that end: looked up and opened within one time, and cut off when it is over.

For libraries that only bound each single read or write: a peer that sends a byte a second would
hold them for ever.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from typing import TypeVar

_Result = TypeVar("_Result")


def in_time(
    call: Callable[[], _Result],
    seconds: float | None,
    undo: Callable[[_Result], object] = lambda _: None,
) -> _Result:
    """Call something that takes no limit itself, such as the system's look-up of a name.

    Raises TimeoutError where it has no result within so many seconds; `undo` then gets what comes
    too late.
    """
    if seconds is None:
        return call()
    found: Future[_Result] = Future()

    def run() -> None:
        try:
            found.set_result(call())
        except BaseException as error:  # noqa: BLE001  # raised where it is waited for
            found.set_exception(error)

    def undo_late(late: Future[_Result]) -> None:
        if late.exception() is None:
            undo(late.result())

    # A thread of no pool: one that hangs in a look-up must not keep the process alive.
    threading.Thread(target=run, daemon=True).start()
    try:
        return found.result(max(seconds, 0))
    except TimeoutError:
        found.add_done_callback(undo_late)
        raise


def connect(host: str, port: int, seconds: float) -> socket.socket:
    """Connect to the first address that answers, in so many seconds in all.

    Raises OSError, TimeoutError where nobody answers, UnicodeError where the host has a name that
    nobody can have.
    """
    try:
        return in_time(
            lambda: socket.create_connection((host, port), timeout=seconds),
            seconds,
            socket.socket.close,
        )
    except TimeoutError:
        raise TimeoutError(f"no connection to {host} in time") from None


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
