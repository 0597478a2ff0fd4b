"""Retries, and when a model's server is left alone: one policy for all requests of a run.

A request that failed although it may succeed later (`ModelBusy`) is repeated with exponential
backoff. Many questions share one server, so that what one of them learns holds for all: while
nothing is answered they do not each try again, but one at a time, and soon none does.
"""

from __future__ import annotations

import logging
import math
import random
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import count
from threading import Condition
from typing import ParamSpec, TypeVar

import stamina

from paperlark.domain.chat import ChatReply, Prompt
from paperlark.domain.errors import (
    ModelBusy,
    ModelError,
    ModelRefused,
    ModelUnusable,
    NoBatchService,
)
from paperlark.domain.spending import Spend, total
from paperlark.ports import ChatModel, FailureMemory

_log = logging.getLogger(__name__)
_P = ParamSpec("_P")
_T = TypeVar("_T")

ATTEMPTS = 4
"""How often one request is sent at most."""
LONGEST_WAIT = 60.0
"""Seconds. A server that asks for a longer wait is asked nothing more in this run."""
_PROBES = 4
"""Requests in a row, one at a time, that are tried in vain before the server is left alone."""
_RETRIES, _ANSWERS_PER_RETRY = 4, 5
"""The retry budget of a run: so many, and one more for each five answers."""
_FIRST_PAUSE, _JITTER = 1.0, 0.25
"""Seconds before the first probe, a share of which is random; it doubles with each."""


class Late(ModelBusy):
    """No answer came in time: maybe there are too many questions before it."""


