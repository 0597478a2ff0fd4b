"""Time that passes at once: whoever waits for a while finds that it is later."""

from __future__ import annotations

from threading import Condition, Lock


class FakeTime:
    """A clock, and a wait that moves it; `waits` are the seconds that were waited."""

    def __init__(self) -> None:
        self.now = 0.0
        self.waits: list[float] = []
        self._lock = Lock()

    def clock(self) -> float:
        """Return the seconds since it began."""
        return self.now

    def wait(self, condition: Condition, seconds: float | None) -> object:
        """Wait; what only another thread can end is waited for truly."""
        if seconds is None:
            return condition.wait(10)
        with self._lock:
            self.now += seconds
            self.waits.append(seconds)
        return True
