"""What a ranking is held against: days whose papers somebody has judged."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from paperlark.domain.criteria import Criteria
from paperlark.domain.paper import Paper
from paperlark.domain.profile import Cutoffs
from paperlark.ports import Ranker

USUAL_CUTOFFS = Cutoffs()
"""Of a reader who says nothing of them."""


@dataclass(frozen=True, slots=True)
class Label:
    """What became of a paper; both scores (1 to 10) are None where none was recorded.

    `guessed` is what nobody said: a ranking is held against it, and it teaches nothing.
    `comment` is what the judge said of it, None where that was not recorded.
    """

    wanted: bool
    relevance: int | None = None
    novelty: int | None = None
    guessed: bool = False
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class LabelledDay:
    """One announcement day: what a ranker is asked about, and what became of it.

    `labels` come in the order of `papers`, each paper once. `rule` names what the labels depend
    on besides the criteria: model, cut-offs, filters. Papers of `followed` authors are on the
    page whatever a ranker says; they are counted here and are no part of `papers`. `cutoffs` are
    the scores from which on a paper was wanted.
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

    `notes` say what was left out. `relevant_from` is the lowest relevance of a wanted paper, None
    where something else decided.
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
ZOTERO = "zotero-arxiv-daily"

NAMES = (OWN, RANDOM, BM25, ARXIV_SANITY, ZOTERO)
"""Every method, in the order of the tables."""

FIRST_MORNING = "paperlark, first morning"
"""The same, for somebody who has just written their criteria: not even a stream is known."""


@dataclass(frozen=True, slots=True)
class Method:
    """A ranker under the name that its rows bear.

    One that does not learn is asked once a day, whatever the history. `note` says what a reader
    of the table has to know of it.
    """

    name: str
    ranker: Ranker
    learns: bool = True
    note: str = ""
