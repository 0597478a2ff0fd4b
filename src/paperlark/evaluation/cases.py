"""Labelled days, and the methods that are evaluated on them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from paperlark.domain.criteria import Criteria
from paperlark.domain.paper import Paper
from paperlark.domain.profile import Cutoffs
from paperlark.ports import Ranker

USUAL_CUTOFFS = Cutoffs()
"""The default cut-offs."""


@dataclass(frozen=True, slots=True)
class Label:
    """Whether a paper was wanted; scores (1 to 10) and comment are None if not recorded.

    `assumed` is True for a paper that was not labelled and counts as unwanted in the evaluation;
    it is no training example.
    """

    wanted: bool
    relevance: int | None = None
    novelty: int | None = None
    assumed: bool = False
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class LabelledDay:
    """The papers of one announcement day and their labels, in the same order, each paper once.

    `rule` identifies what the labels depend on besides the criteria: model, cut-offs, filters.
    `followed` counts papers by followed authors, which are always selected and are not part of
    `papers`. `cutoffs` are the lowest scores of a wanted paper.
    """

    day: date
    criteria: Criteria
    papers: tuple[Paper, ...]
    labels: tuple[Label, ...]
    rule: str = ""
    followed: int = 0
    cutoffs: Cutoffs = USUAL_CUTOFFS

    @property
    def wanted(self) -> int:
        """How many papers were wanted."""
        return sum(label.wanted for label in self.labels)


@dataclass(frozen=True, slots=True)
class LabelledReader:
    """All labelled days of one reader, in order, each day once.

    `notes` list what was left out. `relevant_from` is the lowest relevance of a wanted paper, None
    where a selection was recorded.
    """

    name: str
    days: tuple[LabelledDay, ...]
    notes: tuple[str, ...] = ()
    relevant_from: int | None = None


OWN = "paperlark"
"""The name of paperlark's own default ranker."""

RANDOM = "random"
BM25 = "bm25"
ARXIV_SANITY = "arxiv-sanity-lite"
ASREVIEW = "asreview"
ZOTERO = "zotero-arxiv-daily"

NAMES = (OWN, RANDOM, BM25, ARXIV_SANITY, ASREVIEW, ZOTERO)
"""Every method, in the order of the tables."""

FIRST_MORNING = "paperlark, first morning"
"""The same for a reader with nothing but criteria: no earlier announcement is known."""


@dataclass(frozen=True, slots=True)
class Method:
    """A ranker and the name of its rows.

    One that does not learn ranks each day once, for all histories. `note` is a caveat for the
    report.
    """

    name: str
    ranker: Ranker
    learns: bool = True
    note: str = ""
