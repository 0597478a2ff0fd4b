"""What an answer of arXiv's means: an answer, a request for patience, or for leaving it alone."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum, auto
from http import HTTPStatus
from pathlib import Path
from typing import Self

import httpx

from paperlark.domain.errors import SourceUnreachable
from paperlark.http.rate_limit import SYSTEM_CLOCK, ProcessRateLimit, RateLimitClock
from paperlark.sources._http_cache import Kept, KeptAnswers
from paperlark.sources._paper_fields import mail_moment

_SHORT = 200  # bytes; no feed and no page is so short


class ResponseClass(Enum):
    """What an answer of arXiv's means for whoever asked."""

    ANSWER = auto()  # what was asked for
    UNCHANGED = auto()  # what is kept is still so
    BUSY = auto()  # too many requests: wait as long as it says
    LATER = auto()  # 406: it has had enough of us; once more after a longer pause
    BROKEN = auto()  # an accident on its side
    REFUSED = auto()  # it will not answer this
    FORBIDDEN = auto()  # stop asking


def classify_response(status: int, content: bytes, also: Collection[int] = ()) -> ResponseClass:
    """Say what an answer means; each is treated as what it is."""
    if status == HTTPStatus.OK or status in also:
        return ResponseClass.BUSY if _says_rate_exceeded(content) else ResponseClass.ANSWER
    known = {
        HTTPStatus.NOT_MODIFIED: ResponseClass.UNCHANGED,
        HTTPStatus.FORBIDDEN: ResponseClass.FORBIDDEN,
        HTTPStatus.NOT_ACCEPTABLE: ResponseClass.LATER,
        HTTPStatus.REQUEST_TIMEOUT: ResponseClass.BROKEN,
        HTTPStatus.TOO_MANY_REQUESTS: ResponseClass.BUSY,
        HTTPStatus.SERVICE_UNAVAILABLE: ResponseClass.BUSY,
    }
    if status in known:
        return known[HTTPStatus(status)]
    return (
        ResponseClass.BROKEN
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR
        else ResponseClass.REFUSED
    )


def _says_rate_exceeded(content: bytes) -> bool:
    return len(content) < _SHORT and content.strip().lower().startswith(b"rate exceeded")


def retry_after(headers: Mapping[str, str], now: float) -> float | None:
    """Read seconds or an HTTP date; None where the server names none that can be read."""
    header: str = headers.get("Retry-After", "").strip()
    if header.isascii() and header.isdecimal():
        return float(header[:9])
    then = mail_moment(header)
    # Both by the server's clock where it gives its own: ours need not be right.
    since = mail_moment(headers.get("Date", "")) or datetime.fromtimestamp(now, UTC)
    return max(0.0, (then - since).total_seconds()) if then else None


Params = Mapping[str, str | int]

PAUSE = 3.0
PATIENCE = 120.0
"""A server that asks to be left alone for longer is not waited for."""
LARGEST = 64 * 2**20
"""No answer of arXiv's is longer; a small one that unpacks to more is a trick."""
_TRY_AGAIN = "check the network and try again, or name a folder of recorded feeds with --feeds"
_STOP = "stop for today; https://info.arxiv.org/help/robots.html says what arXiv minds"
_NOT_ACCEPTABLE_WAIT = 10  # pauses; arXiv answers 406 to clients it has had enough of for now


@dataclass(frozen=True, slots=True)
class ArxivResponse:
    """What arXiv said, and to which URL; a status other than 200 is one that the caller reads."""

    status: int
    content: bytes
    url: str


