"""Fetch each category's announcement of a day and merge them; what is missing is named."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from paperlark.day.examine import GUESS, PROOF, confirm, examine, fill_up
from paperlark.domain.announcement import Announcement, Feed, MissingFeed, Via, merge
from paperlark.domain.calendar import expects_announcement, is_weekend
from paperlark.domain.errors import FeedNotFound, FeedUnreadable, SourceUnreachable
from paperlark.ports import AnnouncementBatches, Progress, Source

UNCONFIRMED = "nobody confirmed how many entries it should have"

# From what only guesses to what lists announcements.
_TRUST = (Via.SEARCH, Via.OAI, Via.RSS, Via.CATCHUP, Via.LISTING)


def take(
    category: str,
    day: date,
    *,
    sources: Sequence[Source],
    batches: AnnouncementBatches,
    expected: bool,
) -> Feed | MissingFeed:
    """Give the batch, with notes on what it lacks, and keep it when it lacks nothing.

    `expected` tells whether the calendar expects an announcement that day. A confirmed batch
    that is known already is not asked for again; where there is only one source, as a folder
    of recorded feeds, that is read and believed.
    """
    if is_weekend(day):
        return _weekend(category, day, sources[0])
    alone = len(sources) == 1
    kept = batches.batch(category, day)
    if kept and _settled(kept) and not alone:
        return kept
    best = None if alone else kept
    found = _ask(category, day, best, sources=sources, batches=batches, expected=expected)
    if isinstance(found, MissingFeed):
        return found
    if kept is None or _worth(found) >= _worth(kept):
        # What falls short is kept too: tomorrow's stale feed would repeat it.
        batches.keep(found, day)
    if not found.confirmed and found.expected is None and not alone:
        return replace(found, notes=(*found.notes, UNCONFIRMED))
    return found


def _ask(
    category: str,
    day: date,
    best: Feed | None,
    *,
    sources: Sequence[Source],
    batches: AnnouncementBatches,
    expected: bool,
) -> Feed | MissingFeed:
    """Ask the sources, after what is known already, until one of them settles the matter."""
    earlier = batches.earlier(category, day)
    trail: list[str] = []
    for source in sources:
        if best and not best.notes and source.via in GUESS:
            break
        feed = _feed(source, category, day, trail)
        if feed is None:
            continue
        feed = _together(best, feed, day)
        finding = examine(feed, day, earlier=earlier, expected=expected)
        if finding.refused:
            trail.append(f"{feed.via} {finding.refused}")
            continue
        feed = replace(feed, notes=tuple(dict.fromkeys(finding.short)))
        best = _better(best, feed)
        if _settled(best):
            break
    if best is None:
        return MissingFeed(category, "; ".join(trail))
    return replace(best, trail=tuple(dict.fromkeys((*best.trail, *trail))))


def _together(before: Feed | None, feed: Feed, day: date) -> Feed:
    """Put together what the sources before knew and what this one says."""
    if feed.via in PROOF and feed.stamped == day:
        return confirm(before, feed)
    if feed.via in GUESS and before and before.expected is not None:
        return fill_up(before, feed)
    return feed


def _better(before: Feed | None, feed: Feed) -> Feed:
    """Choose between the best so far and a new one, which may hold all of that."""
    if before is None:
        return feed
    # Whoever proves its day is believed before a mere claim, even where it falls short.
    proved = feed.confirmed and not before.confirmed
    filled_up = before.expected is not None and feed.via in GUESS
    return feed if proved or filled_up else max(before, feed, key=_worth)


def _weekend(category: str, day: date, source: Source) -> Feed:
    """Give the empty batch of a day on which arXiv never announces, whatever its feed carries."""
    trail: list[str] = []
    feed = _feed(source, category, day, trail)
    if feed and feed.listings:
        trail.append(f"{feed.via} carries {len(feed.listings)} entries of another day")
    return Feed(category, day, (), "the calendar", via=source.via, trail=tuple(trail))


def _feed(source: Source, category: str, day: date, trail: list[str]) -> Feed | None:
    """Ask one source; what is wrong with it goes into the trail."""
    try:
        return source.feed(category, day)
    except (FeedNotFound, FeedUnreadable, SourceUnreachable) as error:
        trail.append(error.problem)
        return None


def _settled(feed: Feed) -> bool:
    return feed.confirmed is not None and not feed.notes


def _worth(feed: Feed) -> tuple[bool, bool, bool, int, int]:
    """Prefer what is confirmed, lacks nothing, knows what it should have, has more; then trust."""
    return (
        feed.confirmed is not None,
        not feed.notes,
        feed.expected is not None,
        len(feed.listings),
        _TRUST.index(feed.via),
    )


def announce(
    day: date,
    categories: Sequence[str],
    *,
    sources: Sequence[Source],
    batches: AnnouncementBatches,
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
            hint="try again later, or give recorded feeds with --feeds FOLDER",
        )
    return merge(day, feeds, missing)
