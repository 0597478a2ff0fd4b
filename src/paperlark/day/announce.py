"""Fetch each category's announcement of a day, merge them, keep what is new to this reader."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from paperlark.day.authors import match_papers_by_name
from paperlark.day.examine import PROVING, RECONSTRUCTING, complete, confirm, examine
from paperlark.domain.announcement import (
    Announced,
    Announcement,
    AnnounceType,
    Feed,
    MissingFeed,
    Via,
    merge,
)
from paperlark.domain.calendar import expects_announcement, is_weekend
from paperlark.domain.digest import ExcludedPaper, SeenBefore, Updated
from paperlark.domain.errors import (
    FeedNotFound,
    FeedUnreadable,
    NoConnection,
    NoNetwork,
    SourceError,
    SourceUnreachable,
)
from paperlark.domain.filters import NO_FILTERS
from paperlark.domain.paper import Paper, PaperId
from paperlark.domain.profile import Profile
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
        return _weekend(category, day, sources)
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
    return found if alone else _with_doubt(found)


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
    failures: list[SourceError] = []
    for source in sources:
        if best and not best.notes and source.via in RECONSTRUCTING:
            break
        found = _feed(source, category, day)
        if isinstance(found, SourceError):
            trail.append(found.problem)
            failures.append(found)
            continue
        feed = _combined(best, found, day)
        flaw = examine(feed, day, earlier=earlier, expected=expected)
        if flaw.rejected:
            trail.append(f"{feed.via} {flaw.rejected}")
            continue
        feed = replace(feed, notes=tuple(dict.fromkeys(flaw.shortfalls)))
        best = _better(best, feed)
        if _settled(best):
            break
    if best is None:
        return MissingFeed(category, "; ".join(dict.fromkeys(trail)), _unconnected(failures, trail))
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


def _unconnected(failures: Sequence[SourceError], trail: Sequence[str]) -> str:
    """Return why no server could be connected to, "" where one could be."""
    # A source that has no feed of such a day says so without a request.
    tried = [one for one in failures if type(one) is not FeedNotFound]
    if len(trail) > len(failures) or not all(isinstance(one, NoConnection) for one in tried):
        return ""
    return next((one.problem for one in tried), "")


def _weekend(category: str, day: date, sources: Sequence[Source]) -> Feed:
    """Return the empty batch of a day on which arXiv never announces: it is not asked.

    What a recorded feed of that day carries is noted.
    """
    source, *others = sources
    feed = None if others else _feed(source, category, day)
    trail: tuple[str, ...] = ()
    if isinstance(feed, SourceError):
        trail = (feed.problem,)
    elif feed and feed.listings:
        trail = (f"{feed.via} carries {len(feed.listings)} entries of another day",)
    return Feed(category, day, (), "the calendar", via=source.via, trail=trail)


def _feed(source: Source, category: str, day: date) -> Feed | SourceError:
    """Query one source; return a failure that another source may make up for."""
    try:
        return source.feed(category, day)
    except (FeedNotFound, FeedUnreadable, SourceUnreachable) as error:
        return error


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

    Raises FeedNotFound when no category has one, NoNetwork when that is because no server could be
    connected to, and at once what trying again cannot help, such as an unknown category.
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
    if not feeds and all(one.unconnected for one in missing):
        raise NoNetwork(
            f"No network: {missing[0].unconnected}",
            hint="connect this machine and run it again",
        )
    if not feeds:
        reasons = "; ".join(dict.fromkeys(one.reason for one in missing))
        raise FeedNotFound(
            f"could not get the announcement for {day} ({reasons})",
            hint="try again later, or give recorded feeds with --feeds FOLDER",
        )
    return merge(day, feeds, missing)


def stored_announcement(
    day: date,
    categories: Sequence[str],
    batches: AnnouncementBatches,
    *,
    missing: Mapping[str, str],
    believed: bool = False,
) -> Announcement:
    """Return the announcement that `announce` stored for these and other categories.

    `missing` has why a category has no batch; `believed` is whether they came from a single
    source. Raises FeedNotFound when no category has a batch.
    """
    stored = {one: batches.batch(one, day) for one in categories}
    feeds = [
        feed if believed else _with_doubt(feed) for feed in stored.values() if feed is not None
    ]
    reason = "it was not fetched"
    lacking = [
        MissingFeed(one, missing.get(one, reason)) for one, feed in stored.items() if feed is None
    ]
    if not feeds:
        raise FeedNotFound(
            f"there is no announcement of {day} ({lacking[0].reason if lacking else reason})",
            hint="start the morning again: paperlark fleet morning",
        )
    return merge(day, feeds, lacking)


def _with_doubt(feed: Feed) -> Feed:
    """Add a note to a batch of which nobody says how many entries it should have."""
    if not feed.confirmed and feed.expected is None:
        return replace(feed, notes=(*feed.notes, UNCONFIRMED))
    return feed


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


def surplus_notes(announcement: Announcement) -> tuple[str, ...]:
    """Return for each feed with more entries than arXiv's page counts that all of them are here."""
    return tuple(
        f"{feed.category}: arXiv's {feed.confirmed} counts {feed.expected} entries, and its feed"
        f" has {len(feed.listings) - feed.expected} more; all of them are taken"
        for feed in announcement.feeds
        if feed.confirmed and feed.expected is not None and len(feed.listings) > feed.expected
    )


