"""A day in, every paper announced on it out: whole, or with what is missing named."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from paperlark.day.take import take
from paperlark.domain.announcement import Announcement, Feed, MissingFeed, merge
from paperlark.domain.calendar import expects_announcement
from paperlark.domain.errors import FeedNotFound
from paperlark.ports import Batches, Progress, Source


def announce(
    day: date,
    categories: Sequence[str],
    *,
    sources: Sequence[Source],
    batches: Batches,
    progress: Progress,
) -> Announcement:
    """Take each category's batch and merge them; one that cannot be had is named.

    Raises FeedNotFound when there is none at all, and at once what is no matter of luck, as an
    unknown category.
    """
    expected = expects_announcement(day)
    taken: list[Feed | MissingFeed] = []
    with progress.step("reading feeds", len(categories)) as advance:
        for category in categories:
            taken.append(take(category, day, sources=sources, batches=batches, expected=expected))
            advance()
    feeds = [one for one in taken if isinstance(one, Feed)]
    missing = [one for one in taken if isinstance(one, MissingFeed)]
    if not feeds:
        reasons = "; ".join(dict.fromkeys(one.reason for one in missing))
        raise FeedNotFound(
            f"the announcement of {day} cannot be had ({reasons})",
            mend="try again later, or give recorded feeds with --feeds FOLDER",
        )
    return merge(day, feeds, missing)
