"""Waiting for one's turn to ask a server: all threads together, first come, first served.

In order, so that the best matches are asked about first and a large question is not passed by
small ones for ever.
"""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Condition

from paperlark.domain.errors import ModelBusy
from paperlark.llm.aimd import AimdConcurrency, Allowances, Turn

Wait = Callable[[Condition, float | None], object]
"""Waits on a condition that is held, for so many seconds at most."""


class RateLimiter:
    """Lets questions through at a pace; `patience` is the longest wait of a server's that it heeds.

    `wait` and `clock` are exchanged together.
    """

    def __init__(
        self,
        pace: AimdConcurrency,
        *,
        patience: float = 60.0,
        clock: Callable[[], float] = time.monotonic,
        wait: Wait = Condition.wait,
    ) -> None:
        self._pace = pace
        self._patience = patience
        self._clock = clock
        self._wait = wait
        self._changed = Condition()
        self._waiting: deque[object] = deque()
        self._is_closed = False

    @contextmanager
    def turn(self, tokens: int) -> Iterator[Turn]:
        """Wait for the turn of a question that may use so many tokens, and hold it while inside.

        Raises ModelBusy, and nothing was asked, where the server wants to be left alone for longer
        than our patience, or nobody wants the answer any more.
        """
        turn = self._enter(tokens)
        try:
            yield turn
        finally:
            with self._noting():
                self._pace.end()

    def answered(self, turn: Turn, tokens: int | None) -> None:
        """Note that all went well, and how many tokens it used; None where nobody knows."""
        with self._noting():
            self._pace.answered(turn, tokens)

    def refused(self, turn: Turn, retry_after: float | None = None) -> None:
        """Note that it was too much for the server, which may have named the seconds to wait."""
        with self._noting() as now:
            self._pace.refused(now, turn, retry_after)

    def heed(self, turn: Turn, told: Allowances) -> None:
        """Note what the server said is left."""
        with self._noting() as now:
            self._pace.heed(now, turn, told)

    def close(self) -> None:
        """Let nobody else through: those that wait are told so."""
        with self._noting():
            self._is_closed = True

    @contextmanager
    def _noting(self) -> Iterator[float]:
        """Note something that others may be waiting for; gives the time."""
        with self._changed:
            yield self._clock()
            self._changed.notify_all()

    def _enter(self, tokens: int) -> Turn:
        ticket = object()
        with self._changed:
            self._waiting.append(ticket)
            try:
                while seconds := self._seconds(ticket, tokens):
                    self._wait(self._changed, None if seconds == math.inf else seconds)
                return self._pace.begin(self._clock(), tokens)
            finally:
                self._waiting.remove(ticket)
                self._changed.notify_all()

    def _seconds(self, ticket: object, tokens: int) -> float:
        if self._is_closed:
            raise ModelBusy(
                "it was not asked: nobody waits for the answer any more", retry_after=math.inf
            )
        now = self._clock()
        closed = self._pace.closed_for(now)
        if closed > self._patience:
            raise ModelBusy(
                f"the server wants to be asked again in {closed:.0f} s",
                hint="try again after that",
                retry_after=closed,
            )
        return self._pace.wait(now, tokens) if self._waiting[0] is ticket else math.inf
