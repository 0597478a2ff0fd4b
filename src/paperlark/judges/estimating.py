"""A judge that says nothing of any paper, and notes what another one would take to judge it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from paperlark.domain.job import Job
from paperlark.domain.judgement import (
    FIRST_READING,
    NO_PRECEDENTS,
    Asking,
    Exchange,
    Lack,
    Precedents,
    Unjudged,
)
from paperlark.domain.paper import Paper, PaperId
from paperlark.domain.spending import Tokens
from paperlark.judges.estimate import estimate
from paperlark.judges.llm import LlmJudge


@dataclass(frozen=True, slots=True)
class Taken:
    """What judging would take: which papers, in how many questions, of how many tokens.

    `waiting` are papers that a batch service was asked about already.
    """

    papers: frozenset[PaperId]
    waiting: frozenset[PaperId]
    questions: int
    tokens: Tokens


NOTHING = Taken(frozenset(), frozenset(), 0, Tokens(0, 0))


class EstimatingJudge:
    """Stands in for a judge, so that a day can be made up to it, and nothing is sent.

    `jobs` are those whose answers are not stored yet: what waits there is not asked again.
    `completion_each` is how many tokens a paper took of that judge's answers so far, None where
    nothing was measured.
    """

    def __init__(
        self,
        judge: LlmJudge,
        criteria: str,
        *,
        jobs: Sequence[Job] = (),
        completion_each: float | None = None,
    ) -> None:
        self._judge = judge
        self._criteria = criteria
        self._jobs = jobs
        self._completion_each = completion_each
        self._taken = NOTHING

    def model(self, day: date) -> str:
        """Give the other's model."""
        return self._judge.model(day)

    @property
    def signature(self) -> str:
        """The other's: what it judged is known."""
        return self._judge.signature

    @property
    def prompt(self) -> str:
        """The other's."""
        return self._judge.prompt

    def judge(
        self,
        papers: Sequence[Paper],
        day: date,
        precedents: Precedents = NO_PRECEDENTS,
        reading: int = FIRST_READING,
    ) -> Iterator[Exchange | Unjudged]:
        """Note what it would take."""
        waiting = {paper.id for paper in papers if self._waits(paper, day, reading)}
        asked = [paper for paper in papers if paper.id not in waiting]
        one = estimate(asked, self._judge.plan, precedents, completion_each=self._completion_each)
        before = self._taken
        self._taken = Taken(
            before.papers | {paper.id for paper in asked},
            before.waiting | waiting,
            before.questions + one.questions,
            Tokens(before.tokens.prompt + one.prompt, before.tokens.completion + one.completion),
        )
        yield from (Unjudged(paper, Lack.NOT_RECORDED, "not asked") for paper in papers)

    def _waits(self, paper: Paper, day: date, reading: int) -> bool:
        asking = Asking(day, "", self._criteria, self.signature).of_reading(reading)
        return any(
            (job.asking.criteria, job.asking.judge) == (asking.criteria, asking.judge)
            and job.asks_about(paper)
            for job in self._jobs
        )

    def taken(self) -> Taken:
        """Give what was noted since the last call."""
        taken, self._taken = self._taken, NOTHING
        return taken
