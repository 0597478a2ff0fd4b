"""What a ranker and a judge return for a paper."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import TypeAlias

from paperlark.domain.paper import Identifier, Paper, PaperId, abstract_page
from paperlark.domain.spending import Spend

FIRST_READING = 1
"""The number of the first reading of a paper, where there are several."""

LOWEST, HIGHEST = 1, 10
"""The scale of both scores, ends included."""


@dataclass(frozen=True, slots=True)
class Nearest:
    """The earlier paper, wanted by the reader, that a paper resembles most."""

    paper_id: PaperId
    title: str
    day: date

    @property
    def url(self) -> str | None:
        """Its page at arXiv; None for a paper of a library that arXiv does not have."""
        return abstract_page(self.paper_id) if Identifier.parse(self.paper_id) else None


class Strength(StrEnum):
    """How strong a match is, where a percentage would promise more than is known."""

    STRONG = "strong"
    GOOD = "good"
    FAIR = "fair"
    WEAK = "weak"
    """Too little in common with what the reader wants to be called a match."""


@dataclass(frozen=True, slots=True)
class Match:
    """The ranker's result for one paper among those of its day, and its reasons.

    `rank` counts from 1 (the best) to `of`. `score` orders papers of one day under one ranker and
    has no other meaning; at 0 the paper shares nothing with the criteria. `probability` of being
    selected by this reader is in [0, 1], None where nothing is known of them; `calibrated` is
    whether it was fitted to enough of this reader's own labels to be printed as a percentage,
    False also in digests stored before that was known. `strength` says the same in a word, None
    where it is unknown. `topic` is the topic nearest to the paper, None where none is near;
    `nearest` is None where no earlier wanted paper is near. The words are those that moved the
    paper most, of papers that are shown. `sentence` is the sentence of the abstract that says most
    of what matched, as it stands there; likewise of papers that are shown.
    """

    score: float
    rank: int
    of: int
    topic: str | None = None
    words_for: tuple[str, ...] = ()
    words_against: tuple[str, ...] = ()
    probability: float | None = None
    nearest: Nearest | None = None
    calibrated: bool = False
    strength: Strength | None = None
    sentence: str = ""


@dataclass(frozen=True, slots=True)
class MatchedTerms:
    """The strongest terms of a paper as it writes them, strongest first.

    `sentence` is the sentence of its abstract that says most of them, empty where there is none.
    """

    for_match: tuple[str, ...]
    against_match: tuple[str, ...]
    sentence: str = ""


@dataclass(frozen=True, slots=True)
class Precedent:
    """An earlier paper of the archive that a paper resembles, wanted or not.

    `day` is when it was announced. `similarity` is the cosine of their embeddings, from 0
    (nothing in common) to 1.
    """

    paper_id: PaperId
    title: str
    day: date
    similarity: float

    @property
    def url(self) -> str:
        """Its page at arXiv."""
        return abstract_page(self.paper_id)


Precedents: TypeAlias = Mapping[PaperId, tuple[Precedent, ...]]
"""The nearest earlier papers of each paper that has any, nearest first."""

NO_PRECEDENTS: Precedents = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Judgement:
    """Two scores from 1 to 10 and the reason for them, of one version of one paper.

    `comment` may be empty where the scores are too far below the cut-offs for the paper to be on
    a page. `summary` is one sentence on what is new, empty where none was asked for, or none came.
    """

    paper_id: PaperId
    version: int
    relevance: int
    novelty: int
    comment: str
    summary: str = ""

    def __post_init__(self) -> None:
        for score in (self.relevance, self.novelty):
            if not LOWEST <= score <= HIGHEST:
                msg = f"a score of {score} is outside {LOWEST}-{HIGHEST}"
                raise ValueError(msg)


@dataclass(frozen=True, slots=True)
class Reading:
    """The judgements of one of several readings of a day's papers, under a signature of its own."""

    judge: str
    judgements: tuple[Judgement, ...]


@dataclass(frozen=True, slots=True)
class Agreement:
    """The agreement of several readings of the same papers.

    Of the `papers` that were read more than once, up to `readings` times, `agreed` are those for
    which every reading decides the same about being selected. `distance` is the mean absolute
    difference of two readings in points of a score: over both scores, all pairs of readings, and
    the papers.
    """

    readings: int
    papers: int
    agreed: int
    distance: float

    @property
    def share(self) -> float:
        """The share of the papers, in [0, 1], on which all readings agree."""
        return self.agreed / self.papers


class OnFailure(StrEnum):
    """What becomes of papers that the judge was to judge and did not."""

    RANK = "rank"
    """They are on the page as far as they would be on one made without a model."""
    FAIL = "fail"
    """They are only listed, and where no paper was judged there is no page."""


class UnjudgedReason(StrEnum):
    """Why a shortlisted paper has no judgement."""

    FAILED = "failed"
    """The judge was asked and did not return one: the page is partial."""
    NOT_RECORDED = "not recorded"
    """The recording has none: not an error."""
    BUDGET = "over budget"
    """The judge was not asked, because that would have exceeded the budget."""
    WAITING = "waiting"
    """It is in a batch that is not complete yet; a later run collects it."""


@dataclass(frozen=True, slots=True)
class Unjudged:
    """A paper that was to be judged and was not."""

    paper: Paper
    cause: UnjudgedReason = field(metadata={"alias": "lack"})  # its name in stored digests
    reason: str


@dataclass(frozen=True, slots=True)
class JudgementKey:
    """The key of a page's judgements and costs.

    `criteria` and `judge` are fingerprints; judgements under the same two are shared by all
    profiles, and paid for by the first.
    """

    day: date
    profile: str
    criteria: str
    judge: str

    def of_reading(self, number: int) -> JudgementKey:
        """Return the key of one reading; the first has the judge's own signature."""
        return self if number == FIRST_READING else replace(self, judge=f"{self.judge}#{number}")


@dataclass(frozen=True, slots=True)
class ModelCall:
    """One request to a judge's model and its result: paid for and stored as a whole.

    `text` is the raw reply. A call may have no judgement at all and still have cost money.
    `batch` is whether a batch service answered, at its own price.
    """

    judgements: tuple[Judgement, ...]
    spend: Spend
    text: str = ""
    batch: bool = False
