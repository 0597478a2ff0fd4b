"""Judging by a batch service: questions are left with it, and a later run collects the answers.

What waits there is not asked again, by whomever, before that is over.
"""

from __future__ import annotations

import math
from collections.abc import Generator, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from random import Random, SystemRandom

from paperlark.domain.batch_job import BatchJob, BatchJobState, BatchMiss
from paperlark.domain.errors import BudgetSpent, JudgeUnavailable, ModelError, NoBatchService
from paperlark.domain.judgement import (
    FIRST_READING,
    NO_PRECEDENTS,
    JudgementKey,
    ModelCall,
    Precedents,
    Unjudged,
    UnjudgedReason,
)
from paperlark.domain.paper import Paper, PaperId
from paperlark.judges.batch_client import BatchClient
from paperlark.judges.batch_requests import (
    BatchRequest,
    BatchRequestBuilder,
    BatchTerms,
    why_waiting,
)
from paperlark.judges.batch_size import batches
from paperlark.judges.llm import LlmJudge
from paperlark.llm import batch_file
from paperlark.ports import Progress

ASKINGS = 3
"""How often a paper is left at most."""
_SMALLER = 4
"""What the service did not even try, as when it is more than it takes, is left in so many jobs."""


class BatchedJudge:
    """A judge that leaves its questions with a batch service, and says what waits there.

    Without `leaves` what is missing is asked of `live` at once, but for what waits in a job. A
    paper is left up to three times; one whose answer was no use is left alone. Where nobody knows
    yet what the server accepts, the first question is asked at once, so that not hundreds fail.
    """

    def __init__(
        self,
        live: LlmJudge,
        desk: BatchClient,
        terms: BatchTerms,
        *,
        criteria: str,
        leaves: bool = True,
        dice: Random | None = None,
    ) -> None:
        self._live = live
        self._desk = desk
        self._terms = terms
        self._criteria = criteria
        self._leaves = leaves
        self._dice = dice or SystemRandom()

    def model(self, day: date) -> str:
        """Give the chat model's name."""
        return self._live.model(day)

    @property
    def signature(self) -> str:
        """The same as that of a judge who is asked at once: they say the same."""
        return self._live.signature

    @property
    def prompt(self) -> str:
        """The instructions with the reader's criteria."""
        return self._live.prompt

    def collect(self, progress: Progress) -> frozenset[date]:
        """Store what came of all jobs, before a memory is asked what it knows; gives their days."""
        return self._desk.collect(progress)

    def judge(
        self,
        papers: Sequence[Paper],
        day: date,
        precedents: Precedents = NO_PRECEDENTS,
        reading: int = FIRST_READING,
    ) -> Iterator[ModelCall | Unjudged]:
        """Say what waits, and leave the rest, or ask it at once.

        Raises JudgeUnavailable where the server has no batch service.
        """
        judgement_key = JudgementKey(
            day, self._desk.profile, self._criteria, self.signature
        ).of_reading(reading)
        history = [
            job for job in self._desk.jobs.of(judgement_key) if job.state is BatchJobState.COLLECTED
        ]
        living = self._desk.living(judgement_key)
        missing: list[Paper] = []
        for paper in papers:
            job = next((job for job in living if job.contains(paper)), None)
            if job is None:
                missing.append(paper)
            else:
                yield Unjudged(
                    paper, UnjudgedReason.WAITING, self._why(job, _misses(paper, history))
                )
        if self._leaves:
            yield from self._leave(missing, judgement_key, history, precedents)
        else:
            yield from self._live.judge(missing, day, precedents)

    def _leave(
        self,
        papers: Sequence[Paper],
        judgement_key: JudgementKey,
        history: Sequence[BatchJob],
        precedents: Precedents,
    ) -> Iterator[ModelCall | Unjudged]:
        """Leave what was not left too often already, as far as there is money for it."""
        misses = {paper.id: _misses(paper, history) for paper in papers}
        left = [paper for paper in papers if len(misses[paper.id]) < ASKINGS]
        for paper in papers:
            if len(misses[paper.id]) >= ASKINGS:
                last = misses[paper.id][-1].reason
                yield Unjudged(paper, UnjudgedReason.FAILED, f"{last} (left {ASKINGS} times)")
        if left and not self._terms.known():
            left = yield from self._ask_first(left, judgement_key, precedents)
        poser = BatchRequestBuilder(self._live.plan, self._terms, self._dice)
        alone = {id_ for id_, several in misses.items() if any(miss.tried for miss in several)}
        questions = [
            *poser.pose([one for one in left if one.id not in alone], precedents, poser.plan.most),
            *poser.pose([one for one in left if one.id in alone], precedents, 1),
        ]
        trouble: ModelError | None = None
        for job in _jobs(questions, history):
            # A service that does not take one takes no other now.
            trouble = trouble or (yield from self._leave_job(job, judgement_key, misses))
            if trouble is not None:
                yield from _failed(job, trouble)
        posed = {paper.id for question in questions for paper in question.papers}
        for paper in left:
            if paper.id not in posed:
                yield Unjudged(
                    paper, UnjudgedReason.BUDGET, self._why_not(poser.over or Decimal(0))
                )

    def _ask_first(
        self, papers: Sequence[Paper], judgement_key: JudgementKey, precedents: Precedents
    ) -> Generator[ModelCall | Unjudged, None, list[Paper]]:
        """Ask about the first papers at once; gives the others, if they can be left now."""
        self._check_service()
        first = next(batches(papers, self._live.plan, precedents, size=lambda: len(papers)))
        reason = "nothing is known of what the server accepts"
        for end in self._live.judge(first, judgement_key.day, precedents):
            if isinstance(end, Unjudged):
                reason = end.reason
            yield end
        rest = list(papers[len(first) :])
        if self._terms.known():
            return rest
        yield from (Unjudged(paper, UnjudgedReason.FAILED, f"not left: {reason}") for paper in rest)
        return []

    def _check_service(self) -> None:
        """Raise JudgeUnavailable where there is no batch service; other troubles show later."""
        try:
            self._desk.service.check()
        except NoBatchService as error:
            raise JudgeUnavailable(error.problem, hint=error.hint) from error
        except ModelError:
            return

    def _leave_job(
        self,
        questions: Sequence[BatchRequest],
        judgement_key: JudgementKey,
        misses: Mapping[PaperId, Sequence[BatchMiss]],
    ) -> Generator[Unjudged, None, ModelError | None]:
        """Leave one job, or give what went wrong.

        What it can cost counts as spent until it is collected.
        """
        papers = [paper for question in questions for paper in question.papers]
        amount = sum((one.posed.most or Decimal(0) for one in questions), Decimal(0))
        try:
            with self._terms.ledger.holding(amount) as hold:
                hold.settle(Decimal(0))
                job = self._desk.leave(judgement_key, [(one.posed, one.body) for one in questions])
                hold.settle(amount)
        except NoBatchService as error:
            raise JudgeUnavailable(error.problem, hint=error.hint) from error
        except ModelError as error:
            return error
        for paper in papers:
            yield Unjudged(paper, UnjudgedReason.WAITING, self._why(job, misses[paper.id]))
        return None

    def _why(self, job: BatchJob, misses: Sequence[BatchMiss]) -> str:
        return why_waiting(
            job,
            misses,
            self._desk.now(),
            ours=self._desk.is_ours(job),
            trouble=self._desk.troubles.get(job.key, ""),
        )

    def _why_not(self, amount: Decimal) -> str:
        """Say which bound so much does not fit into."""
        try:
            with self._terms.ledger.holding(amount) as hold:
                hold.settle(Decimal(0))
        except BudgetSpent as error:
            return str(error)
        return "there was no money for it left"


