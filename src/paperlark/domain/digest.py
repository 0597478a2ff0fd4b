"""The day's page for one reader before it is rendered: all that the page says, nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import PurePosixPath

from paperlark.domain.announcement import Announced, AnnounceType
from paperlark.domain.errors import DigestInconsistent
from paperlark.domain.judgement import Judgement, Match, Unjudged
from paperlark.domain.paper import Paper
from paperlark.domain.profile import Cutoffs
from paperlark.domain.spending import Spend


@dataclass(frozen=True, slots=True)
class AuthorMatch:
    """A followed author, under the reader's name for them, who wrote a paper.

    By name only, it may be a namesake.
    """

    name: str
    by_name_only: bool


@dataclass(frozen=True, slots=True)
class Candidate:
    """A scanned paper: what was announced of it, who of the followed wrote it, how it matches."""

    announced: Announced
    followed: tuple[AuthorMatch, ...]
    match: Match

    @property
    def paper(self) -> Paper:
        """The paper itself."""
        return self.announced.paper


@dataclass(frozen=True, slots=True)
class Entry:
    """One paper on the page. `place` counts from 1; `judgement` is None where no judge spoke."""

    place: int
    paper: Paper
    type: AnnounceType
    match: Match
    followed: tuple[AuthorMatch, ...] = ()
    judgement: Judgement | None = None

    @property
    def comment(self) -> str | None:
        """Why it is here, in one sentence; None where only the match can say."""
        if self.followed:
            return "Author match"
        return self.judgement.comment if self.judgement else None


class Status(StrEnum):
    """How a run ended, as the page says it. A failed run has no page."""

    COMPLETE = "complete"
    QUIET = "quiet"
    """arXiv announced nothing in these categories."""
    PARTIAL = "partial"
    """Something is missing; the page says what."""


@dataclass(frozen=True, slots=True)
class Funnel:
    """From what arXiv announced to what is on the page: each paper once at every step.

    `feeds` is how many were read; `*_listings` count their entries, so a paper in two feeds
    counts twice there. Without a judge `shortlisted`, `judged`, `unjudged` and `not_recorded`
    are 0 and `selected` are the best matches. `gated` were left out for their authors' h-index.
    """

    feeds: int
    announced: int
    announced_listings: int
    scanned: int
    scanned_listings: int
    followed: int
    shortlisted: int
    judged: int
    unjudged: int
    not_recorded: int
    selected: int
    gated: int = 0

    def __post_init__(self) -> None:
        wrong = [
            rule
            for rule, holds in {
                "announced <= listings": self.announced <= self.announced_listings,
                "scanned <= announced": self.scanned <= self.announced,
                "scanned <= its listings <= all listings": self.scanned
                <= self.scanned_listings
                <= self.announced_listings,
                "followed + gated + shortlisted <= scanned": self.followed
                + self.gated
                + self.shortlisted
                <= self.scanned,
                "shortlisted = judged + unjudged + not recorded": self.shortlisted
                == self.judged + self.unjudged + self.not_recorded,
                "followed <= selected <= scanned - gated": self.followed
                <= self.selected
                <= self.scanned - self.gated,
            }.items()
            if not holds
        ]
        if wrong:
            raise DigestInconsistent(f"{self} breaks {', '.join(wrong)}")


@dataclass(frozen=True, slots=True)
class Digest:
    """One reader's day.

    `model` is None without a judge, and then `spend` is None too. `prompt` is the selection
    prompt for the appendix. `notes` are what the reader must know of this page: a truncated
    feed, a bundled sample.
    """

    day: date
    profile: str
    categories: tuple[str, ...]
    status: Status
    model: str | None
    spend: Spend | None
    cutoffs: Cutoffs
    funnel: Funnel
    entries: tuple[Entry, ...]
    unjudged: tuple[Unjudged, ...]
    prompt: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Page:
    """A rendered digest: where it goes inside the output folder, and its bytes."""

    path: PurePosixPath
    media_type: str
    content: bytes
