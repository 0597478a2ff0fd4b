"""Jobs submitted to a batch service, so that no reply is lost and none is paid for twice."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

from paperlark.domain.batch_job import (
    BatchedPaper,
    BatchedQuestion,
    BatchJob,
    BatchJobState,
    BatchMiss,
)
from paperlark.domain.database_place import DatabasePlace
from paperlark.domain.errors import StoreBusy
from paperlark.domain.judgement import JudgementKey, ModelCall
from paperlark.domain.paper import PaperId
from paperlark.ports import BatchJobs, Progress
from paperlark.store.connection import DatabaseConnection, store_errors, transaction
from paperlark.store.judgements import insert_exchanges
from paperlark.store.quotas import charge, settle

_COLUMNS = (
    "key, day, profile, criteria, judge, model, base_url, questions, most, job, state, misses, at"
)
_REPLACED = ", ".join(f"{name} = excluded.{name}" for name in _COLUMNS.split(", "))


class BatchJobStore:
    """Implements BatchJobs on an open database."""

    def __init__(
        self,
        connection: DatabaseConnection,
        database: DatabasePlace,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        month_of_all: Decimal | None = None,
    ) -> None:
        self._connection = connection
        self._database = database
        self._now = now
        self._month_of_all = month_of_all

    def open_jobs(self) -> tuple[BatchJob, ...]:
        """Return all jobs whose replies are not stored yet."""
        return self._find("state != ?", BatchJobState.COLLECTED)

    def of(self, judgement_key: JudgementKey) -> tuple[BatchJob, ...]:
        """Return all jobs of this judgement key."""
        return self._find(
            "day = ? AND profile = ? AND criteria = ? AND judge = ?", *_key(judgement_key)
        )

    def keep(self, job: BatchJob) -> None:
        """Store a job, replacing its earlier state.

        Raises BudgetSpent for a new one that the quota of an account does not allow.
        """
        profile = job.judgement_key.profile
        with store_errors(self._database), transaction(self._connection, profile):
            if self._counted(job) is None:
                most_of_all = self._month_of_all
                charge(self._connection, profile, job.at, job.most, month_of_all=most_of_all)
            self._write(job)

    def drop(self, job: BatchJob) -> None:
        """Delete a job that never reached the service."""
        with store_errors(self._database), transaction(self._connection, job.judgement_key.profile):
            counted = self._counted(job) or Decimal(0)
            self._connection.execute("DELETE FROM jobs WHERE key = ?", (job.key,))
            settle(self._connection, job.judgement_key.profile, job.at, -counted)

    def collect(self, job: BatchJob, model_calls: Iterable[ModelCall]) -> None:
        """Store the results of a job and mark it collected, in one transaction."""
        with store_errors(self._database), transaction(self._connection, job.judgement_key.profile):
            row = self._connection.execute(
                "SELECT state FROM jobs WHERE key = ?", (job.key,)
            ).fetchone()
            if row == (BatchJobState.COLLECTED,):
                return
            calls = tuple(model_calls)
            cost = sum((one.spend.bound or Decimal(0) for one in calls), Decimal(0))
            # Before the judgements: everybody locks sums first.
            difference = cost - (self._counted(job) or Decimal(0))
            settle(self._connection, job.judgement_key.profile, job.at, difference)
            insert_exchanges(self._connection, calls, job.judgement_key, self._now())
            self._write(replace(job, state=BatchJobState.COLLECTED))

    def _counted(self, job: BatchJob) -> Decimal | None:
        """Return what a stored job may cost in US dollars, 0 if unknown; None where it is new."""
        row = self._connection.execute("SELECT most FROM jobs WHERE key = ?", (job.key,)).fetchone()
        return None if row is None else Decimal(row[0] or 0)

    def _find(self, where: str, *values: str) -> tuple[BatchJob, ...]:
        with store_errors(self._database):
            rows = self._connection.execute(
                f"SELECT {_COLUMNS} FROM jobs WHERE {where} ORDER BY at, key",  # noqa: S608  # ours
                values,
            ).fetchall()
            return tuple(_job(*row) for row in rows)

    def _write(self, job: BatchJob) -> None:
        questions = [
            (
                [(one.number, one.id, one.version) for one in posed.asked],
                str(posed.most) if posed.most is not None else None,
            )
            for posed in job.questions
        ]
        misses = {paper: (miss.reason, miss.tried) for paper, miss in job.misses.items()}
        self._connection.execute(
            f"INSERT INTO jobs ({_COLUMNS})"  # noqa: S608  # ours
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
            f" ON CONFLICT (key) DO UPDATE SET {_REPLACED}",
            (
                job.key,
                *_key(job.judgement_key),
                job.model,
                job.base_url,
                json.dumps(questions),
                str(job.most) if job.most is not None else None,
                job.name,
                job.state,
                json.dumps(misses),
                job.at.astimezone(UTC).isoformat(),
            ),
        )


def _key(judgement_key: JudgementKey) -> tuple[str, str, str, str]:
    return (
        judgement_key.day.isoformat(),
        judgement_key.profile,
        judgement_key.criteria,
        judgement_key.judge,
    )


def _job(  # noqa: PLR0913, PLR0917  # one parameter a column
    key: str,
    day: str,
    profile: str,
    criteria: str,
    judge: str,
    model: str,
    base_url: str,
    questions: str,
    _most: str | None,  # the sum over the questions, for who adds up money
    name: str | None,
    state: str,
    misses: str,
    at: str,
) -> BatchJob:
    return BatchJob(
        key=key,
        judgement_key=JudgementKey(date.fromisoformat(day), profile, criteria, judge),
        model=model,
        base_url=base_url,
        questions=tuple(
            BatchedQuestion(
                tuple(
                    BatchedPaper(number, PaperId(paper), version)
                    for number, paper, version in asked
                ),
                None if most is None else Decimal(most),
            )
            for asked, most in json.loads(questions)
        ),
        at=datetime.fromisoformat(at),
        name=name,
        state=BatchJobState(state),
        misses={paper: BatchMiss(*miss) for paper, miss in json.loads(misses).items()},
    )


def new_jobs_check(
    jobs: BatchJobs, *, recorded: bool = False
) -> Callable[[Progress], frozenset[date]]:
    """Return what raises StoreBusy where another run has submitted a batch in the meantime.

    Who began when there was none would ask, and pay, for its papers once more. With `recorded`
    feeds arXiv is not asked, and no other run works meanwhile.
    """

    def check(_progress: Progress) -> frozenset[date]:
        if jobs.open_jobs():
            raise StoreBusy(
                "another run has submitted papers as a batch in the meantime",
                hint="run the same command again to collect its answers",
            )
        return frozenset()

    return check if not recorded else lambda _: frozenset()
