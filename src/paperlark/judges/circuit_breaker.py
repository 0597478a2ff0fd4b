"""Circuit breakers of judging: when a model is asked nothing more, and why. Safe for threads."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock

from paperlark.domain.judgement import UnjudgedReason
from paperlark.llm.redact import OMITTED, redact
from paperlark.ports import FailureMemory

_log = logging.getLogger(__name__)

_DOUBT = 2
"""Replies in a row to questions about several papers after which papers are tried singly: one of
them may have silenced the model for the others. One is enough of a model that never was read and
refused, or spoke of other papers."""
_OPEN = 15
"""Points in a row, of replies to questions about one paper each, that open the breaker."""
_UNREADABLE, _MAYBE_HOSTILE, _OF_A_READ_MODEL = 5, 4, 3
"""Points of such a reply: three are enough. It takes four where these papers may be to blame, for
replies that name other papers only and for refusals, and five if the model was read before."""
_LONGEST_QUOTE = 80


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a question brought no judgement of a paper; `cause` counts if it was the last question.

    `alone` where the paper should be asked about by itself; `final` where it should not be asked
    about again.
    """

    reason: str
    cause: UnjudgedReason = UnjudgedReason.FAILED
    alone: bool = False
    final: bool = False


@dataclass(slots=True)
class CircuitBreaker:
    """Circuit breaker that opens after `patience` failed questions in a row.

    Each of them was retried several times already, and hundreds may be waiting. `over_budget` stops
    one round only: the best matches come first, and may fit the budget in smaller questions.
    """

    patience: int
    over_budget: Fault | None = None
    _opened: Fault | None = None
    _failures: int = 0
    _lock: Lock = field(default_factory=Lock)

    @property
    def fault(self) -> Fault | None:
        """Why no more is asked for now."""
        return self._opened or self.over_budget

    def succeeded(self) -> None:
        """Record that a question was answered, whatever the answer."""
        with self._lock:
            self._failures = 0

    def failed(self, reason: str) -> None:
        """Record that a question got no answer."""
        with self._lock:
            self._failures += 1
            failures = self._failures
        if failures >= self.patience:
            self.open(f"not asked after {failures} failures in a row, the last: {reason}")

    def open(self, reason: str, *, level: int = logging.INFO) -> None:
        """Open it at once: no question will be answered."""
        with self._lock:
            if self._opened is None:
                self._opened = Fault(reason, final=True)
                _log.log(level, "circuit breaker opened, no more questions: %s", reason)


class Forgetful:
    """Memory that holds nothing: each run begins as if the model had never been asked."""

    def recall(self) -> str | None:
        """Return None."""
        return None

    def keep(self, said: str) -> None:
        """Do nothing."""

    def forget(self) -> None:
        """Do nothing."""


class ReplyBreaker:
    """Circuit breaker for a model whose replies cannot be read; one for a whole run.

    Each of them is paid for, and each is asked again in smaller questions, so a model that only
    ever answers in some other way would cost many times a good day. A model of which `memory` holds
    something is given one question, and is forgiven where its reply can be read.
    """

    def __init__(self, model: str, memory: FailureMemory | None = None) -> None:
        self._model = model
        self._memory = memory or Forgetful()
        self._is_remembered = self._memory.recall() is not None
        self._points = _OPEN - 1 if self._is_remembered else 0
        self._in_a_row = 0
        self._ever_read = self._may_refuse_all = False
        self._opened: Fault | None = None
        self._lock, self._one = Lock(), Lock()

    @property
    def fault(self) -> Fault | None:
        """Why no more is asked in this run."""
        return self._opened

    @property
    def is_in_doubt(self) -> bool:
        """Whether the next question should be about one paper, to see if that can be read."""
        doubt = 1 if self._may_refuse_all else _DOUBT
        return self._points > 0 or self._in_a_row >= doubt

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Let questions pass one at a time while it is in doubt that replies can be read."""
        if not self.is_in_doubt:
            yield
            return
        with self._one:
            yield

    def doubt(self) -> None:
        """Allow the model one more question: replies that came another way could not be read.

        And two where it refuses: it may no longer take the form of the question, which the client
        changes after two refusals.
        """
        with self._lock:
            self._points = max(self._points, _OPEN - _UNREADABLE)

    def read(self) -> None:
        """Record a reply with something to read in it."""
        with self._lock:
            self._points = self._in_a_row = 0
            self._ever_read, self._may_refuse_all = True, False
            is_forgiven, self._is_remembered = self._is_remembered, False
        if is_forgiven:
            _log.info("%s can be read again", self._model)
            self._memory.forget()

    def unreadable(self, problem: str, said: str, papers: int, *, hostile: bool = False) -> None:
        """Record a reply to a question about so many papers, and open where there were enough.

        `said` is its quotation, "" where there is none, and `hostile` whether the text of a paper
        may be to blame.
        """
        with self._lock:
            if hostile and self._ever_read:
                return
            self._in_a_row += 1
            self._may_refuse_all = self._may_refuse_all or hostile
            if papers == 1 and self._ever_read:
                self._points += _OF_A_READ_MODEL
            elif papers == 1:
                self._points += _MAYBE_HOSTILE if hostile else _UNREADABLE
            if self._points < _OPEN or self._opened is not None:
                return
            self._opened = Fault(self._reason(problem, said), final=True)
            _log.info("no more questions: %s", self._opened.reason)
            is_kept = not (hostile or self._ever_read)
        if is_kept:
            self._memory.keep(said)

    def _reason(self, problem: str, said: str) -> str:
        several = f"{self._in_a_row} replies in a row" if self._in_a_row > 1 else "its reply"
        before = ", like those of an earlier run," if self._is_remembered else ""
        quoted = f"; it said: {said}" if said else ""
        return (
            f"{self._model} is not asked again in this run: {several}{before} could not be read"
            f" ({problem}{quoted})"
        )


def quote(reply: str, prompt: str) -> str:
    """Return the beginning of a reply, short and safe to show."""
    shown = redact(reply, prompt=prompt)
    if shown == OMITTED:
        return "what it was asked"
    if not shown:
        return "nothing"
    return f"“{shown}”" if len(shown) <= _LONGEST_QUOTE else f"“{shown[:_LONGEST_QUOTE]}…”"
