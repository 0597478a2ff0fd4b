"""What a batch service gave back in, what was paid for and what is still missing out. Pure."""

from __future__ import annotations

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
from paperlark.judges import reply
from paperlark.llm.batch import BatchService, BatchStatus, Stage
from paperlark.llm.batch_file import BatchReplies, BatchReply, Body
from paperlark.ports import BatchJobs, Progress

_LEFT_OUT = BatchReply(None, "the batch service left it out", tried=False)


@dataclass(frozen=True, slots=True)
class BatchResults:
    """What came of questions: every paper of them has a judgement or a miss."""

    model_calls: tuple[ModelCall, ...]
    misses: Mapping[PaperId, BatchMiss]


def read_job(job: BatchJob, answers: BatchReplies, cutoffs: Cutoffs) -> BatchResults:
    """Read all that came back of a job.

    A reply under a name that nobody asked judges nothing; where a question has none, it may be
    that one's, and was paid for.
    """
    read = [
        _read(posed, answers.by_name.get(name, _LEFT_OUT), cutoffs)
        for name, posed in job.names.items()
    ]
    silent = [posed for name, posed in job.names.items() if name not in answers.by_name]
    strays = (_exchange(stray, silent) for stray in answers.strays[: len(silent)])
    return BatchResults(
        (*(model_call for one in read for model_call in one.model_calls), *strays),
        {paper: miss for one in read for paper, miss in one.misses.items()},
    )


def nothing_of(job: BatchJob, reason: str, *, maybe_paid: bool) -> BatchResults:
    """Say that nothing came, and never will."""
    lost = ModelCall((), Spend(None, None, len(job.questions), job.most), batch=True)
    misses = {one.id: BatchMiss(reason, tried=False) for one in job.asked()}
    return BatchResults((lost,) if maybe_paid else (), misses)


def _read(posed: BatchedQuestion, answer: BatchReply, cutoffs: Cutoffs) -> BatchResults:
    if answer.reply is None or answer.problem is not None:
        miss = BatchMiss(answer.problem or "", answer.tried)
        model_calls = () if answer.reply is None else (_exchange(answer.reply, [posed]),)
        return BatchResults(model_calls, {one.id: miss for one in posed.asked})
    model_call = _exchange(answer.reply, [posed])
    try:
        papers = {one.number: one for one in posed.asked}
        reading = reply.parse_reply(answer.reply.text, papers, cutoffs)
    except Exception as error:  # noqa: BLE001  # a bug in the reader loses nothing that was paid for
        miss = BatchMiss(f"its answer could not be read ({type(error).__name__})", tried=True)
        return BatchResults((model_call,), {one.id: miss for one in posed.asked})
    misses = {paper: BatchMiss(reason, tried=True) for paper, reason in reading.faults.items()}
    return BatchResults((replace(model_call, judgements=reading.judgements),), misses)


def _exchange(said: ChatReply, of: Sequence[BatchedQuestion]) -> ModelCall:
    """Give what was paid for; what nobody knows the cost of cost no more than the dearest."""
    spend = said.spend
    if spend.cost is None:
        bounds = [posed.most for posed in of if posed.most is not None]
        spend = replace(
            spend, most=max(bounds, default=Decimal(0)) if len(bounds) == len(of) else None
        )
    return ModelCall((), spend, said.text, batch=True)


Question = tuple[BatchedQuestion, Body]
"""Which papers are asked about, and the words."""


def _utc_now() -> datetime:
    return datetime.now(UTC)


def new_key() -> str:
    """Draw a key that no other job has, on any machine."""
    return secrets.token_hex(16)


