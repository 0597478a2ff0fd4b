"""arXiv's RSS feeds, over HTTP and from a folder of recorded feeds."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from http import HTTPStatus
from pathlib import Path

from paperlark.domain.announcement import Feed, Via
from paperlark.domain.calendar import today
from paperlark.domain.errors import FeedNotFound, FeedUnreadable, SourceError
from paperlark.sources._arxiv_xml import parse_feed
from paperlark.sources._client import LARGEST, ArxivClient


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


_SUFFIXES = (".rss.xml", ".rss.xml.gz")


class RecordedFeeds:
    """Implements Source. The day is that of the file's name; a feed's own date may be wrong."""

    via = Via.RSS

    def __init__(self, folder: Path) -> None:
        if not folder.is_dir():
            raise SourceError(
                f"there is no folder {folder} with recorded feeds",
                hint="--feeds takes a folder of files named DATE.CATEGORY.rss.xml[.gz]",
            )
        self._folder = folder

    def feed(self, category: str, day: date) -> Feed:
        """Read the recorded feed.

        Raises FeedNotFound where the folder has none, FeedUnreadable where it is damaged.
        """
        for suffix in _SUFFIXES:
            path = self._folder / f"{day}.{category}{suffix}"
            if path.is_file():
                return _of(day, parse_feed(_read(path), category, str(path)))
        raise FeedNotFound(
            f"{self._folder} has no feed for {category} on {day}",
            hint=f"expected {day}.{category}.rss.xml or the same with .gz",
        )

    def days(self, first: date, last: date) -> tuple[date, ...]:
        """Return the days for which the folder has a feed of any category."""
        named = {
            _day(path.name) for path in self._folder.iterdir() if path.name.endswith(_SUFFIXES)
        }
        return tuple(sorted(day for day in named if day and first <= day <= last))


def _of(day: date, feed: Feed) -> Feed:
    """Take the day of the file's name; note where the feed's own date differs."""
    if feed.stamped in {None, day}:
        return feed
    return replace(feed, stamped=day, notes=(*feed.notes, f"is stamped {feed.stamped}"))


def _day(name: str) -> date | None:
    """Read the day from a file's name; only the form 2025-02-26 counts."""
    text = name.split(".", 1)[0]
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if day.isoformat() == text else None


def _read(path: Path) -> bytes:
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
            content = file.read(LARGEST + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise FeedUnreadable(f"{path} cannot be read ({error})", hint="record it again") from error
    if len(content) > LARGEST:
        raise FeedUnreadable(f"{path} has more than {LARGEST >> 20} MB", hint="record it again")
    return content
