"""FIFO rate limiter with AIMD concurrency control: when a request may be sent.

First in, first out, so that the best matches are asked about first and a large request is not
overtaken by small ones for ever. `AimdConcurrency` decides and knows no clock and no threads;
`RateLimiter` makes threads wait for its decisions.
"""

from __future__ import annotations

import logging
import math
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Condition

from paperlark.domain.errors import ModelBusy
from paperlark.llm.completion import RateLimitHeaders, RemainingQuota

_log = logging.getLogger(__name__)

WINDOW = 61.0
"""Seconds in the sliding window of per-minute limits: a minute, and one more for network jitter."""
_RENEWAL = 60.0
"""Seconds after which a quota is assumed to be renewed if the server says no more about it."""


@dataclass(slots=True, eq=False)
class SentRequest:
    """A request sent at time `at` (seconds), and the tokens that it may use or did use."""

    number: int
    at: float
    tokens: int


@dataclass(frozen=True, slots=True)
class RateLimits:
    """Requests and tokens allowed within any minute; None is unlimited."""

    requests: int | None = None
    tokens: int | None = None


@dataclass(slots=True)
class _Quota:
    """What remains of one of the server's limits by its own headers, and when it is renewed."""

    limit: int | None = None
    remaining: float = math.inf
    renewed_at: float = math.inf

    def update(self, reported: RemainingQuota, now: float, sent_since: int) -> None:
        """Take over what the server reported, less what was sent after it counted."""
        self.limit = reported.limit
        self.remaining = reported.remaining - sent_since
        self.renewed_at = now + reported.resets_in

    def renew(self, now: float) -> None:
        if now >= self.renewed_at:
            self.remaining = math.inf if self.limit is None else self.limit
            self.renewed_at = now + _RENEWAL

    def wait(self, now: float, amount: int) -> float:
        """Return the seconds until `amount` is there; more than the whole limit may go alone."""
        needed = amount if self.limit is None else min(amount, self.limit)
        return 0.0 if self.remaining >= needed else max(0.0, self.renewed_at - now)


@dataclass(slots=True)
class AimdConcurrency:
    """AIMD concurrency control: additive increase, multiplicative decrease. Pure.

    Each success adds 1/width, so that a round of successes adds one concurrent request; an
    overload halves the width. Per-minute limits hold over a sliding window, and the server's own
    quotas are respected. `most` is the highest concurrency. Times are monotonic seconds.
    """

    most: int
    limits: RateLimits = RateLimits()
    _width: float = field(init=False)
    _window: list[SentRequest] = field(default_factory=list)
    _in_flight: int = 0
    _sent: int = 0
    _reduced_at: int = 0
    _newest_headers: int = 0
    _blocked_until: float = -math.inf
    _request_quota: _Quota = field(default_factory=_Quota)
    _token_quota: _Quota = field(default_factory=_Quota)

    def __post_init__(self) -> None:
        self._width = float(self.most)

    @property
    def width(self) -> int:
        """How many requests may be in flight at once for now."""
        return max(1, int(self._width))

    def blocked_for(self, now: float) -> float:
        """Return for how many seconds the server asked to receive nothing."""
        return max(0.0, self._blocked_until - now)

    def wait(self, now: float, tokens: int) -> float:
        """Return the seconds to wait before a request of so many tokens is considered again.

        0: send it now. Infinite: not before another one has ended.
        """
        self._drop_expired(now)
        if self._in_flight >= self.width:
            return math.inf
        return max(
            self.blocked_for(now),
            self._wait_for_requests(now),
            self._wait_for_tokens(now, self._capped(tokens)),
            self._request_quota.wait(now, 1),
            self._token_quota.wait(now, tokens),
        )

    def begin(self, now: float, tokens: int) -> SentRequest:
        """Record that a request which may use so many tokens is sent now."""
        self._sent += 1
        request = SentRequest(self._sent, now, self._capped(tokens))
        self._window.append(request)
        self._in_flight += 1
        self._request_quota.remaining -= 1
        self._token_quota.remaining -= tokens
        return request

    def end(self) -> None:
        """Record that a request is no longer in flight, whatever its outcome."""
        self._in_flight -= 1

    def succeeded(self, request: SentRequest, tokens: int | None) -> None:
        """Record a success: additive increase.

        `tokens` are those that it used; None where unknown, and then it may have used all.
        """
        if tokens is not None:
            request.tokens = tokens
        self._width = min(float(self.most), self._width + 1 / self._width)

    def overloaded(self, now: float, request: SentRequest, retry_after: float | None) -> None:
        """Record that it was too much: multiplicative decrease, and wait as long as was asked.

        Requests sent before the latest decrease belong to the same overload: they halve nothing.
        """
        if request.number > self._reduced_at:
            self._width = max(1.0, self._width / 2)
            self._reduced_at = self._sent
        if retry_after is not None:
            self._blocked_until = max(self._blocked_until, now + retry_after)

    def update_quotas(self, now: float, request: SentRequest, headers: RateLimitHeaders) -> None:
        """Take over the server's quotas, unless a later request already brought newer ones."""
        if request.number < self._newest_headers:
            return
        self._newest_headers = request.number
        since = [later for later in self._window if later.number > request.number]
        if headers.requests is not None:
            self._request_quota.update(headers.requests, now, len(since))
        if headers.tokens is not None:
            self._token_quota.update(headers.tokens, now, sum(one.tokens for one in since))

    def _capped(self, tokens: int) -> int:
        """Count at most a whole minute's limit: what exceeds it can only be sent alone."""
        return tokens if self.limits.tokens is None else min(tokens, self.limits.tokens)

    def _drop_expired(self, now: float) -> None:
        self._window = [request for request in self._window if now - request.at < WINDOW]
        self._request_quota.renew(now)
        self._token_quota.renew(now)

    def _wait_for_requests(self, now: float) -> float:
        if self.limits.requests is None or len(self._window) < self.limits.requests:
            return 0.0
        return self._window[-self.limits.requests].at + WINDOW - now

    def _wait_for_tokens(self, now: float, tokens: int) -> float:
        if self.limits.tokens is None:
            return 0.0
        wait = 0.0
        excess = sum(request.tokens for request in self._window) + tokens - self.limits.tokens
        for request in self._window:
            if excess <= 0:
                break
            excess -= request.tokens
            wait = request.at + WINDOW - now
        return wait


