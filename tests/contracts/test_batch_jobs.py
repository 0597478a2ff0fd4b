"""The contract of BatchJobs, run against each implementation."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path

import pytest

from paperlark.domain.batch_job import BatchedPaper, BatchedQuestion, BatchJob, BatchJobState
from paperlark.domain.judgement import Judgement, JudgementKey, ModelCall
from paperlark.domain.paper import PaperId
from paperlark.domain.spending import Cost, Spend, Tokens
from paperlark.ports import BatchJobs, JudgementMemory
from paperlark.store.batch_jobs import BatchJobStore
from paperlark.store.judgements import JudgementStore
from paperlark.testing import FakeBatchJobs
from standins.papers import paper
from standins.postgresql import OpenEngine

KEY = JudgementKey(date(2025, 2, 26), "Bats", "c", "gpt-4o/1")
AT = datetime(2025, 2, 26, 8, 12, tzinfo=UTC)
FIRST = PaperId("2503.00001")
JOB = BatchJob(
    key="k",
    judgement_key=KEY,
    model="gpt-4o",
    base_url="https://api.openai.com/v1",
    questions=(BatchedQuestion((BatchedPaper(412, FIRST, 1),), Decimal("0.01")),),
    at=AT,
)
JUDGED = Judgement(FIRST, 1, 8, 7, "On bats.")
PAID = Spend(Tokens(1000, 100), Cost(Decimal("0.00125"), Decimal("0.0005")))
ANSWERED = ModelCall((JUDGED,), PAID, "{}", batch=True)


@dataclass(frozen=True, slots=True)
class Stores:
    """Jobs, and the memory that stores their results."""

    jobs: BatchJobs
    memory: JudgementMemory


@pytest.fixture(params=["fake", "sqlite", "postgresql"])
def stores(
    request: pytest.FixtureRequest, tmp_path: Path, open_engine: OpenEngine
) -> Iterator[Stores]:
    path = tmp_path / "store.db"
    if request.param == "fake":
        fake = FakeBatchJobs()
        yield Stores(fake, fake.memory)
        return
    with open_engine(request.param) as connection:
        yield Stores(BatchJobStore(connection, path), JudgementStore(connection, path))


@pytest.fixture
def store(stores: Stores) -> BatchJobs:
    return stores.jobs


def test_a_job_comes_back_as_it_was_stored(store: BatchJobs) -> None:
    store.keep(JOB)
    assert store.open_jobs() == store.of(KEY) == (JOB,)
    submitted = replace(JOB, name="batch_1", state=BatchJobState.SUBMITTED)
    store.keep(submitted)
    assert store.open_jobs() == (submitted,)


def test_jobs_come_oldest_first_and_only_for_their_key(store: BatchJobs) -> None:
    later = replace(JOB, key="a", at=AT + timedelta(hours=1))
    other = replace(JOB, key="b", judgement_key=replace(KEY, profile="Birds"))
    for job in (later, other, JOB):
        store.keep(job)
    assert [job.key for job in store.open_jobs()] == ["b", "k", "a"]
    assert [job.key for job in store.of(KEY)] == ["k", "a"]


def test_moments_are_ordered_whatever_their_zone(store: BatchJobs) -> None:
    east = replace(JOB, key="a", at=AT.astimezone(timezone(timedelta(hours=9))))
    store.keep(replace(JOB, at=AT + timedelta(minutes=1)))
    store.keep(east)
    assert [job.key for job in store.open_jobs()] == ["a", "k"]


def test_a_job_that_never_reached_the_service_is_deleted(store: BatchJobs) -> None:
    store.keep(JOB)
    store.drop(JOB)
    assert store.open_jobs() == store.of(KEY) == ()


def test_collecting_stores_costs_and_judgements(stores: Stores) -> None:
    stores.jobs.keep(JOB)
    stores.jobs.collect(JOB, [ANSWERED])
    assert stores.jobs.open_jobs() == ()
    assert stores.jobs.of(KEY) == (replace(JOB, state=BatchJobState.COLLECTED),)
    assert stores.memory.judgements([paper(1)], KEY) == (JUDGED,)
    assert stores.memory.spend(KEY) == PAID


def test_collecting_twice_pays_once(stores: Stores) -> None:
    stores.jobs.keep(JOB)
    for _ in range(2):
        stores.jobs.collect(JOB, [ANSWERED])
    assert stores.memory.spend(KEY) == PAID


def test_a_collection_that_fails_stores_nothing(stores: Stores) -> None:
    def half() -> Iterator[ModelCall]:
        yield ANSWERED
        raise KeyboardInterrupt

    stores.jobs.keep(JOB)
    with pytest.raises(KeyboardInterrupt):
        stores.jobs.collect(JOB, half())
    assert stores.jobs.open_jobs() == (JOB,)
    assert stores.memory.spend(KEY).requests == 0
