"""A day in, every paper announced on it out: whole, or with what is missing named."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from paperlark.domain.announcement import Announcement, Feed, MissingFeed, merge
from paperlark.domain.errors import FeedNotFound, FeedUnreadable, SourceError, SourceUnreachable
from paperlark.ports import Progress, Source


def announce(
    day: date, categories: Sequence[str], source: Source, progress: Progress
) -> Announcement:
    """Take each category's feed and merge them.

    A feed that cannot be had is named in the announcement. Raises the first such error when
    there is no feed at all, and at once what is no matter of luck, as an unknown category.
    """
    feeds: list[Feed] = []
    errors: list[tuple[str, SourceError]] = []
    with progress.step("reading feeds", len(categories)) as advance:
        for category in categories:
            try:
                feeds.append(source.feed(category, day))
            except (FeedNotFound, FeedUnreadable, SourceUnreachable) as error:
                errors.append((category, error))
            advance()
    if not feeds:
        raise errors[0][1]
    return merge(day, feeds, (MissingFeed(name, error.problem) for name, error in errors))
