"""arXiv's RSS feeds over HTTP: today's announcement, one request per category."""

from __future__ import annotations

from datetime import date
from http import HTTPStatus

from paperlark.domain.announcement import Feed, Via
from paperlark.domain.errors import FeedNotFound
from paperlark.sources._arxiv_xml import parse_feed
from paperlark.sources._polite import PoliteClient


class RssFeeds:
    """Implements Source for one day only: the one that arXiv's feeds are of right now."""

    via = Via.RSS

    def __init__(self, client: PoliteClient, base_url: str = "https://rss.arxiv.org/rss") -> None:
        self._client = client
        self._base_url = base_url.rstrip("/")

    def feed(self, category: str, day: date) -> Feed:
        """Fetch the category's feed.

        Raises SourceUnreachable when arXiv does not answer with one, FeedNotFound when it is of
        another day, UnknownCategory and FeedUnreadable as the parser does.
        """
        url = f"{self._base_url}/{category}"
        # An unknown category is answered with 400 and a feed that says so.
        answer = self._client.get(url, also={HTTPStatus.BAD_REQUEST})
        feed = parse_feed(answer.content, category, url)
        if feed.stamped is not None and feed.stamped != day:
            raise FeedNotFound(
                f"arXiv's feed of {category} is of {feed.stamped}, not of {day}",
                mend="its RSS has only the latest day; give other days with --feeds FOLDER",
            )
        return feed
