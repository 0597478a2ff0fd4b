"""One reader's profile: categories, criteria, followed authors and cut-offs."""

from __future__ import annotations

from dataclasses import dataclass

from paperlark.domain.announcement import AnnounceType
from paperlark.domain.criteria import Criteria
from paperlark.domain.filters import NO_FILTERS, Filters

ENGLISH = "en"
"""The default language of pages, by its BCP 47 tag."""
RECALL = 0.95
"""The default share of the wanted papers that a judge is to find."""


@dataclass(frozen=True, slots=True)
class FollowedAuthor:
    """An author whose papers are always on the page, under any of their printed names.

    `id` distinguishes the person from namesakes, None where only names are known.
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
    """How much a reader wants from outside their usual topics.

    A random sample below the threshold: `share`, in [0, 1], of the papers there is judged all the
    same; without a judge, `shown` papers from there end the page. 0 is none.
    """

    share: float = 0.05
    shown: int = 2


@dataclass(frozen=True, slots=True)
class Profile:
    """What a reader wants on their page.

    `title` is the page's, and may change at will; `id` is what everything of the reader is stored
    and published under, and never changes. Profiles older than ids are known by their title.
    `page_size` limits a page made without a model; with one, the cut-offs decide.
    `judge_updates`: new versions of papers that were on a page are judged, and paid for, again.
    `min_h_index` is what at least one of a paper's authors must have, None for no filter.
    `recall`, in (0, 1], is the share of the wanted papers that a paid judge is to find; 1 has
    every paper read. `judge_followed`: papers of followed authors are judged as well, and shown
    whatever their scores. Each paper is judged `readings` times, among other papers each time,
    and its scores are the means. `show_criteria`: the selection prompt is on the page.
    `language` is that of the page and of what a model writes, by its BCP 47 tag; `summaries`: the
    model writes what is new in each paper that it selects.
    `filters` leave papers out before they are ranked.
    """

    title: str
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
    id: str = ""
    language: str = ENGLISH
    summaries: bool = False
    filters: Filters = NO_FILTERS

    def __post_init__(self) -> None:
        if not self.id:
            object.__setattr__(self, "id", self.title)

    @property
    def needs_people(self) -> bool:
        """Whether authors must be looked up, because names do not suffice."""
        return self.min_h_index is not None or any(one.id is not None for one in self.followed)
