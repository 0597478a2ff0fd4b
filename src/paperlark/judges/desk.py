"""Our side of a batch service: what is left there is written down first, and collected once."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime

from paperlark.domain.errors import MaybeLeft, ModelError
from paperlark.domain.job import WINDOW, Job, JobState, Posed
from paperlark.domain.judgement import Asking
from paperlark.domain.profile import Cutoffs
from paperlark.judges.collecting import Collected, nothing_of, read_job
from paperlark.llm.batch import BatchService, Stage, Standing
from paperlark.llm.batch_file import Body
from paperlark.ports import Jobs, Progress

Question = tuple[Posed, Body]
"""Which papers are asked about, and the words."""


def _utc_now() -> datetime:
    return datetime.now(UTC)


def new_key() -> str:
    """Draw a key that no other job has, on any machine."""
    return secrets.token_hex(16)


@dataclass(slots=True)
class Desk:
    """Leaves and collects the jobs of one profile at one service.

    What keeps a job from being collected is in `troubles`, by its key.
    """

    service: BatchService
    jobs: Jobs
    profile: str
    model: str
    cutoffs: Cutoffs
    now: Callable[[], datetime] = _utc_now
    draw_key: Callable[[], str] = new_key
    troubles: dict[str, str] = field(default_factory=dict)
    _is_collected: bool = False

    def living(self, asking: Asking) -> tuple[Job, ...]:
        """Give the jobs of any day that may judge under these criteria by this judge yet."""
        now = self.now()
        return tuple(
            job
            for job in self.jobs.living()
            if (job.asking.criteria, job.asking.judge) == (asking.criteria, asking.judge)
            and job.lives(now, ours=self.is_ours(job))
        )

    def is_ours(self, job: Job) -> bool:
        """Whether it is collected here: another profile may have another key, or pay otherwise."""
        return (job.asking.profile, job.base_url) == (self.profile, self.service.base_url)

    def collect(self, progress: Progress) -> frozenset[date]:
        """Store all that came of all jobs, once a run, and give the days that they were left for.

        Raises StoreError alone: what cannot be collected now can be later.
        """
        jobs = (
            [] if self._is_collected else [job for job in self.jobs.living() if self.is_ours(job)]
        )
        self._is_collected = True
        days: set[date] = set()
        if jobs:
            with progress.step("collecting", len(jobs)) as advance:
                for job in jobs:
                    days |= {job.asking.day} if self._try_to_collect(job) else set()
                    advance()
        return frozenset(days)

    def leave(self, asking: Asking, questions: Sequence[Question]) -> Job:
        """Leave questions as one job, and give it as it is then.

        Where nobody knows whether the service took it, it is still LEAVING. Raises ModelError
        where it did not, and then there is no such job.
        """
        job = Job(
            key=self.draw_key(),
            asking=asking,
            model=self.model,
            base_url=self.service.base_url,
            questions=tuple(posed for posed, _ in questions),
            at=self.now(),
        )
        bodies = dict(zip(job.names, (body for _, body in questions), strict=True))
        self.jobs.keep(job)
        try:
            name = self.service.create(self.service.upload(bodies, job.key), job.key)
        except MaybeLeft as error:
            self.troubles[job.key] = error.problem
            return job
        except ModelError:
            self.jobs.drop(job)
            raise
        return self._left(job, name)

    def _left(self, job: Job, name: str) -> Job:
        left = replace(job, name=name, state=JobState.LEFT)
        self.jobs.keep(left)
        return left

    def _try_to_collect(self, job: Job) -> bool:
        try:
            return self._collect(job)
        except ModelError as error:
            self.troubles[job.key] = error.problem
            return False

    def _collect(self, job: Job) -> bool:
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
        self.jobs.collect(replace(job, misses=collected.misses), collected.exchanges)
        return True

    def _find(self, job: Job) -> str | None:
        """Give the service's name of a job that may have been left; None where it was not."""
        try:
            return self.service.find(job.key)
        except ModelError:
            if self.now() - job.at < WINDOW:
                raise
            return None

    def _come_of(self, job: Job, standing: Standing) -> Collected | None:
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