class RequestBreaker:
    """Circuit breaker of one run for requests that fail although they may succeed later.

    Closed, it lets every request pass. A failure makes it half-open: what is under way is waited
    for, and then one request after the other is a probe, after pauses that double; the first
    answer closes it. After four probes in vain it stays open, and so it does at once where the
    server asks for a long wait or says that no request will succeed.

    Where many requests are answered and many fail, failed ones are sent again as often as the retry
    budget allows. Being asked to slow down uses up none of it: the rate limiter obeys.

    `memory` holds across runs that the server failed: there, one probe decides. Safe for threads.
    """

    def __init__(
        self,
        memory: FailureMemory | None = None,
        *,
        clock: Callable[[], float] = time.monotonic,
        wait: Callable[[Condition, float | None], object] = Condition.wait,
    ) -> None:
        self._memory = memory
        self._clock, self._wait = clock, wait
        self._is_remembered = memory is not None and memory.recall() is not None
        self._probes: int | None = _PROBES - 1 if self._is_remembered else None
        self._not_before = -math.inf
        self._in_flight = self._repeated = self._answers = 0
        self._opened: str | None = None
        self._queue: deque[object] = deque()
        self._changed = Condition()

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait until a request may be sent, and note how it ends; raises ModelUnusable if open."""
        self._enter()
        try:
            yield
        except ModelBusy as error:
            self._failed(error)
            raise
        except (ModelRefused, NoBatchService):
            self._answered()
            raise
        except ModelUnusable as error:
            self._open(str(error))
            raise
        except BaseException:
            self._left()
            raise
        self._answered()

    def close(self) -> None:
        """Send nothing more: the run was stopped, and threads that wait get a ModelUnusable."""
        with self._changed:
            self._opened = self._opened or "not asked: the run was stopped"
            self._changed.notify_all()

    def may_repeat(self, error: ModelBusy) -> bool:
        """Return whether a failed request, or its parts, may be sent again; uses up the budget."""
        with self._changed:
            allowed = _RETRIES + self._answers // _ANSWERS_PER_RETRY
            may = self._opened is None and (error.overloaded or self._repeated < allowed)
            self._repeated += may and not error.overloaded
            return may

    def _enter(self) -> None:
        """Wait, first in, first out, so that each probe is another request."""
        ticket = object()
        with self._changed:
            self._queue.append(ticket)
            try:
                while seconds := self._seconds(ticket):
                    self._wait(self._changed, None if seconds == math.inf else seconds)
                self._in_flight += 1
            finally:
                self._queue.remove(ticket)
                self._changed.notify_all()

    def _seconds(self, ticket: object) -> float:
        """Return the seconds to wait; infinite: not before another request has ended."""
        if self._opened is not None:
            raise ModelUnusable(self._opened)
        if self._probes is None:
            return 0.0
        if self._in_flight or self._queue[0] is not ticket:
            return math.inf
        return max(0.0, self._not_before - self._clock())

    def _answered(self) -> None:
        with self._changed:
            self._in_flight -= 1
            self._answers += 1
            self._probes = None
            is_forgiven, self._is_remembered = self._is_remembered, False
            self._changed.notify_all()
        if is_forgiven and self._memory:
            self._memory.forget()

    def _left(self) -> None:
        """Note that a request was not sent, or that nobody knows how it ended."""
        with self._changed:
            self._in_flight -= 1
            self._changed.notify_all()

    def _failed(self, error: ModelBusy) -> None:
        with self._changed:
            # What was under way when the first one failed belongs to the same failure.
            is_probe = self._probes is not None and self._in_flight == 1
            self._probes = (self._probes or 0) + is_probe
            self._not_before = self._clock() + _pause(self._probes, error.retry_after)
            probes = self._probes
        before = ", as in an earlier run" if self._is_remembered else ""
        if (error.retry_after or 0.0) > LONGEST_WAIT:
            self._open(f"not asked again in this run: {error}", error.retry_after)
        elif probes >= _PROBES:
            several = "" if before else f" after {1 + probes} failures in a row, the last"
            self._open(f"not asked again in this run{several}: {error}{before}")
        else:
            self._left()

    def _open(self, why: str, wait: float | None = None) -> None:
        """Send nothing more; remembered, unless it was the run itself that was stopped."""
        with self._changed:
            self._in_flight -= 1
            is_first, self._opened = self._opened is None, self._opened or why
            self._changed.notify_all()
        if is_first:
            _log.info("circuit breaker opened, no more requests: %s", why)
            if self._memory and wait != math.inf:
                self._memory.keep(why)


def _pause(probes: int, retry_after: float | None) -> float:
    """Return the seconds before the next probe; 0 where tests leave out the pauses of retries."""
    jitter = random.uniform(1 - _JITTER, 1 + _JITTER)  # noqa: S311  # no secret
    pause = max(_FIRST_PAUSE * 2**probes * jitter, retry_after or 0.0)
    return 0.0 if stamina.is_testing() else pause


class RetryPolicy:
    """Sends a request up to `attempts` times as long as it fails with ModelBusy.

    `breaker` decides when, and whether at all; `repeats` returns whether an error is one after
    which the very same request is worth another attempt.
    """

    def __init__(
        self,
        breaker: RequestBreaker | None = None,
        *,
        attempts: int = ATTEMPTS,
        repeats: Callable[[ModelBusy], bool] = lambda _: True,
    ) -> None:
        self.breaker = breaker or RequestBreaker()
        self._attempts = attempts
        self._repeats = repeats

    def __call__(self, function: Callable[_P, _T], *args: _P.args, **kwargs: _P.kwargs) -> _T:
        """Call the function until it succeeds; raises the error of its last call.

        Raises ModelUnusable where the server is left alone.
        """
        failed: tuple[ModelBusy, float] | None = None
        for attempt in count(1):
            try:
                with self.breaker.turn():
                    if failed is not None:
                        _log_attempt(attempt, self._attempts, *failed)
                    return function(*args, **kwargs)
            except ModelBusy as error:
                error.final = not self.breaker.may_repeat(error)
                if attempt >= self._attempts or error.final or not self._repeats(error):
                    raise
                failed = error, time.monotonic()
        raise AssertionError  # counting does not end


def _log_attempt(attempt: int, attempts: int, error: ModelBusy, at: float) -> None:
    message = "attempt %d of at most %d, after waiting %.1f s, because %s"
    _log.info(message, attempt, attempts, time.monotonic() - at, error.problem)


class Retrying:
    """ChatModel that repeats a busy call, and adds up what its failed attempts may have cost.

    A call that took too long is not repeated as it was: a smaller one may be answered in time.
    """

    def __init__(self, model: ChatModel, retry: RetryPolicy | None = None) -> None:
        self._model = model
        self._retry = retry or RetryPolicy(repeats=is_worth_another)

    @property
    def name(self) -> str:
        """The wrapped model's name."""
        return self._model.name

    def ask(self, prompt: Prompt) -> ChatReply:
        """Answer a prompt, repeating busy calls."""
        lost: list[Spend] = []
        try:
            reply = self._retry(self._attempt, prompt, lost)
        except ModelError as error:
            # The last attempt's spend stays apart in `error.spend`.
            earlier = lost if error.spend is None else lost[:-1]
            error.lost = total(earlier) if earlier else None
            raise
        return replace(reply, lost=total(lost) if lost else None)

    def _attempt(self, prompt: Prompt, lost: list[Spend]) -> ChatReply:
        try:
            return self._model.ask(prompt)
        except ModelError as error:
            if error.spend is not None:
                lost.append(error.spend)
            raise


def is_worth_another(error: ModelBusy) -> bool:
    """Return whether the very same question is worth another attempt."""
    return not isinstance(error, Late)
