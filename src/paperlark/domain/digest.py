"""The day's page for one reader before it is rendered: all that the page says, nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import PurePosixPath

from paperlark.domain.announcement import Announced, AnnounceType, Via
from paperlark.domain.errors import DigestInconsistent
from paperlark.domain.exploration import Explored, Missed, Unread
from paperlark.domain.judgement import (
    Agreement,
    Judgement,
    Match,
    Precedent,
    Reading,
    Unjudged,
)
from paperlark.domain.paper import Paper, PaperId
from paperlark.domain.profile import Cutoffs
from paperlark.domain.spending import PriceSource, Spend


@dataclass(frozen=True, slots=True)
class AuthorMatch:
    """A followed author, under the reader's name for them, who wrote a paper.

    By name only, it may be a namesake. `name` is None where a digest that was made elsewhere does
    not say who it is.
    """

    name: str | None
    by_name_only: bool


@dataclass(frozen=True, slots=True)
class Candidate:
    """A scanned paper: what was announced of it, who of the followed wrote it, how it matches.

    `precedents` are the earlier papers nearest to it, nearest first.
    """

    announced: Announced
    followed: tuple[AuthorMatch, ...]
    match: Match
    precedents: tuple[Precedent, ...] = ()

    @property
    def paper(self) -> Paper:
        """The paper itself."""
        return self.announced.paper


@dataclass(frozen=True, slots=True)
class Entry:
    """One paper on the page.

    `place` counts from 1; `judgement` is None where no judge spoke. `outside` is a paper from
    below the line, here because a lot fell on it. `precedents` are the earlier papers nearest to
    it, nearest first. In a digest that was made elsewhere `type` is None where that does not say
    it, and `match` where no ranker of ours spoke.
    """

    place: int
    paper: Paper
    type: AnnounceType | None
    match: Match | None
    followed: tuple[AuthorMatch, ...] = ()
    judgement: Judgement | None = None
    outside: bool = False
    precedents: tuple[Precedent, ...] = ()

    @property
    def comment(self) -> str | None:
        """Why it is here, in one sentence; None where only the match can say."""
        if self.followed:
            return "Author match"
        return self.judgement.comment if self.judgement else None


class Placement(StrEnum):
    """Where a scanned paper stood when it was settled who is read, or shown where nobody judges."""

    FOLLOWED = "followed"
    """By an author the reader follows: on the page in any case."""
    GATED = "gated"
    """Left out, for no author of it reaches the reader's h-index."""
    ABOVE = "above"
    """Among the best matches, above the line."""
    EXPLORED = "explored"
    """Below the line, and a lot fell on it."""
    BELOW = "below"
    """Below the line, and left there."""


@dataclass(frozen=True, slots=True)
class Ranked:
    """What a day knew of one scanned paper before anybody judged it."""

    paper_id: PaperId
    version: int
    placement: Placement
    match: Match
    precedents: tuple[Precedent, ...] = ()


class Status(StrEnum):
    """How a run ended, as the page says it. A failed run has no page."""

    COMPLETE = "complete"
    QUIET = "quiet"
    """arXiv announced nothing in these categories."""
    PARTIAL = "partial"
    """Something is missing; the page says what."""
    IMPORTED = "imported"
    """It was made elsewhere; what that does not say is unknown."""


@dataclass(frozen=True, slots=True)
class Funnel:
    """From what arXiv announced to what is on the page: each paper once at every step.

    `feeds` is how many were read; `*_listings` count their entries, so a paper in two feeds
    counts twice there. A judge is asked about those `shortlisted`, about those `explored` below
    the line, and about `followed_asked` of the followed; `unread` are the others below the line.
    Without a judge these four, `judged`, `unjudged` and `not_recorded` are 0 and `selected` are
    the best matches and what is shown from outside. Of those asked about, `unjudged` failed and
    `over_budget` were not asked about for their cost; those `waiting` are in a batch that was not
    answered yet. `gated` were left out for their authors'
    h-index; `seen` are of the reader's types and were announced to them on an earlier day.

    None is what a digest that was made elsewhere does not say; what it says adds up all the same.
    """

    feeds: int | None
    announced: int | None
    announced_listings: int | None
    scanned: int | None
    scanned_listings: int | None
    followed: int
    shortlisted: int | None
    judged: int | None
    unjudged: int | None
    not_recorded: int | None
    selected: int
    gated: int | None = 0
    seen: int | None = 0
    explored: int | None = 0
    unread: int | None = 0
    followed_asked: int | None = 0
    over_budget: int | None = 0
    waiting: int | None = 0

    def __post_init__(self) -> None:
        asked = _sum(self.shortlisted, self.explored)
        parted = _sum(self.followed, self.gated, asked, self.unread)
        lacking = (self.unjudged, self.not_recorded, self.over_budget, self.waiting)
        wrong = [
            rule
            for rule, holds in {
                "announced <= listings": _ascend(self.announced, self.announced_listings),
                "scanned + seen <= announced": _ascend(
                    _sum(self.scanned, self.seen), self.announced
                ),
                "scanned <= announced": _ascend(self.scanned, self.announced),
                "judged <= scanned": _ascend(self.judged, self.scanned),
                "scanned <= its listings <= all listings": _ascend(
                    self.scanned, self.scanned_listings, self.announced_listings
                ),
                "followed + gated + shortlisted + explored + unread <= scanned": _ascend(
                    parted, self.scanned
                ),
                "the same = scanned, where there is a judge": _sum(asked, self.unread) == 0
                or _equal(parted, self.scanned),
                "followed asked <= followed": _ascend(self.followed_asked, self.followed),
                "shortlisted + explored + followed asked = the judged and those lacking": _equal(
                    _sum(asked, self.followed_asked), _sum(self.judged, *lacking)
                ),
                "followed <= selected <= scanned": _ascend(
                    self.followed, self.selected, self.scanned
                ),
                "selected <= scanned - gated": _ascend(
                    _sum(self.selected, self.gated), self.scanned
                ),
            }.items()
            if not holds
        ]
        if wrong:
            raise DigestInconsistent(f"{self} breaks {', '.join(wrong)}")


