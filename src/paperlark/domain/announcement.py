"""What arXiv announces on one day: feeds of listings, merged so that each paper occurs once."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from paperlark.domain.paper import Paper, PaperId


class AnnounceType(StrEnum):
    """How a paper appears in a category's announcement, by priority, highest first."""

    NEW = "new"
    CROSS = "cross"
    REPLACE = "replace"
    REPLACE_CROSS = "replace-cross"


_PRIORITY = {kind: place for place, kind in enumerate(AnnounceType)}


@dataclass(frozen=True, slots=True)
class Listing:
    """One entry of one feed."""

    paper: Paper
    type: AnnounceType


class Via(StrEnum):
    """The arXiv endpoint that a feed came from, as the page names it."""

    RSS = "RSS"
    LISTING = "listing page"
    CATCHUP = "catch-up page"
    OAI = "OAI-PMH"
    SEARCH = "search API"


@dataclass(frozen=True, slots=True)
class Feed:
    """One category's batch of one day, as a source returned it.

    `stamped` is the day that the source states, None where it states none; the stamp of an RSS
    feed proves little, because arXiv stamps the day of rendering. `expected` is the number of
    entries that the source states, None where it states none; `confirmed` is the source that
    confirmed the entries. `notes` say what is incomplete, `trail` which sources were not used
    and why.
    """

    category: str
    stamped: date | None
    listings: tuple[Listing, ...]
    origin: str
    notes: tuple[str, ...] = ()
    via: Via = Via.RSS
    expected: int | None = None
    confirmed: Via | None = None
    trail: tuple[str, ...] = ()

    @property
    def sha256(self) -> str:
        """Identifies a batch by the papers and types it lists, whichever source it came from."""
        rows = sorted(f"{listing.paper.id} {listing.type}" for listing in self.listings)
        return hashlib.sha256("\n".join(rows).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Earlier:
    """The papers that a category announced on an earlier day: what a stale feed repeats."""

    day: date
    papers: frozenset[PaperId]


@dataclass(frozen=True, slots=True)
class MissingFeed:
    """A category without a usable feed that day, and why.

    `unconnected` is why no server could be connected to, "" where one could be.
    """

    category: str
    reason: str
    unconnected: str = ""


@dataclass(frozen=True, slots=True)
class Announced:
    """One paper of the day, whichever feeds listed it.

    `types` has its type in every feed that listed it, so `len(types)` is its number of listings;
    `type` is the one of highest priority.
    """

    paper: Paper
    types: tuple[AnnounceType, ...]

    @property
    def type(self) -> AnnounceType:
        """A paper new in one category and crossed into another is new."""
        return min(self.types, key=_PRIORITY.__getitem__)


@dataclass(frozen=True, slots=True)
class Announcement:
    """Every paper of one day in the given categories, each once, in the order of the feeds."""

    day: date
    feeds: tuple[Feed, ...]
    papers: tuple[Announced, ...]
    missing: tuple[MissingFeed, ...] = ()

    @property
    def listings(self) -> int:
        """Entries over all feeds: a paper in two feeds counts twice."""
        return sum(len(feed.listings) for feed in self.feeds)


def merge(day: date, feeds: Iterable[Feed], missing: Iterable[MissingFeed] = ()) -> Announcement:
    """Merge feeds: each paper once, with the type of highest priority.

    Of two versions of one paper (feeds rendered minutes apart) the newer is kept; of one version
    what only one of the feeds says.
    """
    feeds = tuple(feeds)
    papers: dict[PaperId, Paper] = {}
    types: dict[PaperId, list[AnnounceType]] = {}
    for feed in feeds:
        for listing in feed.listings:
            paper = listing.paper
            known = papers.setdefault(paper.id, paper)
            if paper.version > known.version:
                papers[paper.id] = paper
            elif paper.version == known.version and paper.details is not known.details:
                papers[paper.id] = known.completed_by(paper)
            types.setdefault(paper.id, []).append(listing.type)
    merged = tuple(Announced(paper, tuple(types[id_])) for id_, paper in papers.items())
    return Announcement(day, feeds, merged, tuple(missing))