_REPLACED = frozenset({AnnounceType.REPLACE, AnnounceType.REPLACE_CROSS})


@dataclass(frozen=True, slots=True)
class NewPapers:
    """The papers to scan, how many were announced before, and new versions of shown papers.

    `excluded` are papers that the reader's filters left out, which are not to be scanned.
    """

    papers: tuple[Announced, ...]
    seen: int
    updated: tuple[Updated, ...]
    excluded: tuple[ExcludedPaper, ...] = ()


def filter_new(
    announcement: Announcement, profile: Profile, seen: Mapping[PaperId, SeenBefore]
) -> NewPapers:
    """Keep the reader's announce types and, where they want that, primary categories only.

    A paper that was announced to the reader on an earlier day is not scanned again, unless it is
    a new version that they want. One that was on their page is listed as updated, and judged
    again only where the profile asks for that. Where a later day was made before this one, what
    was announced there is neither: it would be announced twice. What the reader's filters exclude
    is not scanned.
    """
    later = {id_ for id_, known in seen.items() if known.first > announcement.day}
    papers = [one for one in announcement.papers if one.paper.id not in later]
    updated = [one for one in papers if _is_update(one, seen)]
    wanted = [one for one in announcement.papers if _is_wanted(one, profile)]
    fresh = [
        one
        for one in wanted
        if one.paper.id not in seen or (one.paper.id not in later and _is_new_version(one, seen))
    ]
    to_scan = (*fresh, *(updated if profile.judge_updates else ()))
    scanned = {one.paper.id for one in to_scan}
    excluded = apply_filters([one.paper for one in to_scan], profile)
    left_out = {one.paper_id for one in excluded}
    new = NewPapers(
        papers=tuple(one for one in to_scan if one.paper.id not in left_out),
        excluded=excluded,
        seen=sum(one.paper.id not in scanned for one in wanted),
        updated=tuple(
            Updated(one.paper, shown)
            for one in updated
            if one.paper.id not in scanned and (shown := seen[one.paper.id].shown)
        ),
    )
    _log.info(
        "%d papers announced, %d to scan, %d seen before, %d excluded, %d updated",
        *(len(announcement.papers), len(new.papers), new.seen, len(excluded), len(new.updated)),
    )
    return new


def apply_filters(papers: Sequence[Paper], profile: Profile) -> tuple[ExcludedPaper, ...]:
    """Return the papers that the reader's filters leave out, each with the rule that does.

    Followed authors are told by name alone: nobody is looked up for what may not be read at all.
    """
    if profile.filters == NO_FILTERS:
        return ()
    followed = match_papers_by_name(papers, profile.followed)
    rules = (
        (paper.id, profile.filters.excludes(paper, followed=bool(by)))
        for paper, by in zip(papers, followed, strict=True)
    )
    return tuple(ExcludedPaper(paper, rule) for paper, rule in rules if rule)


def _is_wanted(announced: Announced, profile: Profile) -> bool:
    """Return whether type and primary category are wanted; `cs` stands for all of cs.*."""
    primary = announced.paper.primary_category
    is_own = any(primary == own or primary.startswith(f"{own}.") for own in profile.categories)
    return announced.type in profile.announce_types and (is_own or not profile.primary_only)


def _is_update(announced: Announced, seen: Mapping[PaperId, SeenBefore]) -> bool:
    known = seen.get(announced.paper.id)
    return announced.type in _REPLACED and known is not None and known.shown is not None


def _is_new_version(announced: Announced, seen: Mapping[PaperId, SeenBefore]) -> bool:
    return announced.type in _REPLACED and not _is_update(announced, seen)
