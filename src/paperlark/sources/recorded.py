"""A folder of recorded feeds: `DATE.CATEGORY.rss.xml`, plain or gzipped."""

from __future__ import annotations

import gzip
import zlib
from datetime import date
from pathlib import Path

from paperlark.domain.announcement import Feed
from paperlark.domain.errors import FeedNotFound, FeedUnreadable, SourceError
from paperlark.sources._arxiv_xml import parse_feed

_SUFFIXES = (".rss.xml", ".rss.xml.gz")


class RecordedFeeds:
    """Implements Source. A file's name says which day it is; its own stamp may be wrong."""

    def __init__(self, folder: Path) -> None:
        if not folder.is_dir():
            raise SourceError(
                f"there is no folder {folder} with recorded feeds",
                mend="--feeds takes a folder of files named DATE.CATEGORY.rss.xml[.gz]",
            )
        self._folder = folder

    def feed(self, category: str, day: date) -> Feed:
        """Read the recorded feed.

        Raises FeedNotFound when the folder has none, FeedUnreadable when it is damaged.
        """
        for suffix in _SUFFIXES:
            path = self._folder / f"{day}.{category}{suffix}"
            if path.is_file():
                return parse_feed(_read(path), category, str(path))
        raise FeedNotFound(
            f"{self._folder} has no feed of {category} for {day}",
            mend=f"expected {day}.{category}.rss.xml or the same with .gz",
        )

    def days(self, first: date, last: date) -> tuple[date, ...]:
        """Give the days that have a feed of any category here: the folder is the calendar."""
        named = {
            _day(path.name) for path in self._folder.iterdir() if path.name.endswith(_SUFFIXES)
        }
        return tuple(sorted(day for day in named if day and first <= day <= last))


def _day(name: str) -> date | None:
    try:
        return date.fromisoformat(name.split(".", 1)[0])
    except ValueError:
        return None


def _read(path: Path) -> bytes:
    try:
        content = path.read_bytes()
        return gzip.decompress(content) if path.suffix == ".gz" else content
    except (OSError, EOFError, zlib.error) as error:
        raise FeedUnreadable(f"{path} cannot be read ({error})", mend="record it again") from error
