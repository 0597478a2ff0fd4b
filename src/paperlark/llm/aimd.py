"""AIMD concurrency control, with the limits that servers name in `x-ratelimit-` headers."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

_LONGEST = 60.0
"""Seconds. What is renewed later is a day's limit, of which a little comes back all the time: the
server itself says when it is too little."""
_PART = re.compile(r"(\d{1,9}(?:\.\d{1,9})?)\s*(ms|s|m|h|d)", re.IGNORECASE)
_DURATION = re.compile(rf"(?:{_PART.pattern}\s*)+", re.IGNORECASE)
_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}


@dataclass(frozen=True, slots=True)
class RateLimitHeaders:
    """How much is `left` of a limit, and in how many seconds it is whole again."""

    left: int
    renewed_in: float
    limit: int | None = None


@dataclass(frozen=True, slots=True)
class Allowances:
    """What is left of requests and tokens; None where the server does not say."""

    requests: RateLimitHeaders | None = None
    tokens: RateLimitHeaders | None = None


def read(headers: Mapping[str, str]) -> Allowances:
    """Read an answer's headers, whose names do not mind capitals."""
    return Allowances(_allowance(headers, "requests"), _allowance(headers, "tokens"))


def seconds(text: str) -> float | None:
    """Read a duration: "1.5", "644ms", "6m0s", "20 s"; None where it is none."""
    text = text.strip()
    if re.fullmatch(r"\d{1,9}(?:\.\d{1,9})?", text):
        return float(text)
    if not _DURATION.fullmatch(text):
        return None
    return sum(float(number) * _SECONDS[unit.lower()] for number, unit in _PART.findall(text))


def _allowance(headers: Mapping[str, str], name: str) -> RateLimitHeaders | None:
    left = _count(headers.get(f"x-ratelimit-remaining-{name}", ""))
    renewed_in = seconds(headers.get(f"x-ratelimit-reset-{name}", ""))
    if left is None or renewed_in is None or renewed_in > _LONGEST:
        return None
    limit = _count(headers.get(f"x-ratelimit-limit-{name}", ""))
    return RateLimitHeaders(left, renewed_in, limit or None)


def _count(text: str) -> int | None:
    return int(text) if re.fullmatch(r"[0-9]{1,15}", text.strip()) else None


WINDOW = 61.0
"""Seconds that a minute's limit is kept for: a minute, and a second for what travels unevenly."""
_RENEWAL = 60.0
"""Seconds after which a server that said no more of its limit is taken to have renewed it."""


@dataclass(slots=True, eq=False)
class Turn:
    """A question that was put `at` that moment: the tokens that it may use, or did use."""

    number: int
    at: float
    tokens: int


@dataclass(frozen=True, slots=True)
class RateLimits:
    """Requests and tokens that may be asked for within any minute; None is no bound."""

    requests: int | None = None
    tokens: int | None = None


@dataclass(slots=True)
class _Left:
    """What the server said is left of one of its limits, and when there is more of it."""

    of: int | None = None
    left: float = math.inf
    renewed_at: float = math.inf

    def heed(self, told: RateLimitHeaders, now: float, since: int) -> None:
        """Believe the server, less what was taken `since` it counted."""
        self.of = told.limit
        self.left = told.left - since
        self.renewed_at = now + told.renewed_in

    def renew(self, now: float) -> None:
        if now >= self.renewed_at:
            self.left = math.inf if self.of is None else self.of
            self.renewed_at = now + _RENEWAL

    def wait(self, now: float, amount: int) -> float:
        """Give the seconds until there is enough; what exceeds the whole limit may go alone."""
        enough = amount if self.of is None else min(amount, self.of)
        return 0.0 if self.left >= enough else max(0.0, self.renewed_at - now)


