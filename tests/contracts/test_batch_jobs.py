"""What every store of jobs promises."""

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
from paperlark.store.database import open_database
from paperlark.store.judgements import JudgementStore
from paperlark.testing import FakeBatchJobs
from standins.papers import paper

ASKING = JudgementKey(date(2025, 2, 26), "Bats", "c", "gpt-4o/1")
AT = datetime(2025, 2, 26, 8, 12, tzinfo=UTC)
FIRST = PaperId("2503.00001")
JOB = BatchJob(
    key="k",
    judgement_key=ASKING,
    model="gpt-4o",
    base_url="https://api.openai.com/v1",
    questions=(BatchedQuestion((BatchedPaper(412, FIRST, 1),), Decimal("0.01")),),
    at=AT,
)
SAID = Judgement(FIRST, 1, 8, 7, "On bats.")
PAID = Spend(Tokens(1000, 100), Cost(Decimal("0.00125"), Decimal("0.0005")))
ANSWERED = ModelCall((SAID,), PAID, "{}", batch=True)


@dataclass(frozen=True, slots=True)
class Kept:
    """Jobs, and the memory that knows what came of them."""

    jobs: BatchJobs
    memory: JudgementMemory


@pytest.fixture(params=["fake", "database"])
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Kept]:
    path = tmp_path / "store.db"
    if request.param == "fake":
        fake = FakeBatchJobs()
        yield Kept(fake, fake.memory)
        return
    with open_database(path) as connection:
        yield Kept(BatchJobStore(connection, path), JudgementStore(connection, path))


@pytest.fixture
def store(kept: Kept) -> BatchJobs:
    return kept.jobs


def test_a_job_is_given_back_as_it_was_kept(store: BatchJobs) -> None:
    store.keep(JOB)
    assert store.open_jobs() == store.of(ASKING) == (JOB,)
    left = replace(JOB, name="batch_1", state=BatchJobState.SUBMITTED)
    store.keep(left)
    assert store.open_jobs() == (left,)


def test_jobs_come_oldest_first_and_each_to_its_asking(store: BatchJobs) -> None:
    later = replace(JOB, key="a", at=AT + timedelta(hours=1))
    other = replace(JOB, key="b", judgement_key=replace(ASKING, profile="Birds"))
    for job in (later, other, JOB):
        store.keep(job)
    assert [job.key for job in store.open_jobs()] == ["b", "k", "a"]
    assert [job.key for job in store.of(ASKING)] == ["k", "a"]


def test_moments_are_ordered_whatever_their_zone(store: BatchJobs) -> None:
    east = replace(JOB, key="a", at=AT.astimezone(timezone(timedelta(hours=9))))
    store.keep(replace(JOB, at=AT + timedelta(minutes=1)))
    store.keep(east)
    assert [job.key for job in store.open_jobs()] == ["a", "k"]


def test_a_job_that_never_reached_the_service_is_forgotten(store: BatchJobs) -> None:
    store.keep(JOB)
    store.drop(JOB)
    assert store.open_jobs() == store.of(ASKING) == ()


def test_collecting_stores_what_was_paid_for_and_said(kept: Kept) -> None:
    kept.jobs.keep(JOB)
    kept.jobs.collect(JOB, [ANSWERED])
    assert kept.jobs.open_jobs() == ()
    assert kept.jobs.of(ASKING) == (replace(JOB, state=BatchJobState.COLLECTED),)
    assert kept.memory.judgements([paper(1)], ASKING) == (SAID,)
    assert kept.memory.spend(ASKING) == PAID


def test_collecting_twice_pays_once(kept: Kept) -> None:
    kept.jobs.keep(JOB)
    for _ in range(2):
        kept.jobs.collect(JOB, [ANSWERED])
    assert kept.memory.spend(ASKING) == PAID


def test_a_collection_that_breaks_off_leaves_nothing_behind(kept: Kept) -> None:
    def half() -> Iterator[ModelCall]:
        yield ANSWERED
        raise KeyboardInterrupt

    kept.jobs.keep(JOB)
    with pytest.raises(KeyboardInterrupt):
        kept.jobs.collect(JOB, half())
    assert kept.jobs.open_jobs() == (JOB,)
    assert kept.memory.spend(ASKING).requests == 0
