"""Judging by a batch service: questions are submitted, and a later run collects the answers.

What waits there is not asked again, by anyone, before that job is over.
"""

from __future__ import annotations

import logging
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
    describe_waiting,
)
from paperlark.judges.batch_size import batches
from paperlark.judges.llm import LlmJudge
from paperlark.llm import batch_file
from paperlark.ports import Progress

_log = logging.getLogger(__name__)

MAX_SUBMISSIONS = 3
"""How often a paper is submitted at most."""
_SPLIT = 4
"""A job that the service did not even start, as when it exceeds a quota, is split into so many."""


class BatchedJudge:
    """A judge that submits its questions to a batch service, and reports what waits there.

    Unless `submits`, what is missing is asked of `live` at once, except for what waits in a job. A
    paper is submitted up to three times, alone once its answer was unusable. Where it is unknown
    what the server accepts, or whether its replies can be read, the first question is asked at
    once, so that not hundreds fail.
    """

    def __init__(
        self,
        live: LlmJudge,
        client: BatchClient,
        terms: BatchTerms,
        *,
        criteria: str,
        submits: bool = True,
        rng: Random | None = None,
    ) -> None:
        self._live = live
        self._client = client
        self._terms = terms
        self._criteria = criteria
        self._submits = submits
        self._rng = rng or SystemRandom()

    def model(self, day: date) -> str:
        """Return the chat model's name."""
        return self._live.model(day)

    @property
    def signature(self) -> str:
        """The same as the live judge's: their judgements are interchangeable."""
        return self._live.signature

    @property
    def prompt(self) -> str:
        """The instructions with the reader's criteria."""
        return self._live.prompt

    def collect(self, progress: Progress) -> frozenset[date]:
        """Store the answers of all jobs that are over, and return the days they belong to."""
        return self._client.collect(progress)

    def judge(
        self,
        papers: Sequence[Paper],
        day: date,
        precedents: Precedents = NO_PRECEDENTS,
        reading: int = FIRST_READING,
    ) -> Iterator[ModelCall | Unjudged]:
        """Report what waits, and submit the rest, or ask it at once.

        Raises JudgeUnavailable where the server has no batch service.
        """
        judgement_key = JudgementKey(
            day, self._client.profile, self._criteria, self.signature
        ).of_reading(reading)
        history = [
            job
            for job in self._client.jobs.of(judgement_key)
            if job.state is BatchJobState.COLLECTED
        ]
        pending = self._client.pending(judgement_key)
        missing: list[Paper] = []
        for paper in papers:
            job = next((job for job in pending if job.contains(paper)), None)
            if job is None:
                missing.append(paper)
            else:
                yield self._waiting(paper, job, _misses(paper, history))
        if self._submits:
            yield from self._submit(missing, judgement_key, history, precedents)
        else:
            yield from self._live.judge(missing, day, precedents)

    def _submit(
        self,
        papers: Sequence[Paper],
        judgement_key: JudgementKey,
        history: Sequence[BatchJob],
        precedents: Precedents,
    ) -> Iterator[ModelCall | Unjudged]:
        """Submit what was not submitted too often already, as far as the budget allows."""
        misses = {paper.id: _misses(paper, history) for paper in papers}
        rest = [paper for paper in papers if len(misses[paper.id]) < MAX_SUBMISSIONS]
        for paper in papers:
            if len(misses[paper.id]) >= MAX_SUBMISSIONS:
                last = misses[paper.id][-1].reason
                reason = f"{last} (submitted {MAX_SUBMISSIONS} times)"
                yield Unjudged(paper, UnjudgedReason.FAILED, reason)
        if _was_unreadable(history):
            self._live.replies.doubt()
        if rest and not self._is_ready:
            rest = yield from self._ask_first(rest, judgement_key, precedents)
        builder = BatchRequestBuilder(self._live.plan, self._terms, self._rng)
        alone = {paper.id for paper in rest if _needs_a_question_of_its_own(paper, history)}
        together = [one for one in rest if one.id not in alone]
        requests = [
            *builder.build(together, precedents, builder.plan.most),
            *builder.build([one for one in rest if one.id in alone], precedents, 1),
        ]
        error: ModelError | None = None
        for job in _split_into_jobs(requests, history):
            # A service that rejects one job accepts no other now.
            error = error or (yield from self._submit_job(job, judgement_key, misses))
            if error is not None:
                yield from _failed(job, error)
        built = {paper.id for request in requests for paper in request.papers}
        if over_budget := [paper for paper in rest if paper.id not in built]:
            refusal = self._terms.ledger.refusal(builder.over_budget or Decimal(0))
            reason = str(refusal or "the budget did not allow it")
            yield from (Unjudged(paper, UnjudgedReason.BUDGET, reason) for paper in over_budget)

    @property
    def _is_ready(self) -> bool:
        """Whether it is known what the server accepts, and nothing speaks against its replies."""
        return self._terms.capabilities_known() and not self._live.replies.is_in_doubt

    def _ask_first(
        self, papers: Sequence[Paper], judgement_key: JudgementKey, precedents: Precedents
    ) -> Generator[ModelCall | Unjudged, None, list[Paper]]:
        """Ask about the first papers at once; returns the others, if they can be submitted now."""
        self._check_service()
        first = next(batches(papers, self._live.plan, precedents, size=lambda: len(papers)))
        _log.info("asking about %d papers at once, to learn what the server accepts", len(first))
        reason = "it is unknown what the server accepts"
        for result in self._live.judge(first, judgement_key.day, precedents):
            if isinstance(result, Unjudged):
                reason = result.reason
            yield result
        rest = list(papers[len(first) :])
        if self._is_ready:
            return rest
        reason = f"not submitted: {reason}"
        yield from (Unjudged(paper, UnjudgedReason.FAILED, reason) for paper in rest)
        return []

    def _check_service(self) -> None:
        """Raise JudgeUnavailable where there is no batch service; other problems show later."""
        try:
            self._client.service.check()
        except NoBatchService as error:
            raise JudgeUnavailable(error.problem, hint=error.hint) from error
        except ModelError:
            return

    def _submit_job(
        self,
        requests: Sequence[BatchRequest],
        judgement_key: JudgementKey,
        misses: Mapping[PaperId, Sequence[BatchMiss]],
    ) -> Generator[Unjudged, None, ModelError | None]:
        """Submit one job; returns the error if that failed.

        Its worst-case cost counts as spent until it is collected.
        """
        questions = [(one.question, one.body) for one in requests]
        amount = sum((one.question.most or Decimal(0) for one in requests), Decimal(0))
        try:
            with self._terms.ledger.reserve(amount) as reservation:
                reservation.settle(Decimal(0))
                job = self._client.submit(judgement_key, questions)
                reservation.settle(amount)
        except NoBatchService as error:
            raise JudgeUnavailable(error.problem, hint=error.hint) from error
        except ModelError as error:
            _log.info("a batch of %d questions was not submitted: %s", len(questions), error)
            return error
        for paper in (paper for request in requests for paper in request.papers):
            yield self._waiting(paper, job, misses[paper.id])
        return None

    def _waiting(self, paper: Paper, job: BatchJob, misses: Sequence[BatchMiss]) -> Unjudged:
        reason = describe_waiting(
            job,
            misses,
            self._client.now(),
            is_own=self._client.is_own(job),
            problem=self._client.problems.get(job.key, ""),
        )
        return Unjudged(paper, UnjudgedReason.WAITING, reason)