Wait = Callable[[Condition, float | None], object]
"""Waits on a condition whose lock is held, for at most so many seconds."""


class RateLimiter:
    """FIFO queue of threads before a server; `patience` is the longest wait that it accepts.

    A test replaces `wait` and `clock` together.
    """

    def __init__(
        self,
        concurrency: AimdConcurrency,
        *,
        patience: float = 60.0,
        clock: Callable[[], float] = time.monotonic,
        wait: Wait = Condition.wait,
    ) -> None:
        self._concurrency = concurrency
        self._patience = patience
        self._clock = clock
        self._wait = wait
        self._changed = Condition()
        self._queue: deque[object] = deque()
        self._is_closed = False

    @contextmanager
    def slot(self, tokens: int) -> Iterator[SentRequest]:
        """Wait until a request of up to so many tokens may be sent; inside, it is in flight.

        Raises ModelBusy, with nothing sent, where the server asks for a longer wait than
        `patience`, or the run was stopped.
        """
        request = self._acquire(tokens)
        try:
            yield request
        finally:
            with self._update():
                self._concurrency.end()

    def succeeded(self, request: SentRequest, tokens: int | None) -> None:
        """Record a success and how many tokens it used, None where unknown."""
        with self._update():
            self._concurrency.succeeded(request, tokens)

    def overloaded(self, request: SentRequest, retry_after: float | None = None) -> None:
        """Record that the server was overloaded, and the seconds that it asked to wait."""
        with self._update() as now:
            self._concurrency.overloaded(now, request, retry_after)
        if retry_after:
            _log.info("the server asks to wait %.1f s before the next request", retry_after)

    def update_quotas(self, request: SentRequest, headers: RateLimitHeaders) -> None:
        """Record what the server says remains of its limits."""
        with self._update() as now:
            self._concurrency.update_quotas(now, request, headers)

    def close(self) -> None:
        """Send nothing more: threads that wait get a ModelBusy."""
        with self._update():
            self._is_closed = True

    @contextmanager
    def _update(self) -> Iterator[float]:
        """Change what other threads may be waiting for; yields the time."""
        with self._changed:
            before = self._concurrency.width
            yield self._clock()
            width = self._concurrency.width
            self._changed.notify_all()
        if width < before:
            _log.info("the server is overloaded: concurrency halved from %d to %d", before, width)
        elif width > before:
            _log.debug("concurrency raised from %d to %d", before, width)

    def _acquire(self, tokens: int) -> SentRequest:
        ticket = object()
        with self._changed:
            self._queue.append(ticket)
            try:
                while seconds := self._seconds(ticket, tokens):
                    self._wait(self._changed, None if seconds == math.inf else seconds)
                return self._concurrency.begin(self._clock(), tokens)
            finally:
                self._queue.remove(ticket)
                self._changed.notify_all()

    def _seconds(self, ticket: object, tokens: int) -> float:
        if self._is_closed:
            raise ModelBusy("not asked: the run was stopped", retry_after=math.inf)
        now = self._clock()
        blocked = self._concurrency.blocked_for(now)
        if blocked > self._patience:
            raise ModelBusy(
                f"the server asks to wait {blocked:.0f} s before the next request",
                hint="try again after that",
                retry_after=blocked,
            )
        return self._concurrency.wait(now, tokens) if self._queue[0] is ticket else math.inf