class ArxivClient:
    """Asks arXiv; `folder` holds what all processes must know: lock, last request, answers kept.

    `budget` is how many seconds may pass from the first request on, waiting included, None for
    any number.
    """

    def __init__(
        self,
        user_agent: str,
        folder: Path,
        *,
        pause: float = PAUSE,
        budget: float | None = None,
        attempts: int = 4,
        timeout: float = 30.0,
        rate_limit_clock: RateLimitClock = SYSTEM_CLOCK,
        client: httpx.Client | None = None,
    ) -> None:
        self._client = client or httpx.Client(follow_redirects=True, max_redirects=5)
        self._client.headers["User-Agent"] = user_agent
        self._client.timeout = httpx.Timeout(timeout)
        self._turnstile = ProcessRateLimit(
            folder, pause=pause, patience=PATIENCE, rate_limit_clock=rate_limit_clock
        )
        self._kept = KeptAnswers(folder / "answers")
        self._pause = pause
        self._budget = math.inf if budget is None else budget
        self._attempts = attempts
        self._slowest = 4 * timeout
        self._watch = rate_limit_clock
        self._began: float | None = None
        self._forbidden: str | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection."""
        self._client.close()

    def get(
        self,
        url: str,
        params: Params | None = None,
        *,
        also: Collection[int] = (),
    ) -> ArxivResponse:
        """Ask when it is our turn, as often as is proper, and give the answer.

        `also` are statuses besides 200 that the caller reads itself.

        Raises SourceUnreachable: no such answer, arXiv wants no more requests, or no time left.
        """
        try:
            address = httpx.URL(url, params=params) if params else httpx.URL(url)
        except httpx.InvalidURL as error:
            raise SourceUnreachable(
                f"{url[:200]} is no address ({error})", hint="correct it"
            ) from error
        refused: _AskAgain | None = None
        for attempt in range(1, self._attempts + 1):
            try:
                return self._ask(address, frozenset(also), attempt)
            except _AskAgain as error:
                refused = error
                if error.meaning is ResponseClass.LATER and attempt > 1:
                    break
        problem = refused.problem if refused else f"{url} is never asked"
        raise SourceUnreachable(problem, hint=_TRY_AGAIN) from refused

    def begin(self) -> None:
        """Give another budget, for another day: what came between cost arXiv nothing."""
        self._began = None

    def _may_ask(self, url: str) -> None:
        if self._forbidden:
            raise SourceUnreachable(
                f"{url} is not asked, because {self._forbidden}",
                hint=_STOP,
            )
        if self._began is None:
            self._began = self._watch.timer()
        if self._left() <= 0:
            raise SourceUnreachable(
                f"{url} is not asked: the {self._budget:g} s for asking arXiv are used up",
                hint="allow more time, or try again later",
            )

    def _left(self) -> float:
        return self._budget - (self._watch.timer() - (self._began or 0.0))

    def _ask(self, address: httpx.URL, also: frozenset[int], attempt: int) -> ArxivResponse:
        """Ask once, in our turn; what arXiv asks for in return is written down before it ends."""
        url, server = str(address), address.netloc.decode()
        self._may_ask(url)
        with self._turnstile.turn(server, self._left()):
            try:
                return self._answer(url, also)
            except _AskAgain as error:
                self._turnstile.hold(server, self._wait(error, attempt))
                raise

    def _answer(self, url: str, also: frozenset[int]) -> ArxivResponse:
        kept = self._kept.find(url)
        try:
            response, content = self._exchange(url, kept.conditions() if kept else {})
        except httpx.HTTPError as error:
            raise _unanswered(url, error) from error
        meaning = classify_response(response.status_code, content, also)
        if meaning is ResponseClass.UNCHANGED and kept:
            return ArxivResponse(HTTPStatus.OK, kept.content, url)
        if meaning is not ResponseClass.ANSWER:
            raise self._refusal(meaning, response, url)
        if response.status_code == HTTPStatus.OK:
            names = response.headers.get("ETag"), response.headers.get("Last-Modified")
            self._kept.keep(url, Kept(content, *names))
        return ArxivResponse(response.status_code, content, url)

    def _exchange(self, url: str, headers: dict[str, str]) -> tuple[httpx.Response, bytes]:
        """Read the whole answer, unless it is too large or drips in too slowly."""
        slowest = self._watch.timer() + min(self._slowest, self._left())
        content = bytearray()
        with self._client.stream("GET", url, headers=headers) as response:
            for chunk in response.iter_bytes():
                content += chunk
                if len(content) > LARGEST:
                    raise SourceUnreachable(
                        f"{url} answers with more than {LARGEST >> 20} MB", hint=_TRY_AGAIN
                    )
                if self._watch.timer() > slowest:
                    raise httpx.ReadTimeout("its answer does not come to an end")
        return response, bytes(content)

    def _refusal(self, meaning: ResponseClass, response: httpx.Response, url: str) -> Exception:
        problem = f"{url} answered with HTTP {response.status_code}"
        if meaning is ResponseClass.FORBIDDEN:
            self._forbidden = problem
            return SourceUnreachable(
                f"{problem}: arXiv asks us to stop",
                hint=_STOP,
            )
        if meaning in {ResponseClass.REFUSED, ResponseClass.UNCHANGED}:
            return SourceUnreachable(problem, hint=_TRY_AGAIN)
        if response.is_success:
            problem = f"{url} answered that the rate is exceeded"
        return _AskAgain(problem, meaning, retry_after(response.headers, self._watch.clock()))

    def _wait(self, error: _AskAgain, attempt: int) -> float:
        """Say how long that server is left alone: as it asks, else longer each time."""
        if error.retry_after is not None:
            return error.retry_after
        factor = _NOT_ACCEPTABLE_WAIT if error.meaning is ResponseClass.LATER else 2**attempt
        return min(self._pause * factor, PATIENCE)


class _AskAgain(Exception):
    """Asking again may help; never leaves this module."""

    def __init__(
        self, problem: str, meaning: ResponseClass, retry_after: float | None = None
    ) -> None:
        self.problem = problem
        self.meaning = meaning
        self.retry_after = retry_after
        super().__init__(problem)


def _unanswered(url: str, error: httpx.HTTPError) -> Exception:
    """Tell connections that break, which are tried again, from what cannot be asked at all."""
    problem = f"{url} cannot be reached ({str(error) or type(error).__name__})"
    if isinstance(error, httpx.TransportError | httpx.DecodingError) and not isinstance(
        error, httpx.UnsupportedProtocol
    ):
        return _AskAgain(problem, ResponseClass.BROKEN)
    return SourceUnreachable(problem, hint=_TRY_AGAIN)
