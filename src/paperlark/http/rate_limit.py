"""Whose turn it is to ask arXiv: one at a time, with a pause, among all processes of a folder.

Every wait of the client is a wait here, and is written down, so that another process keeps to
it too. A note is `moment seconds`: read back with a clock that has jumped, or garbled, it can
cost no more than those seconds again, and never more than the longest wait.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from paperlark.domain.errors import SourceError, SourceUnreachable

LONGEST_HOLD = 3600.0
"""No server keeps us away for longer than this by one Retry-After."""

_ALL = "arxiv"


@dataclass(frozen=True, slots=True)
class RateLimitClock:
    """Time: `clock` is what other processes see too, `timer` only ever goes forward."""

    clock: Callable[[], float] = time.time
    timer: Callable[[], float] = time.monotonic
    sleep: Callable[[float], object] = time.sleep


SYSTEM_CLOCK = RateLimitClock()
"""The one on the wall."""


class ProcessRateLimit:
    """Lets one request through at a time; `holds` of single servers come on top of the pause."""

    def __init__(
        self, folder: Path, *, pause: float, patience: float, rate_limit_clock: RateLimitClock
    ) -> None:
        self._folder = folder
        self._pause = pause
        self._patience = patience
        self._watch = rate_limit_clock
        self._passed = -math.inf
        self._lock = FileLock(folder / "arxiv.lock")

    @contextmanager
    def turn(self, server: str, left: float) -> Iterator[None]:
        """Wait for our turn at that server and keep everybody else out for as long as we are in.

        Raises SourceUnreachable when that takes longer than what is `left` of the budget or
        than our patience, SourceError when the folder cannot be written.
        """
        began = self._watch.timer()
        self._enter(left)
        try:
            self._wait(server, left - (self._watch.timer() - began))
            self._write(_ALL, self._pause)  # should we be killed inside
            try:
                yield
            finally:
                self._passed = self._watch.timer()
                with suppress(OSError):  # the next turn says so
                    self._note(_ALL, self._pause)
        finally:
            self._lock.release()

    def hold(self, server: str, seconds: float) -> None:
        """Keep everybody away from that server for a while."""
        with suppress(OSError):  # the next turn says so
            self._note(server, min(max(seconds, self._pause), LONGEST_HOLD))

    def _enter(self, left: float) -> None:
        """Take the lock, which is the operating system's: whoever is killed lets go of it."""
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._lock.acquire(timeout=-1 if left == math.inf else max(0.0, left))
        except Timeout as error:
            raise SourceUnreachable(
                "another paperlark has been asking arXiv all the time that this one had",
                hint="let the other one finish, or allow more time",
            ) from error
        except OSError as error:
            raise self._unusable(error) from error

    def _wait(self, server: str, left: float) -> None:
        held = self._remaining(server, LONGEST_HOLD)
        # The timer sees what a clock that jumps forward hides.
        own = self._pause - (self._watch.timer() - self._passed)
        wait = max(held, own, self._remaining(_ALL, self._pause))
        if wait > self._patience:
            raise SourceUnreachable(
                f"{server} asked to be left alone for another {wait:.0f} s",
                hint="try again after that",
            )
        if wait > left:
            raise SourceUnreachable(
                f"the next request to arXiv may go out in {wait:.0f} s,"
                f" which is more than the {max(0.0, left):.0f} s that are left for asking",
                hint="allow more time, or try again later",
            )
        if wait > 0:
            self._watch.sleep(wait)

    def _remaining(self, name: str, longest: float) -> float:
        try:
            moment, seconds = map(float, self._path(name).read_text("ascii").split())
        except FileNotFoundError:
            return 0.0
        except (OSError, ValueError):  # garbled: whoever wrote it was asking
            return self._pause
        # A note from the future is of before a clock was set back.
        remaining = min(moment + seconds - self._watch.clock(), seconds, longest)
        return max(0.0, remaining) if math.isfinite(remaining) else self._pause

    def _write(self, name: str, seconds: float) -> None:
        try:
            self._note(name, seconds)
        except OSError as error:
            raise self._unusable(error) from error

    def _note(self, name: str, seconds: float) -> None:
        self._path(name).write_text(f"{self._watch.clock()!r} {seconds!r}", "ascii")

    def _unusable(self, error: OSError) -> SourceError:
        return SourceError(
            f"{self._folder} cannot be used ({error.strerror or error})",
            hint="paperlark notes there when arXiv was last asked: make it writable",
        )

    def _path(self, name: str) -> Path:
        safe = "".join(c if c.isalnum() or c in ".-" else "_" for c in name)
        return self._folder / f"{safe}.asked"
