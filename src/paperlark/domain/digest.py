"""The day's page for one reader before it is rendered: its whole content, nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import PurePosixPath

from paperlark.domain.announcement import Announced, AnnounceType, Via
from paperlark.domain.errors import DigestInconsistent
from paperlark.domain.exploration import AchievedRecall, Explored, Missed, Unread
from paperlark.domain.judgement import (
    Agreement,
    Judgement,
    Match,
    Precedent,
    Reading,
    Unjudged,
)
from paperlark.domain.paper import Paper, PaperId
from paperlark.domain.profile import ENGLISH, Cutoffs
from paperlark.domain.spending import PriceSource, Spend, UnderWay


@dataclass(frozen=True, slots=True)
class AuthorMatch:
    """A followed author, under the reader's name for them, who wrote a paper.

    By name only, it may be a namesake; more so where the name is printed in the reverse order.
    `name` is None where an imported digest does not say who it is.
    """

    name: str | None
    by_name_only: bool
    order_reversed: bool = False


@dataclass(frozen=True, slots=True)
class Candidate:
    """A scanned paper: its announcement, the followed authors who wrote it, and its match.

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

    `place` counts from 1; `judgement` is None where it was not judged. `outside` is whether it is
    below the threshold and was drawn into the random sample. `unjudged` is whether it was to be
    judged, was not, and is here by its match. `precedents` are the earlier papers nearest to it,
    nearest first. In an imported digest `type` and `match` are None where unknown.
    """

    place: int
    paper: Paper
    type: AnnounceType | None
    match: Match | None
    followed: tuple[AuthorMatch, ...] = ()
    judgement: Judgement | None = None
    outside: bool = False
    precedents: tuple[Precedent, ...] = ()
    unjudged: bool = False

    @property
    def comment(self) -> str | None:
        """Why it is on the page, in one sentence; None where only the match says it."""
        if self.followed:
            return "Author match"
        return self.judgement.comment if self.judgement else None


class Placement(StrEnum):
    """Where a scanned paper was placed before judging, or by match where there is no judge."""

    FOLLOWED = "followed"
    """By an author the reader follows: on the page in any case."""
    GATED = "gated"
    """Left out, because every author's h-index is below the reader's least."""
    ABOVE = "above"
    """Among the best matches, above the threshold."""
    EXPLORED = "explored"
    """Below the threshold, and drawn into the random sample."""
    BELOW = "below"
    """Below the threshold, and not read or shown."""


@dataclass(frozen=True, slots=True)
class Ranked:
    """What was known of one scanned paper before it was judged."""

    paper_id: PaperId
    version: int
    placement: Placement
    match: Match
    precedents: tuple[Precedent, ...] = ()


class Status(StrEnum):
    """How a run ended, as the page states it. A failed run has no page."""

    COMPLETE = "complete"
    WITHIN_BUDGET = "complete within budget"
    """Papers were judged until the budget was used up, as planned; nothing else is missing."""
    QUIET = "quiet"
    """arXiv announced nothing in these categories."""
    PARTIAL = "partial"
    """Something is missing; the page says what."""
    IMPORTED = "imported"
    """It was made elsewhere; what it does not say is unknown."""


@dataclass(frozen=True, slots=True)
class Funnel:
    """Counts from what arXiv announced to what is on the page: each paper once at every step.

    `feeds` is how many were read; `*_listings` count their entries, so a paper in two feeds
    counts twice there. `gated` were left out for their authors' h-index; `seen` are of the
    reader's announce types and were announced to them on an earlier day; `excluded` are too, and
    were left out by the reader's filters before they were scanned.

    To be judged are those `shortlisted`, those `explored` (the random sample below the threshold),
    and `followed_asked` of the followed; `unread` are the others below the threshold. Of those to
    be judged, `unjudged` failed, `over_budget` would have cost too much, and `waiting` are in a
    batch that is not complete. Without a judge all of these are 0, and `selected` are the best
    matches and the random sample.

    None is what an imported digest does not say; the known counts add up all the same.
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
    excluded: int | None = 0

    def __post_init__(self) -> None:
        asked = _sum(self.shortlisted, self.explored)
        placed = _sum(self.followed, self.gated, asked, self.unread)
        lacking = (self.unjudged, self.not_recorded, self.over_budget, self.waiting)
        wrong = [
            rule
            for rule, holds in {
                "announced <= listings": _ascend(self.announced, self.announced_listings),
                "scanned + seen + excluded <= announced": _ascend(
                    _sum(self.scanned, self.seen, self.excluded), self.announced
                ),
                "scanned <= announced": _ascend(self.scanned, self.announced),
                "judged <= scanned": _ascend(self.judged, self.scanned),
                "scanned <= its listings <= all listings": _ascend(
                    self.scanned, self.scanned_listings, self.announced_listings
                ),
                "followed + gated + shortlisted + explored + unread <= scanned": _ascend(
                    placed, self.scanned
                ),
                "the same = scanned, where there is a judge": _sum(asked, self.unread) == 0
                or _equal(placed, self.scanned),
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
    """Add up; None where any part is unknown."""
    known = [count for count in counts if count is not None]
    return sum(known) if len(known) == len(counts) else None


def _ascend(*counts: int | None) -> bool:
    """Return whether the known counts are in ascending order."""
    known = [count for count in counts if count is not None]
    return known == sorted(known)


def _equal(one: int | None, other: int | None) -> bool:
    """Return whether two counts are equal, as far as they are known."""
    return one is None or other is None or one == other


@dataclass(frozen=True, slots=True)
class Batch:
    """Where one category's announcement came from, and how many of its entries are here.

    `via` is None where there is none. `expected` is the number of entries that a source states,
    `confirmed` the source that confirmed them; `trail` is which sources were not used and why;
    `sha256` identifies what it lists.
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
        """Whether it was reconstructed from submissions, without the announcement."""
        return self.via in {Via.OAI, Via.SEARCH}


@dataclass(frozen=True, slots=True)
class SeenBefore:
    """When a paper was first announced to a reader, and first on their page, if ever."""

    first: date
    shown: date | None


@dataclass(frozen=True, slots=True)
class ExcludedPaper:
    """A paper that the reader's filters left out, and the rule: `exclude word:survey`."""

    paper_id: PaperId
    rule: str


@dataclass(frozen=True, slots=True)
class Updated:
    """A new version of a paper that was on this reader's page of the day `since`."""

    paper: Paper
    since: date


@dataclass(frozen=True, slots=True)
class Digest:
    """One reader's day.

    Its fields and those of its parts are a stored format (`store/digests.py`), except `ranked`.

    Header: `profile` is the title of the page, `reader` the id of the profile; empty in digests
    older than ids, where the title was both. `model` and `spend` are None without a judge,
    `cutoffs` where an imported digest does not say them. `prompt` is the selection prompt for the
    appendix, None where the reader keeps it private; `understood` what was understood of the
    criteria, line by line. `notes` are what the reader must know, such as a truncated feed.
    `translation` is the English text of the criteria that the papers
    were ranked by, None where it is the reader's own, or private.
    Papers: `scanned` are all ids; `ranked` the same papers, best match first, with what was known
    before any was judged, empty in digests older than that. `entries` are on the page.
    Judging: `criteria` and `judge` are the fingerprints it was done with; `judgements` include
    those below the cut-offs, and are the means of the `readings` where there were several;
    `agreement` is None where no paper was read more than once. `prices` is the source of the
    model's price, None where it is unknown. `under_way` are questions that were cut off by a kill,
    which `spend` does not have, None where there are none. `summaries` is whether the model was to
    say what is new in each selected paper; `language`, a tag, is what it was to write in.
    `excluded` were left out by the reader's filters before anything else.
    Below the threshold: `explored` is the random sample, `unread` the others; `missed` is None
    where no estimate is possible, `achieved`, the recall of the days before, likewise.
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
    reader: str = ""
    understood: tuple[str, ...] = ()
    translation: str | None = None
    under_way: UnderWay | None = None
    achieved: AchievedRecall | None = None
    summaries: bool = False
    language: str = ENGLISH
    excluded: tuple[ExcludedPaper, ...] = ()

    @property
    def reader_id(self) -> str:
        """The id that the digest is stored under."""
        return self.reader or self.profile

    @property
    def reconstructed(self) -> bool:
        """Whether any category's announcement was reconstructed from submissions."""
        return any(batch.reconstructed for batch in self.batches)

    @property
    def calibrated(self) -> bool:
        """Whether the day's probabilities were calibrated on the reader's own labels."""
        return any(entry.match.calibrated for entry in self.entries if entry.match)


@dataclass(frozen=True, slots=True)
class Page:
    """A file to publish: where it goes inside the output folder, and its bytes.

    A `private` one is for its owner alone to read.
    """

    path: PurePosixPath
    media_type: str
    content: bytes
    private: bool = False
