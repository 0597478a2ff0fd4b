"""A watch whose hands move when somebody sleeps, and when a test moves them."""

from __future__ import annotations

from dataclasses import dataclass, field

from paperlark.http.rate_limit import RateLimitClock


@dataclass(slots=True)
class FakeWatch:
    """`sleeps` are the waits so far; setting `clock` is somebody setting the machine's clock."""

    clock: float = 1_740_000_000.0
    timer: float = 100.0
    sleeps: list[float] = field(default_factory=list)

    @property
    def rate_limit_clock(self) -> RateLimitClock:
        return RateLimitClock(clock=lambda: self.clock, timer=lambda: self.timer, sleep=self.sleep)

    def sleep(self, seconds: float) -> None:
        """Let time pass without waiting."""
        self.sleeps.append(round(seconds, 6))
        self.passes(seconds)

    def passes(self, seconds: float) -> None:
        """Let time pass for everybody."""
        self.clock += seconds
        self.timer += seconds
