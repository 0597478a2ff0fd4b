"""Examine a feed: what suggests that it is not the category's complete batch of that day. Pure.

arXiv's RSS gives no error when it is wrong: a feed stamped with one day has held exactly the
entries of the day before in two to nine of a hundred cases, in one category while another was
fresh; Saturdays have repeated Friday; weekdays have been empty. So a feed is believed only where
no other source and no earlier day contradicts it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from paperlark.domain.announcement import AnnounceType, Earlier, Feed, Via
from paperlark.domain.paper import Paper

PROVING = frozenset({Via.LISTING, Via.CATCHUP})
"""Sources that state which day they are of and how many entries it has."""

RECONSTRUCTING = frozenset({Via.OAI, Via.SEARCH})
"""Sources that know submissions and changes, from which an announcement is reconstructed."""

_EMPTY = "is empty on a day when arXiv should announce"
_UNSCHEDULED = "has entries on a day when arXiv should announce nothing"
_MAYBE_HOLIDAY = "is empty: arXiv could not be reached, and the calendar suggests a holiday"
_FRESH = (AnnounceType.NEW, AnnounceType.CROSS)


@dataclass(frozen=True, slots=True)
class FeedFlaw:
    """What is wrong with a feed: why it is not that day's at all, or what it falls short of."""

    rejected: str | None
    shortfalls: tuple[str, ...]


def examine(feed: Feed, day: date, *, earlier: Sequence[Earlier], expected: bool) -> FeedFlaw:
    """Examine a feed; `expected` is whether the calendar expects an announcement that day."""
    shortfalls = (_too_short(feed), _against_the_calendar(feed, expected=expected))
    return FeedFlaw(
        rejected=_another_day(feed, day) or _repeats(feed, earlier),
        shortfalls=(*(one for one in shortfalls if one), *feed.notes),
    )


def _another_day(feed: Feed, day: date) -> str | None:
    return f"is of {feed.stamped}" if feed.stamped not in {None, day} else None


def _repeats(feed: Feed, earlier: Sequence[Earlier]) -> str | None:
    """Reject RSS of which more than half the papers were in the batch of one earlier day."""
    if feed.via is not Via.RSS or feed.confirmed:
        return None
    # A paper is new, or crossed into a category, on one day only; it can be replaced on any day.
    new = [listing.paper.id for listing in feed.listings if listing.type is AnnounceType.NEW]
    papers = new or [one.paper.id for one in feed.listings if one.type is AnnounceType.CROSS]
    for before in earlier:
        if sum(paper in before.papers for paper in papers) * 2 > len(papers):
            return f"repeats the announcement of {before.day}"
    return None


def _against_the_calendar(feed: Feed, *, expected: bool) -> str | None:
    """Doubt what the calendar does not expect, unless a source that proves its day says so.

    The list of holidays is a hint: empty RSS on a holiday is believed, a reconstruction is not.
    """
    if feed.confirmed:
        return None
    if feed.listings:
        return None if expected else _UNSCHEDULED
    if not expected and feed.via not in RECONSTRUCTING:
        return None
    return _EMPTY if expected else _MAYBE_HOLIDAY


def _too_short(feed: Feed) -> str | None:
    entries = len(feed.listings)
    if feed.expected is None or entries >= feed.expected:
        return None
    return f"has {entries} of {feed.expected} entries"


def confirm(claim: Feed | None, proof: Feed) -> Feed:
    """Check a feed, if there is one, against a source that proves its day.

    The entries of the proof are the batch; the claim knows more of each paper (its version, the
    affiliations) and supplies that, the proof its comments. Where the entries show that both are
    of the same day, new and crossed papers that only the claim has belong to it too, and a proof
    that is incomplete is completed from the claim. The result keeps the claim's source only if the
    claim had every new and crossed paper.
    """
    if proof.expected is None:
        # Without a count, nothing shows whether its entries are all.
        return replace(proof, notes=(*proof.notes, "does not state its number of entries"))
    if claim is None:
        return replace(proof, confirmed=proof.via)
    claimed = {listing.paper.id: listing.paper for listing in claim.listings}
    listed = [
        replace(listing, paper=_as_claimed(listing.paper, claimed.get(listing.paper.id)))
        for listing in proof.listings
    ]
    shared = sum(listing.paper.id in claimed for listing in proof.listings)
    if shared * 2 > len(proof.listings):
        known = {listing.paper.id for listing in listed}
        lacking = [listing for listing in claim.listings if listing.paper.id not in known]
        # Where the proof has as many as it should, only what is announced for the first time.
        listed += [one for one in lacking if _too_short(proof) or one.type in _FRESH]
    whole = shared and all(one.paper.id in claimed for one in proof.listings if one.type in _FRESH)
    return replace(
        claim if whole else proof,
        stamped=proof.stamped,
        listings=tuple(listed),
        notes=proof.notes,
        expected=proof.expected,
        confirmed=proof.via,
    )


def _as_claimed(listed: Paper, claimed: Paper | None) -> Paper:
    """Return the claim's paper, if there is one, with the details that only the proof has."""
    return claimed.completed_by(listed) if claimed else listed


def complete(short: Feed, reconstruction: Feed) -> Feed:
    """Add reconstructed entries to an incomplete feed that proved its day.

    The number of entries there should be stays known; no source confirms those added.
    """
    known = {listing.paper.id for listing in short.listings}
    added = tuple(one for one in reconstruction.listings if one.paper.id not in known)
    if not added:
        return short
    note = f"has {len(added)} entries reconstructed from submissions"
    return replace(
        reconstruction,
        stamped=short.stamped,
        listings=(*short.listings, *added),
        notes=(note, *reconstruction.notes),
        expected=short.expected,
    )