@dataclass(slots=True)
class AimdConcurrency:
    """What was put and what came of it. It knows no clock: whoever asks says what time it is.

    `most` is how many questions may be under way at once. Times are seconds that only ever go
    forward.
    """

    most: int
    limits: RateLimits = RateLimits()
    _width: float = field(init=False)
    _turns: list[Turn] = field(default_factory=list)
    _under_way: int = 0
    _number: int = 0
    _reduced_at: int = 0
    _heard: int = 0
    _closed_until: float = -math.inf
    _requests: _Left = field(default_factory=_Left)
    _tokens: _Left = field(default_factory=_Left)

    def __post_init__(self) -> None:
        self._width = float(self.most)

    @property
    def width(self) -> int:
        """How many questions may be under way at once for now."""
        return max(1, int(self._width))

    def closed_for(self, now: float) -> float:
        """Give for how many seconds the server wants to be left alone."""
        return max(0.0, self._closed_until - now)

    def wait(self, now: float, tokens: int) -> float:
        """Give the seconds after which to ask again whether to put a question of so many tokens.

        0: put it now. Infinite: not before another one has ended.
        """
        self._forget(now)
        if self._under_way >= self.width:
            return math.inf
        return max(
            self.closed_for(now),
            self._wait_for_requests(now),
            self._wait_for_tokens(now, self._counted(tokens)),
            self._requests.wait(now, 1),
            self._tokens.wait(now, tokens),
        )

    def begin(self, now: float, tokens: int) -> Turn:
        """Put a question that may use so many tokens."""
        self._number += 1
        turn = Turn(self._number, now, self._counted(tokens))
        self._turns.append(turn)
        self._under_way += 1
        self._requests.left -= 1
        self._tokens.left -= tokens
        return turn

    def end(self) -> None:
        """Note that a question is no longer under way, whatever came of it."""
        self._under_way -= 1

    def answered(self, turn: Turn, tokens: int | None) -> None:
        """Note that all went well: after a round of such answers there may be one more at once.

        `tokens` are those that it used; None where nobody knows, and then it may have used all.
        """
        if tokens is not None:
            turn.tokens = tokens
        self._width = min(float(self.most), self._width + 1 / self._width)

    def refused(self, now: float, turn: Turn, retry_after: float | None) -> None:
        """Note that it was too much: half as many at once, and none before the server wants one.

        What was put before the last time learns nothing new from being refused as well.
        """
        if turn.number > self._reduced_at:
            self._width = max(1.0, self._width / 2)
            self._reduced_at = self._number
        if retry_after is not None:
            self._closed_until = max(self._closed_until, now + retry_after)

    def heed(self, now: float, turn: Turn, told: Allowances) -> None:
        """Believe what the server said is left, where nothing said it of a later question."""
        if turn.number < self._heard:
            return
        self._heard = turn.number
        since = [later for later in self._turns if later.number > turn.number]
        if told.requests is not None:
            self._requests.heed(told.requests, now, len(since))
        if told.tokens is not None:
            self._tokens.heed(told.tokens, now, sum(later.tokens for later in since))

    def _counted(self, tokens: int) -> int:
        """Count what may exceed a whole minute's limit as all of it: it can only go alone."""
        return tokens if self.limits.tokens is None else min(tokens, self.limits.tokens)

    def _forget(self, now: float) -> None:
        self._turns = [turn for turn in self._turns if now - turn.at < WINDOW]
        self._requests.renew(now)
        self._tokens.renew(now)

    def _wait_for_requests(self, now: float) -> float:
        if self.limits.requests is None or len(self._turns) < self.limits.requests:
            return 0.0
        return self._turns[-self.limits.requests].at + WINDOW - now

    def _wait_for_tokens(self, now: float, tokens: int) -> float:
        if self.limits.tokens is None:
            return 0.0
        wait = 0.0
        too_many = sum(turn.tokens for turn in self._turns) + tokens - self.limits.tokens
        for turn in self._turns:
            if too_many <= 0:
                break
            too_many -= turn.tokens
            wait = turn.at + WINDOW - now
        return wait
