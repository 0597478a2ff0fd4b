"""Fetch each category's announcement of a day and merge them; what is missing is named."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from paperlark.day.examine import PROVING, RECONSTRUCTING, complete, confirm, examine
from paperlark.domain.announcement import Announcement, Feed, MissingFeed, Via, merge
from paperlark.domain.calendar import expects_announcement, is_weekend
from paperlark.domain.errors import FeedNotFound, FeedUnreadable, SourceUnreachable
from paperlark.ports import AnnouncementBatches, Progress, Source

_log = logging.getLogger(__name__)

UNCONFIRMED = "has no confirmed number of entries"

# From reconstructions to lists of the announcement itself.
_TRUST = (Via.SEARCH, Via.OAI, Via.RSS, Via.CATCHUP, Via.LISTING)


def fetch_batch(
    category: str,
    day: date,
    *,
    sources: Sequence[Source],
    batches: AnnouncementBatches,
    expected: bool,
) -> Feed | MissingFeed:
    """Return a category's batch, with notes on what it lacks, and store it.

    `expected` is whether the calendar expects an announcement that day. A stored batch that is
    confirmed and complete is not fetched again. A single source, such as a folder of recorded
    feeds, is always read and believed.
    """
    if is_weekend(day):
        return _weekend(category, day, sources[0])
    alone = len(sources) == 1
    stored = batches.batch(category, day)
    if stored and _settled(stored) and not alone:
        _log.debug("%s of %s: stored, confirmed by %s", category, day, stored.confirmed)
        return stored
    best = None if alone else stored
    found = _query(category, day, best, sources=sources, batches=batches, expected=expected)
    if isinstance(found, MissingFeed):
        return found
    if stored is None or _worth(found) >= _worth(stored):
        # An incomplete batch is stored too: tomorrow's stale feed would repeat it.
        batches.keep(found, day)
    if not found.confirmed and found.expected is None and not alone:
        return replace(found, notes=(*found.notes, UNCONFIRMED))
    return found


def _query(
    category: str,
    day: date,
    best: Feed | None,
    *,
    sources: Sequence[Source],
    batches: AnnouncementBatches,
    expected: bool,
) -> Feed | MissingFeed:
    """Query the sources in turn until one settles the batch; `best` is what is stored."""
    earlier = batches.earlier(category, day)
    trail: list[str] = []
    for source in sources:
        if best and not best.notes and source.via in RECONSTRUCTING:
            break
        feed = _feed(source, category, day, trail)
        if feed is None:
            continue
        feed = _combined(best, feed, day)
        flaw = examine(feed, day, earlier=earlier, expected=expected)
        if flaw.rejected:
            trail.append(f"{feed.via} {flaw.rejected}")
            continue
        feed = replace(feed, notes=tuple(dict.fromkeys(flaw.shortfalls)))
        best = _better(best, feed)
        if _settled(best):
            break
    if best is None:
        return MissingFeed(category, "; ".join(trail))
    return replace(best, trail=tuple(dict.fromkeys((*best.trail, *trail))))


def _combined(known: Feed | None, feed: Feed, day: date) -> Feed:
    """Combine a feed with what earlier sources said, where one of them proves its day."""
    if feed.via in PROVING and feed.stamped == day:
        return confirm(known, feed)
    if feed.via in RECONSTRUCTING and known and known.expected is not None:
        return complete(known, feed)
    return feed


def _better(known: Feed | None, feed: Feed) -> Feed:
    """Choose between the best so far and a new feed, which may contain it."""
    if known is None:
        return feed
    # A feed that proves its day is preferred to one that does not, even where it is incomplete.
    proved = feed.confirmed and not known.confirmed
    completed = known.expected is not None and feed.via in RECONSTRUCTING
    return feed if proved or completed else max(known, feed, key=_worth)


def _weekend(category: str, day: date, source: Source) -> Feed:
    """Return the empty batch of a day on which arXiv never announces, whatever its feed holds."""
    trail: list[str] = []
    feed = _feed(source, category, day, trail)
    if feed and feed.listings:
        trail.append(f"{feed.via} carries {len(feed.listings)} entries of another day")
    return Feed(category, day, (), "the calendar", via=source.via, trail=tuple(trail))


def _feed(source: Source, category: str, day: date, trail: list[str]) -> Feed | None:
    """Query one source; a failure is added to the trail."""
    try:
        return source.feed(category, day)
    except (FeedNotFound, FeedUnreadable, SourceUnreachable) as error:
        trail.append(error.problem)
        return None


def _settled(feed: Feed) -> bool:
    return feed.confirmed is not None and not feed.notes


def _worth(feed: Feed) -> tuple[bool, bool, bool, int, int]:
    """Rank by confirmation, completeness, known number of entries, entries, and source."""
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
    """Fetch each category's batch and merge them; categories without one are named.

    Raises FeedNotFound when no category has one, and at once what trying again cannot help, such
    as an unknown category.
    """
    expected = expects_announcement(day)
    fetched: list[Feed | MissingFeed] = []
    with progress.step("reading feeds", len(categories)) as advance:
        for category in categories:
            batch = fetch_batch(category, day, sources=sources, batches=batches, expected=expected)
            _log_batch(batch, day)
            fetched.append(batch)
            advance()
    feeds = [one for one in fetched if isinstance(one, Feed)]
    missing = [one for one in fetched if isinstance(one, MissingFeed)]
    if not feeds:
        reasons = "; ".join(dict.fromkeys(one.reason for one in missing))
        raise FeedNotFound(
            f"could not get the announcement for {day} ({reasons})",
            hint="try again later, or give recorded feeds with --feeds FOLDER",
        )
    return merge(day, feeds, missing)


def _log_batch(batch: Feed | MissingFeed, day: date) -> None:
    """Log which source was used and why others were not."""
    if isinstance(batch, MissingFeed):
        _log.warning("%s of %s: missing: %s", batch.category, day, batch.reason)
        return
    _log.info(
        "%s of %s: %d entries from the %s, confirmed by: %s; lacks: %s; not used: %s",
        *(batch.category, day, len(batch.listings), batch.via, batch.confirmed or "none"),
        *("; ".join(batch.notes) or "nothing", "; ".join(batch.trail) or "none"),
    )
