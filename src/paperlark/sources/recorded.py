"""A folder of recorded feeds: `DATE.CATEGORY.rss.xml`, plain or gzipped."""

from __future__ import annotations

import gzip
import zlib
from dataclasses import replace
from datetime import date
from pathlib import Path

from paperlark.domain.announcement import Feed, Via
from paperlark.domain.errors import FeedNotFound, FeedUnreadable, SourceError
from paperlark.sources._arxiv_xml import parse_feed

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
        content = path.read_bytes()
        return gzip.decompress(content) if path.suffix == ".gz" else content
    except (OSError, EOFError, zlib.error) as error:
        raise FeedUnreadable(f"{path} cannot be read ({error})", hint="record it again") from error