def _failed(job: Sequence[BatchRequest], error: ModelError) -> Iterator[Unjudged]:
    cause = UnjudgedReason.BUDGET if isinstance(error, BudgetSpent) else UnjudgedReason.FAILED
    papers = (paper for question in job for paper in question.papers)
    return (Unjudged(paper, cause, str(error)) for paper in papers)


def _misses(paper: Paper, history: Sequence[BatchJob]) -> Sequence[BatchMiss]:
    """Give what came of every time that this version was left in vain."""
    return [
        job.misses[paper.id] for job in history if paper.id in job.misses and job.contains(paper)
    ]


def _jobs(
    questions: Sequence[BatchRequest], history: Sequence[BatchJob]
) -> Iterator[Sequence[BatchRequest]]:
    """Part questions into jobs that a service takes, as far as that is known."""
    untried = [math.ceil(len(job.questions) / _SMALLER) for job in history if job.never_asked]
    # A name of the greatest length that there may be: what fits so, fits.
    bodies = {f"{'0' * 32}-{place}": one.body for place, one in enumerate(questions)}
    by_name = dict(zip(bodies, questions, strict=True))
    most = min(untried, default=batch_file.MOST_LINES)
    return (
        [by_name[name] for name in names]
        for names in batch_file.split_batch(bodies, most_lines=most)
    )
