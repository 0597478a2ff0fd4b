"""Client of a batch service for one profile: submits jobs, collects and parses what came of them.

A job is stored before it is sent, so that no crash loses paid work.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from decimal import Decimal

from paperlark.domain.batch_job import WINDOW, BatchedQuestion, BatchJob, BatchJobState, BatchMiss
from paperlark.domain.chat import ChatReply
from paperlark.domain.errors import MaybeSubmitted, ModelError
from paperlark.domain.judgement import JudgementKey, ModelCall
from paperlark.domain.paper import PaperId
from paperlark.domain.profile import Cutoffs
from paperlark.domain.spending import Spend
from paperlark.judges.reply import parse_reply
from paperlark.llm.batch import BatchService, BatchStatus, Stage
from paperlark.llm.batch_file import BatchReplies, BatchReply, Body
from paperlark.ports import BatchJobs, Progress

_log = logging.getLogger(__name__)
_OMITTED = BatchReply(None, "the batch service left it out", tried=False)

Question = tuple[BatchedQuestion, Body]
"""Which papers a request asks about, and the request."""


@dataclass(frozen=True, slots=True)
class BatchResults:
    """What came of a job: each of its papers has a judgement or a miss."""

    model_calls: tuple[ModelCall, ...]
    misses: Mapping[PaperId, BatchMiss]


def parse_results(job: BatchJob, replies: BatchReplies, cutoffs: Cutoffs) -> BatchResults:
    """Parse all replies of a job.

    A reply under an unknown name judges nothing; where a question has no reply, it may be that
    one's, and was paid for.
    """
    parsed = [
        _parse(question, replies.by_name.get(name, _OMITTED), cutoffs)
        for name, question in job.names.items()
    ]
    unanswered = [one for name, one in job.names.items() if name not in replies.by_name]
    strays = (_model_call(stray, unanswered) for stray in replies.strays[: len(unanswered)])
    return BatchResults(
        (*(model_call for one in parsed for model_call in one.model_calls), *strays),
        {paper: miss for one in parsed for paper, miss in one.misses.items()},
    )


def no_results(job: BatchJob, reason: str, *, maybe_paid: bool) -> BatchResults:
    """Return the results of a job that will never be answered."""
    lost = ModelCall((), Spend(None, None, len(job.questions), job.most), batch=True)
    misses = {one.id: BatchMiss(reason, tried=False) for one in job.asked()}
    return BatchResults((lost,) if maybe_paid else (), misses)


def _parse(question: BatchedQuestion, answer: BatchReply, cutoffs: Cutoffs) -> BatchResults:
    if answer.reply is None or answer.problem is not None:
        miss = BatchMiss(answer.problem or "", answer.tried)
        model_calls = () if answer.reply is None else (_model_call(answer.reply, [question]),)
        return BatchResults(model_calls, {one.id: miss for one in question.asked})
    model_call = _model_call(answer.reply, [question])
    try:
        papers = {one.number: one for one in question.asked}
        parsed = parse_reply(answer.reply.text, papers, cutoffs)
    except Exception as error:  # noqa: BLE001  # a bug in the parser loses nothing that was paid for
        miss = BatchMiss(f"its answer could not be read ({type(error).__name__})", tried=True)
        return BatchResults((model_call,), {one.id: miss for one in question.asked})
    misses = {paper: BatchMiss(reason, tried=True) for paper, reason in parsed.faults.items()}
    return BatchResults((replace(model_call, judgements=parsed.judgements),), misses)


def _model_call(reply: ChatReply, candidates: Sequence[BatchedQuestion]) -> ModelCall:
    """Return what was paid for; an unknown cost is bounded by the most expensive candidate's."""
    spend = reply.spend
    if spend.cost is None:
        bounds = [one.most for one in candidates if one.most is not None]
        most = max(bounds, default=Decimal(0)) if len(bounds) == len(candidates) else None
        spend = replace(spend, most=most)
    return ModelCall((), spend, reply.text, batch=True)


def _utc_now() -> datetime:
    return datetime.now(UTC)


def new_key() -> str:
    """Return a random key that no other job has, on any machine."""
    return secrets.token_hex(16)


