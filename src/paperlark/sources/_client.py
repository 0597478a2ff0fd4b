"""The one client that asks arXiv: one request at a time, with pauses, retries and a cache.

Every answer is classified first; see ResponseClass for what each means. A request that may succeed
later is repeated with exponential backoff, or after the Retry-After that arXiv named.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from datetime import date
from enum import Enum, auto
from functools import cached_property
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Self
from urllib.parse import urlencode, urlsplit

from paperlark.domain.errors import NoConnection, SourceUnreachable
from paperlark.http.rate_limit import SYSTEM_CLOCK, ProcessRateLimit, RateLimitClock
from paperlark.http.response import (
    HttpError,
    InvalidRequest,
    Response,
    ResponseTooLarge,
    SettingsInvalid,
    TimedOut,
)
from paperlark.http.retry_after import retry_after
from paperlark.sources._http_cache import CachedResponse, HttpCache

if TYPE_CHECKING:
    from paperlark.domain.announcement import Feed
    from paperlark.http.client import BoundedClient
    from paperlark.ports import Source

_log = logging.getLogger(__name__)
_SHORT = 200  # bytes; no feed and no page is so short


class ResponseClass(Enum):
    """What an answer of arXiv's means for the request."""

    OK = auto()  # what was asked for
    NOT_MODIFIED = auto()  # the cached answer is still valid
    RATE_LIMITED = auto()  # too many requests: wait as long as it says
    NOT_ACCEPTABLE = auto()  # 406, which arXiv sends to frequent clients: once more, much later
    SERVER_ERROR = auto()  # may pass
    REFUSED = auto()  # it will not answer this request
    FORBIDDEN = auto()  # send no more requests


_BY_STATUS: Mapping[int, ResponseClass] = {
    HTTPStatus.NOT_MODIFIED: ResponseClass.NOT_MODIFIED,
    HTTPStatus.FORBIDDEN: ResponseClass.FORBIDDEN,
    HTTPStatus.NOT_ACCEPTABLE: ResponseClass.NOT_ACCEPTABLE,
    HTTPStatus.REQUEST_TIMEOUT: ResponseClass.SERVER_ERROR,
    HTTPStatus.TOO_MANY_REQUESTS: ResponseClass.RATE_LIMITED,
    HTTPStatus.SERVICE_UNAVAILABLE: ResponseClass.RATE_LIMITED,
}


def classify_response(status: int, content: bytes, accept: Collection[int] = ()) -> ResponseClass:
    """Classify an answer; statuses in `accept` are read by the caller, as 200 is."""
    if status == HTTPStatus.OK or status in accept:
        limited = _says_rate_exceeded(content)
        return ResponseClass.RATE_LIMITED if limited else ResponseClass.OK
    failed = status >= HTTPStatus.INTERNAL_SERVER_ERROR
    unknown = ResponseClass.SERVER_ERROR if failed else ResponseClass.REFUSED
    return _BY_STATUS.get(status, unknown)


def _says_rate_exceeded(content: bytes) -> bool:
    return len(content) < _SHORT and content.strip().lower().startswith(b"rate exceeded")


Params = Mapping[str, str | int]

PAUSE = 3.0
PATIENCE = 120.0
"""Seconds. A server that asks for a longer pause is not waited for."""
LARGEST = 64 * 2**20
"""Bytes. No answer of arXiv's is longer; a small one that unpacks to more is an attack."""
_TRY_AGAIN = "check the network and try again, or name a folder of recorded feeds with --feeds"
_STOP = "stop for today; https://info.arxiv.org/help/robots.html says what arXiv minds"
_NOT_ACCEPTABLE_PAUSES = 10
_CONNECT = 7.0
"""Seconds for one connection: longer than the 5 s that a lookup waits for a dead name server."""
_SEARCH = 9.0
"""Seconds for which a network is looked for, at all servers together."""
_NETWORK_PAUSE = 60.0
"""Seconds for which servers are not looked for again where there was no network."""


