"""Prompts submitted to a batch service: which papers they cover, and their outcome."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from paperlark.domain.judgement import JudgementKey
from paperlark.domain.paper import Paper, PaperId

WINDOW = timedelta(hours=48)
"""A batch completes or expires within 24 hours; after twice that a job counts as lost."""


class BatchJobState(StrEnum):
    """How far a job is, as far as is known."""

    SUBMITTING = "leaving"
    """Stored; whether it reached the service is not known yet."""
    SUBMITTED = "left"
    COLLECTED = "collected"
    """Everything that it returned, or ever will, is stored."""


@dataclass(frozen=True, slots=True)
class BatchedPaper:
    """One paper of a prompt: its number there, and its version."""

    number: int
    id: PaperId
    version: int


@dataclass(frozen=True, slots=True)
class BatchedQuestion:
    """One prompt of a job; `most` is the most it can cost in US dollars, None where unknown."""

    asked: tuple[BatchedPaper, ...]
    most: Decimal | None = None


@dataclass(frozen=True, slots=True)
class BatchMiss:
    """Why a job returned no judgement of a paper; `tried` is whether the model was asked."""

    reason: str
    tried: bool


@dataclass(frozen=True, slots=True)
class BatchJob:
    """Prompts submitted together, under a key of ours that is submitted with them.

    `model` at `base_url` answers them, `name` is the service's name of the job. `misses` has why
    papers of a collected job were not judged.
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
        """The prompts by the name under which each is submitted."""
        return {f"{self.key}-{place}": one for place, one in enumerate(self.questions)}

    @property
    def most(self) -> Decimal | None:
        """The most it can cost in US dollars; None where unknown."""
        known = [one.most for one in self.questions if one.most is not None]
        return sum(known, Decimal(0)) if len(known) == len(self.questions) else None

    @property
    def never_asked(self) -> bool:
        """Whether it is over and the model was asked about none of its papers."""
        return self.state is BatchJobState.COLLECTED and all(
            one.id in self.misses and not self.misses[one.id].tried for one in self.asked()
        )

    def asked(self) -> Iterator[BatchedPaper]:
        """Return the papers of all its prompts."""
        return (one for prompt in self.questions for one in prompt.asked)

    def contains(self, paper: Paper) -> bool:
        """Return whether this version of the paper is in it."""
        return any((one.id, one.version) == (paper.id, paper.version) for one in self.asked())

    def is_open(self, now: datetime, *, ours: bool) -> bool:
        """Return whether it may still have results that are not stored.

        `ours` is whether this profile collects the job itself; of others nothing is heard.
        """
        return self.state is not BatchJobState.COLLECTED and (ours or now - self.at < WINDOW)
