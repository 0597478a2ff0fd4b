"""Questions left with a batch service: what was asked of which papers, and what became of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from paperlark.domain.judgement import JudgementKey
from paperlark.domain.paper import Paper, PaperId

WINDOW = timedelta(hours=48)
"""A batch is answered or expires within 24 hours; nobody waits more than twice that for word."""


class BatchJobState(StrEnum):
    """How far a job is, as far as we know."""

    SUBMITTING = "leaving"
    """It was written down; whether it reached the service is not known yet."""
    SUBMITTED = "left"
    COLLECTED = "collected"
    """All that there will ever be of it is stored."""


@dataclass(frozen=True, slots=True)
class BatchedPaper:
    """One paper of a question: the number it stands under, and which version it is."""

    number: int
    id: PaperId
    version: int


@dataclass(frozen=True, slots=True)
class BatchedQuestion:
    """One question of a job; `most` is how many US dollars it can cost, None: nobody knows."""

    asked: tuple[BatchedPaper, ...]
    most: Decimal | None = None


@dataclass(frozen=True, slots=True)
class BatchMiss:
    """Why a job brought no judgement of a paper; `tried` where the model was asked at all."""

    reason: str
    tried: bool


@dataclass(frozen=True, slots=True)
class BatchJob:
    """Questions left together, under a key of ours that goes along with them.

    `model` and `base_url` say who is asked, `name` is the service's name of the job. `misses` say
    of a collected job why papers were not judged.
    """

    key: str
    judgement_key: JudgementKey
    model: str
    base_url: str
    questions: tuple[BatchedQuestion, ...]
    at: datetime
    name: str | None = None
    state: BatchJobState = BatchJobState.SUBMITTING
    misses: Mapping[PaperId, BatchMiss] = field(default_factory=dict)

    @property
    def names(self) -> Mapping[str, BatchedQuestion]:
        """Each question by the name that it goes under."""
        return {f"{self.key}-{place}": posed for place, posed in enumerate(self.questions)}

    @property
    def most(self) -> Decimal | None:
        """How many US dollars it can cost; None where nobody knows."""
        known = [posed.most for posed in self.questions if posed.most is not None]
        return sum(known, Decimal(0)) if len(known) == len(self.questions) else None

    @property
    def never_asked(self) -> bool:
        """Whether the model was asked none of it, though it is over."""
        return self.state is BatchJobState.COLLECTED and all(
            one.id in self.misses and not self.misses[one.id].tried for one in self.asked()
        )

    def asked(self) -> Iterator[BatchedPaper]:
        """Give every paper of it."""
        return (one for posed in self.questions for one in posed.asked)

    def contains(self, paper: Paper) -> bool:
        """Whether this very version is in it."""
        return any((one.id, one.version) == (paper.id, paper.version) for one in self.asked())

    def is_open(self, now: datetime, *, ours: bool) -> bool:
        """Whether there may be answers yet that are not stored.

        `ours` is a job that this profile collects itself; of another's we hear nothing.
        """
        return self.state is not BatchJobState.COLLECTED and (ours or now - self.at < WINDOW)
