"""Network connections that keep one deadline for a whole exchange.

The timeouts of an HTTP client start again with every byte, so that a server that sends one byte
at a time, even within a header, can hold its caller for hours.
"""

from __future__ import annotations

import math
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

import httpcore

LATE = "no complete answer before the deadline"


class Deadline(threading.local):
    """When the exchange of the current thread must be over; each thread has its own."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._end = math.inf

    @contextmanager
    def within(self, seconds: float) -> Iterator[None]:
        """Allow everything that is sent and received inside so many seconds in all."""
        self._end = self._clock() + seconds
        try:
            yield
        finally:
            self._end = math.inf

    @property
    def is_over(self) -> bool:
        """Whether no time is left."""
        return self._clock() >= self._end

    def limit(self, timeout: float | None) -> float | None:
        """Return the seconds that one step may take; 0 or less when none are left."""
        left = self._end - self._clock()
        if left == math.inf:
            return timeout
        return left if timeout is None else min(timeout, left)


class DeadlineBackend(httpcore.SyncBackend):
    """Opens connections that keep the deadline of the thread that uses them."""

    def __init__(self, deadline: Deadline) -> None:
        self._deadline = deadline

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect in the time that is left."""
        seconds = _positive(self._deadline.limit(timeout), httpcore.ConnectTimeout)
        stream = super().connect_tcp(host, port, seconds, local_address, socket_options)
        return _Stream(stream, self._deadline)


class _Stream(httpcore.NetworkStream):
    """A connection that keeps the deadline."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: Deadline) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        seconds = _positive(self._deadline.limit(timeout), httpcore.ReadTimeout)
        return self._stream.read(max_bytes, seconds)

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, _positive(self._deadline.limit(timeout), httpcore.WriteTimeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        seconds = _positive(self._deadline.limit(timeout), httpcore.ConnectTimeout)
        stream = self._stream.start_tls(ssl_context, server_hostname, seconds)
        return _Stream(stream, self._deadline)

    def get_extra_info(self, info: str) -> object:
        return self._stream.get_extra_info(info)


def _positive(seconds: float | None, late: type[Exception]) -> float | None:
    """Raise what a step raises that takes too long, where no time is left to begin it."""
    if seconds is not None and seconds <= 0:
        raise late(LATE)
    return seconds
