"""A feed in, what speaks against its being that category's whole batch of that day out. Pure.

arXiv's RSS gives no error when it is wrong: a feed stamped with one day has held exactly the
entries of the day before in two to nine of a hundred cases, in one category while another was
fresh; Saturdays have repeated Friday; weekdays have been empty. So nothing is believed that
another source or the days before contradict.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from paperlark.domain.announcement import AnnounceType, Earlier, Feed, Via

PROOF = frozenset({Via.LISTING, Via.CATCHUP})
"""Sources that state which day they are of and how many entries it has."""

GUESS = frozenset({Via.OAI, Via.SEARCH})
"""Sources that know submissions and changes, from which an announcement is reconstructed."""

_EMPTY = "is empty on a day when arXiv should announce"
_FRESH = (AnnounceType.NEW, AnnounceType.CROSS)


@dataclass(frozen=True, slots=True)
class FeedFlaw:
    """What is wrong with a feed: it is not that day's at all, or it is and falls short."""

    refused: str | None
    short: tuple[str, ...]


def examine(feed: Feed, day: date, *, earlier: Sequence[Earlier], expected: bool) -> FeedFlaw:
    """Say what speaks against the feed; `expected` is whether the calendar expects one."""
    lacks = (_too_short(feed), _against_the_calendar(feed, expected=expected))
    return FeedFlaw(
        refused=_another_day(feed, day) or _repeats(feed, earlier),
        short=(*(cause for cause in lacks if cause), *feed.notes),
    )


def _another_day(feed: Feed, day: date) -> str | None:
    return f"is of {feed.stamped}" if feed.stamped not in {None, day} else None


def _repeats(feed: Feed, earlier: Sequence[Earlier]) -> str | None:
    """Tell whether more than half of its papers stood in the batch of one earlier day."""
    if feed.via is not Via.RSS or feed.confirmed:
        return None
    # A paper is new, or crossed into a category, on one day only; replaced it may be any day.
    new = [listing.paper.id for listing in feed.listings if listing.type is AnnounceType.NEW]
    papers = new or [one.paper.id for one in feed.listings if one.type is AnnounceType.CROSS]
    for before in earlier:
        if sum(paper in before.papers for paper in papers) * 2 > len(papers):
            return f"repeats the announcement of {before.day}"
    return None


def _against_the_calendar(feed: Feed, *, expected: bool) -> str | None:
    """Doubt what the calendar does not expect, unless a source that proves its day says so.

    A list of holidays is a hint: RSS that is empty as the list says is believed, a guess is not.
    """
    if feed.confirmed:
        return None
    if feed.listings:
        return None if expected else "has entries on a day when arXiv should announce nothing"
    if not expected and feed.via not in GUESS:
        return None
    return _EMPTY if expected else "is empty, and only a list of holidays says that it may be"


def _too_short(feed: Feed) -> str | None:
    entries = len(feed.listings)
    if feed.expected is None or entries >= feed.expected:
        return None
    return f"has {entries} of {feed.expected} entries"


def confirm(claim: Feed | None, proof: Feed) -> Feed:
    """Hold a feed, if there is one, against a source that proves its day.

    What stands in the proof is the batch; the claim knows more of each paper (its version, the
    affiliations) and lends that. A proof that is short itself is filled up from the claim,
    where what it does list shows that the claim is of the same day. The claim keeps its name
    only if it had every new and crossed paper.
    """
    if proof.expected is None:
        # Without a count there is nothing to hold its entries against.
        return replace(proof, notes=(*proof.notes, "does not say how many entries there are"))
    if claim is None:
        return replace(proof, confirmed=proof.via)
    claimed = {listing.paper.id: listing.paper for listing in claim.listings}
    listed = [
        replace(listing, paper=claimed.get(listing.paper.id, listing.paper))
        for listing in proof.listings
    ]
    shared = sum(listing.paper.id in claimed for listing in proof.listings)
    if _too_short(proof) and shared * 2 > len(proof.listings):
        there = {listing.paper.id for listing in listed}
        listed += [listing for listing in claim.listings if listing.paper.id not in there]
    whole = shared and all(one.paper.id in claimed for one in proof.listings if one.type in _FRESH)
    return replace(
        claim if whole else proof,
        stamped=proof.stamped,
        listings=tuple(listed),
        notes=proof.notes,
        expected=proof.expected,
        confirmed=proof.via,
    )


def fill_up(short: Feed, guess: Feed) -> Feed:
    """Add to what proved its day and falls short what a guess knows beyond it.

    How many entries there should be stays known; nobody vouches for those added.
    """
    there = {listing.paper.id for listing in short.listings}
    added = tuple(listing for listing in guess.listings if listing.paper.id not in there)
    if not added:
        return short
    reconstructed = f"{len(added)} entries are reconstructed from submissions"
    return replace(
        guess,
        stamped=short.stamped,
        listings=(*short.listings, *added),
        notes=(reconstructed, *guess.notes),
        expected=short.expected,
    )
