"""arXiv's RSS feeds over HTTP: today's announcement, one request per category."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date, timedelta
from http import HTTPStatus

import httpx
import stamina

from paperlark.domain.announcement import Feed
from paperlark.domain.errors import FeedNotFound, SourceUnreachable
from paperlark.sources._arxiv_xml import parse_feed

# https://info.arxiv.org/help/api/tou.html: one request every three seconds.
PAUSE = 3.0
_TRY_AGAIN = "check the network and try again, or name a folder of recorded feeds with --feeds"


class RssFeeds:
    """Implements Source for one day only: the one that arXiv's feeds are of right now."""

    def __init__(
        self,
        *,
        base_url: str,
        user_agent: str,
        sleep: Callable[[float], object] = time.sleep,
        attempts: int = 3,
    ) -> None:
        self._base_url = base_url.rstrip("/")
        self._client = httpx.Client(
            headers={"User-Agent": user_agent}, timeout=30.0, follow_redirects=True
        )
        self._sleep = sleep
        self._attempts = attempts
        self._asked = False

    def feed(self, category: str, day: date) -> Feed:
        """Fetch the category's feed.

        Raises SourceUnreachable when arXiv does not answer with one, FeedNotFound when it is of
        another day, UnknownCategory and FeedUnreadable as the parser does.
        """
        url = f"{self._base_url}/{category}"
        feed = parse_feed(self._fetch(url), category, url)
        if feed.stamped is not None and feed.stamped != day:
            raise FeedNotFound(
                f"arXiv's feed of {category} is of {feed.stamped}, not of {day}",
                mend="its RSS has only the latest day; give other days with --feeds FOLDER",
            )
        return feed

    def days(self, first: date, last: date) -> tuple[date, ...]:
        """Give every day of the range: which of them arXiv has, it says when asked."""
        return tuple(first + timedelta(days=n) for n in range((last - first).days + 1))

    def _fetch(self, url: str) -> bytes:
        if self._asked:
            self._sleep(PAUSE)
        self._asked = True
        try:
            return self._get(url)
        except httpx.HTTPStatusError as error:
            raise SourceUnreachable(
                f"{url} answered with HTTP {error.response.status_code}", mend=_TRY_AGAIN
            ) from error
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise SourceUnreachable(
                f"{url} cannot be reached ({str(error) or type(error).__name__})", mend=_TRY_AGAIN
            ) from error

    def _get(self, url: str) -> bytes:
        for attempt in stamina.retry_context(on=_worth_retrying, attempts=self._attempts):
            with attempt:
                response = self._client.get(url)
                # An unknown category is answered with 400 and a feed that says so.
                if response.status_code != HTTPStatus.BAD_REQUEST:
                    response.raise_for_status()
                return response.content
        raise AssertionError  # pragma: no cover  # stamina returns or raises


def _worth_retrying(error: Exception) -> bool | float:
    """Wait as long as the server asks, within a minute; do not repeat what is refused."""
    if isinstance(error, httpx.HTTPStatusError):
        response = error.response
        wait = response.headers.get("Retry-After", "")
        if response.status_code in {HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE}:
            return min(float(wait), 60.0) if wait.isdecimal() else True
        return response.is_server_error
    return isinstance(error, httpx.TransportError)