def _failed(requests: Sequence[BatchRequest], error: ModelError) -> Iterator[Unjudged]:
    cause = UnjudgedReason.BUDGET if isinstance(error, BudgetSpent) else UnjudgedReason.FAILED
    papers = (paper for request in requests for paper in request.papers)
    return (Unjudged(paper, cause, str(error)) for paper in papers)


def _misses(paper: Paper, history: Sequence[BatchJob]) -> Sequence[BatchMiss]:
    """Return the outcome of each time that this version was submitted in vain."""
    return [
        job.misses[paper.id] for job in history if paper.id in job.misses and job.contains(paper)
    ]


def _was_unreadable(history: Sequence[BatchJob]) -> bool:
    """Return whether the last job was answered, and not one of its papers judged by that."""
    last = max(history, key=lambda job: job.at, default=None)
    return last is not None and _brought_nothing(last)


def _brought_nothing(job: BatchJob) -> bool:
    """Return whether all was answered and nothing judged, which is the model's fault.

    A job of a single paper does not count: the paper itself may be to blame.
    """
    asked = [one.id for one in job.asked()]
    return len(asked) > 1 and all(id_ in job.misses and job.misses[id_].tried for id_ in asked)


def _needs_a_question_of_its_own(paper: Paper, history: Sequence[BatchJob]) -> bool:
    """Return whether an answer about it was unusable; once, all answers of a job may be."""
    blamed = [job.key for job in history if any(miss.tried for miss in _misses(paper, (job,)))]
    failed = [job.key for job in history if _brought_nothing(job)]
    return bool(set(blamed) - set(failed)) or len(blamed) > 1


def _split_into_jobs(
    requests: Sequence[BatchRequest], history: Sequence[BatchJob]
) -> Iterator[Sequence[BatchRequest]]:
    """Split requests into jobs that the service accepts, as far as that is known."""
    limits = [math.ceil(len(job.questions) / _SPLIT) for job in history if job.never_asked]
    # With names of the greatest length possible: what fits like this, fits.
    bodies = {f"{'0' * 32}-{place}": one.body for place, one in enumerate(requests)}
    by_name = dict(zip(bodies, requests, strict=True))
    most = min(limits, default=batch_file.MOST_LINES)
    return (
        [by_name[name] for name in names]
        for names in batch_file.split_batch(bodies, most_lines=most)
    )
