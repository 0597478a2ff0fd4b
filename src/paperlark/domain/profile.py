"""One reader: what they follow, what interests them, and where they draw the line."""

from __future__ import annotations

from dataclasses import dataclass

from paperlark.domain.announcement import AnnounceType
from paperlark.domain.criteria import Criteria

RECALL = 0.95
"""The share of the wanted papers that a judge is to find, where the reader says nothing of it."""


@dataclass(frozen=True, slots=True)
class FollowedAuthor:
    """Somebody whose papers are always on the page, under any of their printed names.

    `id` tells the person from namesakes, None where the names are all that is known.
    """

    name: str
    aliases: tuple[str, ...] = ()
    id: str | None = None


@dataclass(frozen=True, slots=True)
class Cutoffs:
    """The lowest relevance and novelty, both from 1 to 10, that put a judged paper on the page."""

    relevance: int = 7
    novelty: int = 6

    def meets(self, relevance: int, novelty: int) -> bool:
        """Return whether both scores are at least the cut-offs: the rule for being selected."""
        return relevance >= self.relevance and novelty >= self.novelty


@dataclass(frozen=True, slots=True)
class Exploration:
    """How much a reader wants from outside their usual.

    `share` (0 to 1) of the papers below the line is given to the judge all the same; where there
    is no judge, `shown` papers from there end the page. 0 is none.
    """

    share: float = 0.05
    shown: int = 2


@dataclass(frozen=True, slots=True)
class Profile:
    """A reader's wishes for a page.

    `page_size` bounds a page made without a model; with one, the cut-offs decide.
    `judge_updates` has new versions of papers that were on a page judged, and paid for, again.
    `min_h_index` is what one of a paper's authors must have, None where anybody may write.
    `recall` is the share of the wanted papers that a judge who is paid is to find, above 0 and up
    to 1, which is all: then every paper is read. `judge_followed` has papers of followed authors
    judged as well; they are on the page whatever is said of them. Each paper is judged `readings`
    times, in other company each time, and its scores are the means. `show_criteria` has the
    selection prompt on the page.
    """

    name: str
    categories: tuple[str, ...]
    criteria: Criteria
    announce_types: tuple[AnnounceType, ...] = (AnnounceType.NEW, AnnounceType.CROSS)
    primary_only: bool = False
    followed: tuple[FollowedAuthor, ...] = ()
    cutoffs: Cutoffs = Cutoffs()
    page_size: int = 20
    judge_updates: bool = False
    min_h_index: int | None = None
    recall: float = RECALL
    exploration: Exploration = Exploration()
    judge_followed: bool = False
    readings: int = 1
    show_criteria: bool = True

    @property
    def needs_people(self) -> bool:
        """Whether it matters who the authors of a paper are, beyond their names."""
        return self.min_h_index is not None or any(one.id is not None for one in self.followed)
