"""The end of every run: how long it may be at work, and how one that takes longer is ended.

A judge is asked nothing more, so that its page is made of what there is. Any other step is ended
with an error: where it next reports progress, or, in the main thread, wherever it hangs. A process
that cannot even be interrupted is given up.
"""

from __future__ import annotations

import math
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from time import monotonic
from typing import TYPE_CHECKING

from paperlark.domain.errors import RunTooLong

if TYPE_CHECKING:
    from types import FrameType

    from paperlark.domain.spending import Spend
    from paperlark.ports import Advance, Progress

_JUDGING = "judging"
_AGAIN = 15.0
"""Seconds between two interruptions: some step may take the first for an error of its own."""
_GIVE_UP = 120.0
"""Seconds after which a process that ignored interruptions is given up."""
CLOSING = 600.0
"""Seconds that building a site, or delivering, may take at least, however long pages took."""


class RunLimit:
    """Implements Progress by `shown`, and ends the run that reports to it after `seconds` at work.

    `patience` is how many seconds more the judge may take for answers under way. `give_up` is
    called in another thread, with the error's text, where nothing else has ended the run; without
    it the main thread is not interrupted either, for it belongs to somebody else.
    """

    def __init__(
        self,
        seconds: float,
        shown: Progress,
        *,
        patience: float = 0.0,
        give_up: Callable[[str], object] | None = None,
        timer: Callable[[], float] = monotonic,
    ) -> None:
        self._seconds = seconds
        self._shown = shown
        self._patience = patience
        self._give_up = give_up
        self._timer = timer
        self._left = seconds
        self._end = math.inf
        self._step = ""
        self._units_left = self._units = 0
        self._may_finish = False

    def over(self) -> str | None:
        """Return why nothing more is begun, None while there is time."""
        if self._timer() < self._end:
            return None
        return f"the run reached its limit of {duration(self._seconds)} ([run] at_most)"

    @contextmanager
    def at_work(self, least: float = 0.0) -> Iterator[None]:
        """Count the time of a part of the run, which may take `least` seconds in any case.

        What is waited for between two parts does not count.
        """
        began = self._timer()
        allowed = max(self._left, least)
        self._end, self._step, self._may_finish = began + allowed, "", False
        try:
            with self._interrupted_after(allowed):
                yield
        finally:
            self._left = max(0.0, self._left - (self._timer() - began))
            self._end = math.inf

    @contextmanager
    def closing(self) -> Iterator[None]:
        """Count the time of a part that must follow, however long those before it took."""
        with self.at_work(CLOSING):
            yield

    @contextmanager
    def step(self, name: str, total: int) -> Iterator[Advance]:
        """Open a step; raises RunTooLong there, and at each advance, when the time is over."""
        self._step, self._units, self._units_left = name, total, total
        self._may_finish = name == _JUDGING
        if self.over():
            raise self._too_long()
        with self._shown.step(name, total) as advance:

            def advanced(units: int = 1, spend: Spend | None = None, /) -> None:
                advance(units, spend)
                self._units_left -= units
                # What is judged is kept, and makes a page.
                if self._units_left and not self._may_finish and self.over():
                    raise self._too_long()

            yield advanced
        self._step = f"after {name}"

    def _too_long(self) -> RunTooLong:
        where = self._step or "at its beginning"
        if self._units_left and not where.startswith("after"):
            where = f"{where}, {self._units_left} of {self._units} left"
        return RunTooLong(
            f"the run took longer than {duration(self._seconds)} and was ended ({where})",
            hint="run it again: what was judged is kept; [run] at_most allows more",
        )

    @contextmanager
    def _interrupted_after(self, seconds: float) -> Iterator[None]:
        """Interrupt the main thread when the time is over, and again until that ends the run."""
        in_main = threading.current_thread() is threading.main_thread()
        if self._give_up is None or not in_main or not hasattr(signal, "SIGUSR2"):
            yield
            return
        ended = threading.Event()
        watch = threading.Thread(target=self._watch, args=(seconds, ended), daemon=True)
        before = signal.signal(signal.SIGUSR2, self._interrupt)
        watch.start()
        try:
            yield
        finally:
            ended.set()
            watch.join()
            signal.signal(signal.SIGUSR2, before)

    def _watch(self, seconds: float, ended: threading.Event) -> None:
        late = 0.0
        if ended.wait(seconds):
            return
        while late <= self._patience + _GIVE_UP:
            signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGUSR2)
            if ended.wait(_AGAIN):
                return
            late += _AGAIN
        if self._give_up is not None:
            self._give_up(str(self._too_long()))

    def _interrupt(self, _number: int, _frame: FrameType | None) -> None:
        late = self._timer() - self._end
        if late >= self._patience or (late >= 0 and not self._may_finish):
            raise self._too_long()


def duration(seconds: float) -> str:
    """Return a duration in words: "2 hours", "1 hour 30 minutes", "45 seconds"."""
    whole = timedelta(seconds=round(seconds))
    hours, rest = divmod(whole, timedelta(hours=1))
    minutes, rest = divmod(rest, timedelta(minutes=1))
    parts = ((hours, "hour"), (minutes, "minute"), (rest.seconds, "second"))
    named = [f"{count} {word}{'s' if count != 1 else ''}" for count, word in parts if count]
    return " ".join(named) or f"{seconds:g} seconds"