class ArxivClient:
    """Asks arXiv; `folder` holds what all processes share: lock, last request, cached answers.

    `budget` is how many seconds may pass from the first request on, waiting included; None for no
    limit. `observe` is given every answer, whatever its status. `redirects` says which servers had
    another site answer.
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
        observe: Callable[[Response], object] = lambda _: None,
    ) -> None:
        self._user_agent = user_agent
        self._timeout = timeout
        self._rate_limit = ProcessRateLimit(
            folder, pause=pause, patience=PATIENCE, rate_limit_clock=rate_limit_clock
        )
        self._cache = HttpCache(folder / "answers")
        self._pause = pause
        self._budget = math.inf if budget is None else budget
        self._attempts = attempts
        self._clock = rate_limit_clock
        self._observe = observe
        self._began: float | None = None
        self._forbidden: str | None = None
        self._reached = False
        self._searched_from = -math.inf
        self._unreached: dict[str, str] = {}
        self.redirects: set[str] = set()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        if "_client" in self.__dict__:
            self._client.close()

    @cached_property
    def _client(self) -> BoundedClient:
        """Opened with the first request: a day without an announcement has none."""
        from paperlark.http.client import BoundedClient  # noqa: PLC0415  # loads an HTTP library

        return BoundedClient(
            largest=LARGEST,
            seconds=4 * self._timeout,
            step=self._timeout,
            user_agent=self._user_agent,
            clock=self._clock.timer,
        )

    def get(
        self, url: str, params: Params | None = None, *, accept: Collection[int] = ()
    ) -> Response:
        """Return the answer, after waiting for our turn and retrying where that may help.

        `accept` are statuses besides 200 that the caller reads itself.

        Raises SourceUnreachable: no such answer, arXiv wants no more requests, or no time left;
        NoConnection, within seconds, where no server at all could be connected to.
        """
        url = f"{url}?{urlencode(params)}" if params else url
        failed: _RetryableError | None = None
        for attempt in range(1, self._attempts + 1):
            try:
                return self._ask(url, frozenset(accept), attempt)
            except _RetryableError as error:
                failed = error
                _log.info("attempt %d of %d: %s", attempt, self._attempts, error.problem)
                if error.meaning is ResponseClass.NOT_ACCEPTABLE and attempt > 1:
                    break
                if isinstance(error, _NoConnectionError) and not self._reached:
                    if attempt > 1 or error.slow or len(self._unreached) > 1:
                        break
                    self._clock.sleep(self._pause)
        problem = failed.problem if failed else f"{url} was not requested"
        kind = NoConnection if isinstance(failed, _NoConnectionError) else SourceUnreachable
        raise kind(problem, hint=_TRY_AGAIN) from failed

    def noting(self, source: Source) -> Source:
        """Return a source of this client's whose feeds say which other site answered."""
        return NotingRedirects(source, self)

    def begin(self) -> None:
        """Start the budget anew, for another day's announcement."""
        self._began = None

    def _check_allowed(self) -> None:
        if self._forbidden:
            raise SourceUnreachable(
                f"arXiv was asked nothing more, because {self._forbidden}",
                hint=_STOP,
            )
        if self._began is None:
            self._began = self._clock.timer()
        if self._left() <= 0:
            raise SourceUnreachable(
                f"arXiv was asked nothing more: the {self._budget:g} s allowed for it are used up",
                hint="allow more time, or try again later",
            )

    def _search_left(self, server: str, attempt: int) -> float | None:
        """Return the seconds for a connection, where no server was reached yet; None otherwise.

        Raises NoConnection where there was no network just now.
        """
        if self._reached:
            return None
        now = self._clock.timer()
        if now - self._searched_from > _NETWORK_PAUSE:
            self._searched_from = now
            self._unreached.clear()
        left = self._searched_from + _SEARCH - now
        if self._unreached and (left <= 0 or (server in self._unreached and attempt == 1)):
            raise NoConnection(next(iter(self._unreached.values())), hint=_TRY_AGAIN)
        return min(_CONNECT, left)

    def _left(self) -> float:
        return self._budget - (self._clock.timer() - (self._began or 0.0))

    def _ask(self, url: str, accept: frozenset[int], attempt: int) -> Response:
        """Ask once; the pause that arXiv asks for is written down before our turn ends."""
        server = _server(url)
        self._check_allowed()
        connect = self._search_left(server, attempt)
        with self._rate_limit.turn(server, self._left()) as unused:
            try:
                return self._answer(url, accept, connect)
            except _NoConnectionError as error:
                self._unreached[server] = error.problem
                if self._reached:
                    self._rate_limit.hold(server, self._wait(error, attempt))
                else:
                    unused()
                raise
            except _RetryableError as error:
                self._rate_limit.hold(server, self._wait(error, attempt))
                raise

    def _answer(self, url: str, accept: frozenset[int], connect: float | None) -> Response:
        cached = self._cache.find(url)
        try:
            response = self._client.request(
                "GET",
                url,
                headers=cached.conditions() if cached else {},
                seconds=self._left(),
                connect=connect,
                follow_redirects=True,
            )
        except HttpError as error:
            self._reached = self._reached or error.sent
            raise _failure(url, error) from error
        self._reached = True
        asked, answered = (urlsplit(one).hostname or "" for one in (url, response.url))
        if _site(asked) != _site(answered):
            self.redirects.add(f"{asked} redirected to {answered}")
        self._observe(response)
        meaning = classify_response(response.status, response.content, accept)
        if meaning is ResponseClass.NOT_MODIFIED and cached:
            _log.info("%s has not changed: taken from the cache", url)
            return replace(response, status=int(HTTPStatus.OK), content=cached.content, url=url)
        if meaning is not ResponseClass.OK:
            raise self._rejection(meaning, response, url)
        if response.status == HTTPStatus.OK:
            validators = response.headers.get("ETag"), response.headers.get("Last-Modified")
            self._cache.keep(url, CachedResponse(response.content, *validators))
        _log.info("%s: HTTP %d, %d bytes", url, response.status, len(response.content))
        return replace(response, url=url)

    def _rejection(self, meaning: ResponseClass, response: Response, url: str) -> Exception:
        problem = f"{url} answered with HTTP {response.status}"
        if meaning is ResponseClass.FORBIDDEN:
            self._forbidden = problem
            self._rate_limit.forbid(_server(url))
            return SourceUnreachable(f"{problem}: arXiv asks us to stop", hint=_STOP)
        if meaning in {ResponseClass.REFUSED, ResponseClass.NOT_MODIFIED}:
            return SourceUnreachable(problem, hint=_TRY_AGAIN)
        if response.status == HTTPStatus.OK:
            problem = f"{url} answered that the rate is exceeded"
        return _RetryableError(problem, meaning, retry_after(response.headers, self._clock.clock()))

    def _wait(self, error: _RetryableError, attempt: int) -> float:
        """Return the seconds to leave that server alone: as it asks, else exponential backoff."""
        if error.retry_after is not None:
            return error.retry_after
        late = error.meaning is ResponseClass.NOT_ACCEPTABLE
        return min(self._pause * (_NOT_ACCEPTABLE_PAUSES if late else 2**attempt), PATIENCE)


