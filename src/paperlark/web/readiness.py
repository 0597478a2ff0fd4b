"""Whether an app can take requests: its database answers in time, and it is not about to end."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field

from paperlark import PaperlarkError

_ANSWERS = 1.0
"""Seconds in which the database has to answer."""


@dataclass(slots=True)
class Readiness:
    """Asks `check`, which raises PaperlarkError, in a thread of its own, one question at a time."""

    check: Callable[[], None]
    patience: float = _ANSWERS
    _ending: threading.Event = field(default_factory=threading.Event)
    _thread: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1))
    _asked: Future[None] | None = None

    def end(self) -> None:
        """Take no new requests from now on."""
        self._ending.set()

    def close(self) -> None:
        """End the thread, without waiting for a database that does not answer."""
        self._thread.shutdown(wait=False, cancel_futures=True)

    async def problem(self) -> str:
        """Return why no request should be sent here, empty where nothing speaks against it."""
        if self._ending.is_set():
            return "this process is about to end"
        if self._asked is None or self._asked.done():
            self._asked = self._thread.submit(self.check)
        asked = asyncio.wrap_future(self._asked)
        try:
            # Shielded: the next one who asks waits for the same answer.
            await asyncio.wait_for(asyncio.shield(asked), self.patience)
        except TimeoutError:
            return f"the database did not answer within {self.patience:g} s"
        except PaperlarkError as error:
            return str(error)
        return ""
