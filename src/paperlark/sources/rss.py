"""arXiv's RSS feeds over HTTP: today's announcement, one request per category."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from http import HTTPStatus

from paperlark.domain.announcement import Feed, Via
from paperlark.domain.calendar import today
from paperlark.domain.errors import FeedNotFound
from paperlark.sources._arxiv_xml import parse_feed
from paperlark.sources._client import ArxivClient


class RssFeeds:
    """Implements Source for the current announcement only, which is all that arXiv's RSS has.

    Given a clock, it sends no request for another day.
    """

    via = Via.RSS

    def __init__(
        self,
        client: ArxivClient,
        base_url: str = "https://rss.arxiv.org/rss",
        *,
        now: Callable[[], datetime] | None = None,
    ) -> None:
        self._now = now
        self._client = client
        self._base_url = base_url.rstrip("/")

    def feed(self, category: str, day: date) -> Feed:
        """Fetch the category's feed.

        Raises SourceUnreachable where none comes, FeedNotFound where it is for another day,
        UnknownCategory and FeedUnreadable as the parser does.
        """
        if self._now and day != today(self._now()):
            raise FeedNotFound(f"arXiv's RSS has only today's announcement, not that of {day}")
        url = f"{self._base_url}/{category}"
        # arXiv answers an unknown category with 400 and a feed with an error message.
        answer = self._client.get(url, accept={HTTPStatus.BAD_REQUEST})
        feed = parse_feed(answer.content, category, url)
        if feed.stamped is not None and feed.stamped != day:
            raise FeedNotFound(
                f"arXiv's feed for {category} is dated {feed.stamped}, not {day}",
                hint="its RSS has only the latest day",
            )
        return feed