def _sum(*counts: int | None) -> int | None:
    """Add up; unknown where a part is."""
    known = [count for count in counts if count is not None]
    return sum(known) if len(known) == len(counts) else None


def _ascend(*counts: int | None) -> bool:
    """Tell whether none of the known is less than one before it."""
    known = [count for count in counts if count is not None]
    return known == sorted(known)


def _equal(one: int | None, other: int | None) -> bool:
    """Tell whether two counts are the same, as far as they are known."""
    return one is None or other is None or one == other


@dataclass(frozen=True, slots=True)
class Batch:
    """Where one category's announcement came from, and how many of its entries are here.

    `via` is None where it could not be had. `expected` is how many entries there should be, where
    a source said so, `confirmed` that source; `trail` is what was tried before and why that would
    not do; `sha256` names what it lists.
    """

    category: str
    via: Via | None
    confirmed: Via | None
    entries: int
    expected: int | None
    trail: tuple[str, ...] = ()
    sha256: str = ""

    @property
    def reconstructed(self) -> bool:
        """Whether it was put together from submissions, because no announcement was to be had."""
        return self.via in {Via.OAI, Via.SEARCH}


@dataclass(frozen=True, slots=True)
class SeenBefore:
    """When a paper was first announced to a reader, and when first on their page, if it was."""

    first: date
    shown: date | None


@dataclass(frozen=True, slots=True)
class Updated:
    """A new version of a paper that was on a page of this reader's, on the day `since`."""

    paper: Paper
    since: date


@dataclass(frozen=True, slots=True)
class Digest:
    """One reader's day.

    `model` is None without a judge, and then `spend` is None too. `cutoffs` are None where a
    digest that was made elsewhere does not say them. `prompt` is the selection
    prompt for the appendix, None where the reader keeps it to themselves. `notes` are what the
    reader must know of this page: a truncated feed, a bundled sample. `criteria` and `judge` name
    what was judged by; `judgements` are all there are, those below the cut-offs too, and `scanned`
    all papers that were looked at. `explored` were drawn by lot from below the line and `unread`
    are the others there; `missed` is None where nothing can be said of them. Where papers were
    judged several times, `judgements` are the means of the `readings`; `agreement` is None where
    no paper was. `ranked` are the same papers as `scanned`, best match first, with what was known
    of them before any was judged; it is empty in a digest of before that was kept. `prices` say
    where the model's price is from, None where nobody knows it.
    """

    day: date
    profile: str
    categories: tuple[str, ...]
    status: Status
    model: str | None
    spend: Spend | None
    cutoffs: Cutoffs | None
    funnel: Funnel
    entries: tuple[Entry, ...]
    unjudged: tuple[Unjudged, ...]
    prompt: str | None
    notes: tuple[str, ...] = ()
    batches: tuple[Batch, ...] = ()
    updated: tuple[Updated, ...] = ()
    criteria: str = ""
    judge: str | None = None
    judgements: tuple[Judgement, ...] = ()
    scanned: tuple[PaperId, ...] = ()
    explored: tuple[Explored, ...] = ()
    unread: tuple[Unread, ...] = ()
    missed: Missed | None = None
    readings: tuple[Reading, ...] = ()
    agreement: Agreement | None = None
    ranked: tuple[Ranked, ...] = ()
    prices: PriceSource | None = None

    @property
    def reconstructed(self) -> bool:
        """Whether any category's announcement had to be guessed from submissions."""
        return any(batch.reconstructed for batch in self.batches)


@dataclass(frozen=True, slots=True)
class Page:
    """A file to publish: where it goes inside the output folder, and its bytes."""

    path: PurePosixPath
    media_type: str
    content: bytes