class _RetryableError(Exception):
    """Asking again may help; never leaves this module."""

    def __init__(
        self, problem: str, meaning: ResponseClass, retry_after: float | None = None
    ) -> None:
        self.problem = problem
        self.meaning = meaning
        self.retry_after = retry_after
        super().__init__(problem)


class _NoConnectionError(_RetryableError):
    """The server received nothing; `slow` where that took long."""

    def __init__(self, problem: str, *, slow: bool) -> None:
        self.slow = slow
        super().__init__(problem, ResponseClass.SERVER_ERROR)


class NotingRedirects:
    """Implements Source by another one that uses the client; its feeds say who else answered."""

    def __init__(self, source: Source, client: ArxivClient) -> None:
        self.via = source.via
        self._source = source
        self._client = client

    def feed(self, category: str, day: date) -> Feed:
        """Return the other source's feed, with a note where another site than arXiv's sent it."""
        self._client.redirects.clear()
        feed = self._source.feed(category, day)
        return replace(feed, trail=(*feed.trail, *sorted(self._client.redirects)))


def _site(host: str) -> str:
    """Return what servers of one owner share, such as arxiv.org; an address is its own."""
    labels = host.split(".")
    return host if labels[-1].isdigit() else ".".join(labels[-2:])


def _server(url: str) -> str:
    """Return host and port, which one pause applies to."""
    try:
        return urlsplit(url).netloc.rpartition("@")[2]
    except ValueError as error:
        raise SourceUnreachable(
            f"{url[:200]} is not a valid address ({error})", hint="correct it"
        ) from error


def _failure(url: str, error: HttpError) -> Exception:
    """Separate failures that may pass from requests that can never succeed."""
    if isinstance(error, ResponseTooLarge):
        return SourceUnreachable(
            f"{url} answers with more than {LARGEST >> 20} MB", hint=_TRY_AGAIN
        )
    problem = f"{url[:500]} cannot be reached ({error.reason})"
    if isinstance(error, SettingsInvalid):
        return SourceUnreachable(problem, hint="correct or unset it")
    if isinstance(error, InvalidRequest):
        return SourceUnreachable(problem, hint=_TRY_AGAIN)
    if not error.sent:
        problem = f"{_server(url)} could not be reached ({error.reason})"
        return _NoConnectionError(problem, slow=isinstance(error, TimedOut))
    return _RetryableError(problem, ResponseClass.SERVER_ERROR)