@dataclass(slots=True)
class BatchClient:
    """Leaves and collects the jobs of one profile at one service.

    What keeps a job from being collected is in `troubles`, by its key.
    """

    service: BatchService
    jobs: BatchJobs
    profile: str
    model: str
    cutoffs: Cutoffs
    now: Callable[[], datetime] = _utc_now
    draw_key: Callable[[], str] = new_key
    troubles: dict[str, str] = field(default_factory=dict)
    _is_collected: bool = False

    def living(self, judgement_key: JudgementKey) -> tuple[BatchJob, ...]:
        """Give the jobs of any day that may judge under these criteria by this judge yet."""
        now = self.now()
        return tuple(
            job
            for job in self.jobs.open_jobs()
            if (job.judgement_key.criteria, job.judgement_key.judge)
            == (judgement_key.criteria, judgement_key.judge)
            and job.is_open(now, ours=self.is_ours(job))
        )

    def is_ours(self, job: BatchJob) -> bool:
        """Whether it is collected here: another profile may have another key, or pay otherwise."""
        return (job.judgement_key.profile, job.base_url) == (self.profile, self.service.base_url)

    def collect(self, progress: Progress) -> frozenset[date]:
        """Store all that came of all jobs, once a run, and give the days that they were left for.

        Raises StoreError alone: what cannot be collected now can be later.
        """
        jobs = (
            []
            if self._is_collected
            else [job for job in self.jobs.open_jobs() if self.is_ours(job)]
        )
        self._is_collected = True
        days: set[date] = set()
        if jobs:
            with progress.step("collecting", len(jobs)) as advance:
                for job in jobs:
                    days |= {job.judgement_key.day} if self._try_to_collect(job) else set()
                    advance()
        return frozenset(days)

    def leave(self, judgement_key: JudgementKey, questions: Sequence[Question]) -> BatchJob:
        """Leave questions as one job, and give it as it is then.

        Where nobody knows whether the service took it, it is still LEAVING. Raises ModelError
        where it did not, and then there is no such job.
        """
        job = BatchJob(
            key=self.draw_key(),
            judgement_key=judgement_key,
            model=self.model,
            base_url=self.service.base_url,
            questions=tuple(posed for posed, _ in questions),
            at=self.now(),
        )
        bodies = dict(zip(job.names, (body for _, body in questions), strict=True))
        self.jobs.keep(job)
        try:
            name = self.service.create(self.service.upload(bodies, job.key), job.key)
        except MaybeSubmitted as error:
            self.troubles[job.key] = error.problem
            return job
        except ModelError:
            self.jobs.drop(job)
            raise
        return self._left(job, name)

    def _left(self, job: BatchJob, name: str) -> BatchJob:
        left = replace(job, name=name, state=BatchJobState.SUBMITTED)
        self.jobs.keep(left)
        return left

    def _try_to_collect(self, job: BatchJob) -> bool:
        try:
            return self._collect(job)
        except ModelError as error:
            self.troubles[job.key] = error.problem
            return False

    def _collect(self, job: BatchJob) -> bool:
        """Store what came of a job; tell whether anything did."""
        name = job.name or self._find(job)
        if name is None:
            self.jobs.drop(job)
            return False
        if job.name is None:
            job = self._left(job, name)
        collected = self._come_of(job, self.service.look(name))
        if collected is None:
            return False
        self.jobs.collect(replace(job, misses=collected.misses), collected.model_calls)
        return True

    def _find(self, job: BatchJob) -> str | None:
        """Give the service's name of a job that may have been left; None where it was not."""
        try:
            return self.service.find(job.key)
        except ModelError:
            if self.now() - job.at < WINDOW:
                raise
            return None

    def _come_of(self, job: BatchJob, standing: BatchStatus) -> BatchResults | None:
        """Give what came of a job, None where it is not over."""
        if standing.stage is Stage.REFUSED:
            reason = f"the batch service refused it: {standing.problem}"
            return nothing_of(job, reason, maybe_paid=False)
        if standing.stage is Stage.OVER:
            answers = self.service.answers(standing, job.names)
            if answers is not None:
                return read_job(job, answers, self.cutoffs)
            standing = replace(standing, stage=Stage.GONE, problem="its answers are gone")
        if standing.stage is Stage.GONE and self.now() - job.at >= WINDOW:
            return nothing_of(job, standing.problem, maybe_paid=True)
        if standing.problem:
            self.troubles[job.key] = standing.problem
        return None
