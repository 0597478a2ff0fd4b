"""What goes wrong with questions, and whether to put another."""

from __future__ import annotations

from dataclasses import dataclass, field
from threading import Lock

from paperlark.domain.judgement import UnjudgedReason


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a question brought no judgement of a paper, and what the paper lacks if it is the last.

    `alone` where the paper is better asked about without others; `final` where it is not to be
    asked about again.
    """

    reason: str
    cause: UnjudgedReason = UnjudgedReason.FAILED
    alone: bool = False
    final: bool = False


@dataclass(slots=True)
class CircuitBreaker:
    """Knows whether to go on asking; shared by the threads of one call.

    A server that fails `patience` questions in a row is asked no more: each of them was put to
    it several times already, and hundreds are waiting.
    """

    patience: int
    fault: Fault | None = None
    _failures: int = 0
    _lock: Lock = field(default_factory=Lock)

    def answered(self) -> None:
        """Hear that a question was answered, whatever the answer."""
        with self._lock:
            self._failures = 0

    def failed(self, reason: str) -> None:
        """Hear that a question got no answer."""
        with self._lock:
            self._failures += 1
            if self._failures >= self.patience:
                self._stop(
                    f"not asked after {self._failures} failures in a row, the last: {reason}"
                )

    def stop(self, reason: str) -> None:
        """Hear that no more is to be asked."""
        with self._lock:
            self._stop(reason)

    def _stop(self, reason: str) -> None:
        self.fault = self.fault or Fault(reason, final=True)


@dataclass(slots=True)
class Round:
    """What the threads of one round share: once a question does not fit the budget, none is put.

    The best matches come first, and what is left is theirs: in a smaller question they may fit.
    """

    halt: CircuitBreaker
    spent: Fault | None = None

    @property
    def silence(self) -> Fault | None:
        """Why no more is asked in this round."""
        return self.halt.fault or self.spent
