"""Cross-process rate limit for arXiv: one request at a time, with a pause after each.

All processes that share a folder take turns. Each pause is written to a file there, as
`moment seconds`, so that other processes keep it too. A file that is garbled, or written before a
clock jumped, costs at most those seconds once more, and never more than the longest pause.
"""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from paperlark.domain.errors import SourceError, SourceUnreachable

_log = logging.getLogger(__name__)
LONGEST_HOLD = 86_400.0
"""Seconds. One Retry-After keeps us away for no longer: runs are a day apart."""
FORBIDDEN_HOLD = 6 * 3600.0
"""Seconds for which a server that answered 403 is left alone, and with it all that are its own."""

_ALL = "arxiv"
_FORBIDDEN = "forbidden"


@dataclass(frozen=True, slots=True)
class RateLimitClock:
    """Time: `clock` is shared with other processes, `timer` is monotonic."""

    clock: Callable[[], float] = time.time
    timer: Callable[[], float] = time.monotonic
    sleep: Callable[[float], object] = time.sleep


SYSTEM_CLOCK = RateLimitClock()
"""Real time."""


class ProcessRateLimit:
    """Lets one request through at a time; single servers may be held for longer than the pause."""

    def __init__(
        self, folder: Path, *, pause: float, patience: float, rate_limit_clock: RateLimitClock
    ) -> None:
        self._folder = folder
        self._pause = pause
        self._patience = patience
        self._clock = rate_limit_clock
        self._passed = -math.inf
        self._lock = FileLock(folder / "arxiv.lock")

    @contextmanager
    def turn(self, server: str, left: float) -> Iterator[Callable[[], None]]:
        """Wait for our turn at that server, and keep all other processes out meanwhile.

        Yields a function to call where no request was sent: no pause is then kept after it.

        Raises SourceUnreachable when that takes longer than the seconds that are `left`, or than
        our patience; SourceError when the folder cannot be written.
        """
        began = self._clock.timer()
        self._enter(left)
        try:
            self._wait(server, left - (self._clock.timer() - began))
            self._write(_ALL, self._pause)  # in case the process is killed
            pause = self._pause

            def unused() -> None:
                nonlocal pause
                pause = 0.0

            try:
                yield unused
            finally:
                self._passed = self._clock.timer() - self._pause + pause
                with suppress(OSError):  # the next turn says so
                    self._note(_ALL, pause)
        finally:
            self._lock.release()

    def hold(self, server: str, seconds: float) -> None:
        """Block requests of all processes to that server for so many seconds."""
        _log.info("%s: no request for %.0f s", server, max(seconds, self._pause))
        with suppress(OSError):  # the next turn says so
            self._note(server, min(max(seconds, self._pause), LONGEST_HOLD))

    def forbid(self, server: str) -> None:
        """Block all requests of all processes to that server and its siblings: it said 403."""
        _log.info("%s: no request for %.0f s, after HTTP 403", _family(server), FORBIDDEN_HOLD)
        with suppress(OSError):  # the next turn says so
            self._note(f"{_FORBIDDEN}-{_family(server)}", FORBIDDEN_HOLD)

    def _check_not_forbidden(self, server: str) -> None:
        left = self._remaining(f"{_FORBIDDEN}-{_family(server)}", FORBIDDEN_HOLD)
        if left > self._pause:
            raise SourceUnreachable(
                f"{_family(server)} answered a request of the last hours with HTTP 403:"
                f" it is not asked again for {left / 3600:.1f} hours",
                hint="https://info.arxiv.org/help/robots.html says what arXiv minds",
            )

    def _enter(self, left: float) -> None:
        """Take the lock; the operating system releases it if the process is killed."""
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._lock.acquire(timeout=-1 if left == math.inf else max(0.0, left))
        except Timeout as error:
            raise SourceUnreachable(
                "another paperlark used arXiv for all of the time that this one was allowed",
                hint="let the other one finish, or allow more time",
            ) from error
        except OSError as error:
            raise self._unusable(error) from error

    def _wait(self, server: str, left: float) -> None:
        self._check_not_forbidden(server)
        held = self._remaining(server, LONGEST_HOLD)
        # The timer is right even if the clock jumped forward.
        own = self._pause - (self._clock.timer() - self._passed)
        wait = max(held, own, self._remaining(_ALL, self._pause))
        if wait > self._patience:
            raise SourceUnreachable(
                f"{server} asked for a pause, of which {wait:.0f} s are left",
                hint="try again after that",
            )
        if wait > left:
            raise SourceUnreachable(
                f"the next request to arXiv is allowed in {wait:.0f} s,"
                f" which is more than the {max(0.0, left):.0f} s that are left",
                hint="allow more time, or try again later",
            )
        if wait > 0:
            _log.debug("waiting %.1f s for the next request to %s", wait, server)
            self._clock.sleep(wait)

    def _remaining(self, name: str, longest: float) -> float:
        try:
            moment, seconds = map(float, self._path(name).read_text("ascii").split())
        except FileNotFoundError:
            return 0.0
        except (OSError, ValueError):  # garbled: somebody did ask
            return self._pause
        # A moment in the future was written before a clock was set back.
        remaining = min(moment + seconds - self._clock.clock(), seconds, longest)
        return max(0.0, remaining) if math.isfinite(remaining) else self._pause

    def _write(self, name: str, seconds: float) -> None:
        try:
            self._note(name, seconds)
        except OSError as error:
            raise self._unusable(error) from error

    def _note(self, name: str, seconds: float) -> None:
        self._path(name).write_text(f"{self._clock.clock()!r} {seconds!r}", "ascii")

    def _unusable(self, error: OSError) -> SourceError:
        return SourceError(
            f"{self._folder} cannot be used ({error.strerror or error})",
            hint="paperlark writes there when arXiv was last asked: make it writable",
        )

    def _path(self, name: str) -> Path:
        safe = "".join(c if c.isalnum() or c in ".-" else "_" for c in name)
        return self._folder / f"{safe}.asked"


def _family(server: str) -> str:
    """Return what one refusal is about: all of arXiv's servers together, else the server alone."""
    return "arxiv.org" if server.partition(":")[0].endswith("arxiv.org") else server