@dataclass(slots=True)
class BatchClient:
    """Submits and collects the jobs of one profile at one service.

    `problems` says, by a job's key, what keeps it from being collected.
    """

    service: BatchService
    jobs: BatchJobs
    profile: str
    model: str
    cutoffs: Cutoffs
    now: Callable[[], datetime] = _utc_now
    new_key: Callable[[], str] = new_key
    problems: dict[str, str] = field(default_factory=dict)
    _is_collected: bool = False

    def pending(self, judgement_key: JudgementKey) -> tuple[BatchJob, ...]:
        """Return the jobs of any day that may still judge under these criteria by this judge."""
        now = self.now()
        return tuple(
            job
            for job in self.jobs.open_jobs()
            if (job.judgement_key.criteria, job.judgement_key.judge)
            == (judgement_key.criteria, judgement_key.judge)
            and job.is_open(now, ours=self.is_own(job))
        )

    def is_own(self, job: BatchJob) -> bool:
        """Return whether it is collected here: another profile may have another key."""
        return (job.judgement_key.profile, job.base_url) == (self.profile, self.service.base_url)

    def collect(self, progress: Progress) -> frozenset[date]:
        """Store what came of all jobs, once a run; return the days they were submitted for.

        Raises only StoreError: what cannot be collected now can be later.
        """
        jobs = (
            [] if self._is_collected else [job for job in self.jobs.open_jobs() if self.is_own(job)]
        )
        self._is_collected = True
        days: set[date] = set()
        if jobs:
            with progress.step("collecting", len(jobs)) as advance:
                for job in jobs:
                    days |= {job.judgement_key.day} if self._try_to_collect(job) else set()
                    advance()
        return frozenset(days)

    def submit(self, judgement_key: JudgementKey, questions: Sequence[Question]) -> BatchJob:
        """Submit questions as one job, and return its new state.

        Where it is unknown whether the service accepted it, it stays LEAVING. Raises ModelError
        where it did not, and then there is no such job.
        """
        job = BatchJob(
            key=self.new_key(),
            judgement_key=judgement_key,
            model=self.model,
            base_url=self.service.base_url,
            questions=tuple(question for question, _ in questions),
            at=self.now(),
        )
        bodies = dict(zip(job.names, (body for _, body in questions), strict=True))
        self.jobs.keep(job)
        try:
            name = self.service.create(self.service.upload(bodies, job.key), job.key)
        except MaybeSubmitted as error:
            _log.info("batch %s: %s", job.key, error.problem)
            self.problems[job.key] = error.problem
            return job
        except ModelError:
            self.jobs.drop(job)
            raise
        _log.info("batch %s submitted: %d questions", job.key, len(questions))
        return self._submitted(job, name)

    def _submitted(self, job: BatchJob, name: str) -> BatchJob:
        submitted = replace(job, name=name, state=BatchJobState.SUBMITTED)
        self.jobs.keep(submitted)
        return submitted

    def _try_to_collect(self, job: BatchJob) -> bool:
        try:
            return self._collect(job)
        except ModelError as error:
            _log.info("batch %s cannot be collected now: %s", job.key, error.problem)
            self.problems[job.key] = error.problem
            return False

    def _collect(self, job: BatchJob) -> bool:
        """Store what came of a job; return whether anything did."""
        try:
            name = job.name or self.service.find(job.key)
        except ModelError as error:
            if self.now() - job.at < WINDOW:
                raise
            # Whether it was submitted is not known any more: it may have been billed.
            return self._store(job, no_results(job, error.problem, maybe_paid=True))
        if name is None:
            _log.info("batch %s was never submitted: dropped", job.key)
            self.jobs.drop(job)
            return False
        if job.name is None:
            job = self._submitted(job, name)
        results = self._results(job, self.service.status(name))
        if results is None:
            _log.info("batch %s is not answered yet", job.key)
            return False
        return self._store(job, results)

    def _store(self, job: BatchJob, results: BatchResults) -> bool:
        self.jobs.collect(replace(job, misses=results.misses), results.model_calls)
        judged = sum(len(call.judgements) for call in results.model_calls)
        message = "batch %s collected: %d judgements, %d papers without one"
        _log.info(message, job.key, judged, len(results.misses))
        return True

    def _results(self, job: BatchJob, status: BatchStatus) -> BatchResults | None:
        """Return what came of a job, None where it is not over."""
        if status.stage is Stage.REFUSED:
            reason = f"the batch service refused it: {status.problem}"
            return no_results(job, reason, maybe_paid=False)
        if status.stage is Stage.OVER:
            replies = self.service.answers(status, job.names)
            if replies is not None:
                return parse_results(job, replies, self.cutoffs)
            status = replace(status, stage=Stage.GONE, problem="its answers are gone")
        if status.stage is Stage.GONE and self.now() - job.at >= WINDOW:
            return no_results(job, status.problem, maybe_paid=True)
        if status.problem:
            self.problems[job.key] = status.problem
        return None
