"""What a ranker and a judge say of a paper."""

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
        """Its page at arXiv; None for a paper of a library that is not there."""
        return abstract_page(self.paper_id) if Identifier.parse(self.paper_id) else None


@dataclass(frozen=True, slots=True)
class Match:
    """What the ranker thinks of one paper among those of its day, and why.

    `rank` counts from 1 (the best) to `of`. `score` orders papers of one day under one
    ranker and means nothing else; above 0 there is something in common with the reader.
    `probability` of being selected by this reader is from 0 to 1, None while nothing has
    calibrated it. `topic` is the criterion nearest to the paper, None where none is near;
    `nearest` is None where no earlier wanted paper is near.
    """

    score: float
    rank: int
    of: int
    topic: str | None = None
    words_for: tuple[str, ...] = ()
    words_against: tuple[str, ...] = ()
    probability: float | None = None
    nearest: Nearest | None = None


@dataclass(frozen=True, slots=True)
class Precedent:
    """An earlier paper of the archive that a paper resembles, wanted or not.

    `day` is when it was announced. `similarity` is the cosine of their directions in the
    ranker's space, from 0 (nothing in common) to 1.
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
    a page.
    """

    paper_id: PaperId
    version: int
    relevance: int
    novelty: int
    comment: str

    def __post_init__(self) -> None:
        for score in (self.relevance, self.novelty):
            if not LOWEST <= score <= HIGHEST:
                msg = f"a score of {score} is outside {LOWEST}-{HIGHEST}"
                raise ValueError(msg)


@dataclass(frozen=True, slots=True)
class Reading:
    """What was said in one of several readings of a day's papers, under a signature of its own."""

    judge: str
    judgements: tuple[Judgement, ...]


@dataclass(frozen=True, slots=True)
class Agreement:
    """How alike several readings of the same papers are.

    Of the `papers` that were read more than once, out of up to `readings` times, `agreed` are
    those of which every reading says the same about being selected. `distance` is that of two
    readings of a paper in points of a score: the mean over both scores, all pairs of its readings,
    and the papers.
    """

    readings: int
    papers: int
    agreed: int
    distance: float

    @property
    def share(self) -> float:
        """The share of the papers, from 0 to 1, on which all readings agree."""
        return self.agreed / self.papers


class UnjudgedReason(StrEnum):
    """Why a shortlisted paper has no judgement."""

    FAILED = "failed"
    """The judge was asked and did not give one: the page is partial."""
    NOT_RECORDED = "not recorded"
    """The recording holds none: nothing went wrong."""
    BUDGET = "over budget"
    """It was not asked about, because it would have cost more than may be spent."""
    WAITING = "waiting"
    """It is in a batch that was not answered yet; a later run collects it."""


@dataclass(frozen=True, slots=True)
class Unjudged:
    """A paper that was to be judged and was not."""

    paper: Paper
    cause: UnjudgedReason = field(metadata={"alias": "lack"})  # its name in stored digests
    reason: str


@dataclass(frozen=True, slots=True)
class JudgementKey:
    """For which page a judge is asked, and under what: a page's cost is the sum over its asking.

    `criteria` and `judge` are fingerprints; under the same two a judgement is known to every
    profile, and paid for by the first that asked.
    """

    day: date
    profile: str
    criteria: str
    judge: str

    def of_reading(self, number: int) -> JudgementKey:
        """Give the asking of one reading; the first is under the judge's own signature."""
        return self if number == FIRST_READING else replace(self, judge=f"{self.judge}#{number}")


@dataclass(frozen=True, slots=True)
class ModelCall:
    """One question put to a judge and what came of it: paid for as a whole, stored as a whole.

    `text` is the raw reply. An exchange may carry no judgement at all and still have cost
    money. `batch` says that a batch service answered, at a price of its own.
    """

    judgements: tuple[Judgement, ...]
    spend: Spend
    text: str = ""
    batch: bool = False
