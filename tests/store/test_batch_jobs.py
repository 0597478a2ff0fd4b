from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paperlark.domain.batch_job import (
    WINDOW,
    BatchedPaper,
    BatchedQuestion,
    BatchJob,
    BatchJobState,
    BatchMiss,
)
from paperlark.domain.errors import StoreError
from paperlark.domain.judgement import Judgement, JudgementKey, ModelCall
from paperlark.domain.paper import PaperId
from paperlark.domain.spending import Cost, Spend, Tokens
from paperlark.store.batch_jobs import BatchJobStore
from paperlark.store.connection import DatabaseConnection
from paperlark.store.database import open_database
from paperlark.store.judgements import JudgementStore
from standins.papers import paper
from standins.postgresql import ENGINES, OpenEngine

DAY = date(2025, 2, 26)
ASKING = JudgementKey(DAY, "Bats", "c", "gpt-4o/1")
AT = datetime(2025, 2, 26, 8, 12, tzinfo=UTC)
FIRST, SECOND = PaperId("2503.00001"), PaperId("2503.00002")
JOB = BatchJob(
    key="k",
    judgement_key=ASKING,
    model="gpt-4o",
    base_url="https://api.openai.com/v1",
    questions=(
        BatchedQuestion((BatchedPaper(412, FIRST, 1),), Decimal("0.01")),
        BatchedQuestion((BatchedPaper(137, SECOND, 2),), Decimal("0.0025")),
    ),
    at=AT,
)
SAID = Judgement(FIRST, 1, 8, 7, "On bats.")
PAID = Spend(Tokens(1000, 100), Cost(Decimal("0.00125"), Decimal("0.0005")))
ANSWERED = ModelCall((SAID,), PAID, "{}", batch=True)


@pytest.fixture(params=ENGINES)
def connection(
    request: pytest.FixtureRequest, open_engine: OpenEngine
) -> Iterator[DatabaseConnection]:
    with open_engine(request.param) as opened:
        yield opened


@pytest.fixture
def store(connection: DatabaseConnection) -> BatchJobStore:
    return BatchJobStore(connection, Path("store.db"), now=lambda: AT)


def test_collecting_stores_answers_and_judgements_at_half_the_price(
    store: BatchJobStore, connection: DatabaseConnection
) -> None:
    store.keep(JOB)
    misses = {SECOND: BatchMiss("the model's reply left it out", tried=True)}
    store.collect(replace(JOB, misses=misses), [ANSWERED])
    assert store.open_jobs() == ()
    assert store.of(ASKING) == (replace(JOB, misses=misses, state=BatchJobState.COLLECTED),)
    memory = JudgementStore(connection, Path("store.db"))
    assert memory.judgements([paper(1), paper(2, version=2)], ASKING) == (SAID,)
    assert memory.spend(ASKING) == PAID
    assert connection.execute("SELECT batch FROM exchanges").fetchall() == [(1,)]


def test_a_database_that_cannot_be_written_is_told(
    store: BatchJobStore, connection: DatabaseConnection
) -> None:
    on_sqlite = isinstance(connection, sqlite3.Connection)
    connection.execute(
        "PRAGMA query_only = ON" if on_sqlite else "SET default_transaction_read_only = on"
    )
    with pytest.raises(StoreError, match=r"the database \S+ cannot be used"):
        store.keep(JOB)


PAPERS = st.integers(1, 99_999).map(lambda number: PaperId(f"2503.{number:05}"))
ASKED = st.builds(BatchedPaper, st.integers(100, 999), PAPERS, st.integers(1, 20))
POSED = st.builds(
    BatchedQuestion,
    st.lists(ASKED, max_size=4).map(tuple),
    st.none() | st.decimals(0, 100, allow_nan=False, places=6),
)
JOBS = st.builds(
    BatchJob,
    key=st.text("0123456789abcdef", min_size=1, max_size=32),
    judgement_key=st.just(ASKING),
    model=st.text(max_size=10),
    base_url=st.text(max_size=10),
    questions=st.lists(POSED, max_size=4).map(tuple),
    at=st.datetimes(datetime(2020, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    name=st.none() | st.text(max_size=10),
    state=st.sampled_from(BatchJobState),
    misses=st.dictionaries(PAPERS, st.builds(BatchMiss, st.text(max_size=20), st.booleans())),
)


@pytest.mark.slow
@given(JOBS)
def test_any_job_is_given_back_as_it_was_kept(
    tmp_path_factory: pytest.TempPathFactory, job: BatchJob
) -> None:
    with open_database(tmp_path_factory.mktemp("jobs") / "store.db") as connection:
        store = BatchJobStore(connection, Path("store.db"))
        store.keep(job)
        assert store.of(ASKING) == (job,)
        assert store.open_jobs() == (() if job.state is BatchJobState.COLLECTED else (job,))


@pytest.mark.parametrize(
    ("age", "ours", "lives"),
    [
        (timedelta(), True, True),
        (WINDOW * 10, True, True),
        (timedelta(hours=47), False, True),
        (WINDOW, False, False),
    ],
)
def test_nobody_waits_for_ever_for_another_s_job(
    age: timedelta, *, ours: bool, lives: bool
) -> None:
    assert JOB.is_open(AT + age, ours=ours) is lives


def test_a_collected_job_lives_no_more() -> None:
    assert not replace(JOB, state=BatchJobState.COLLECTED).is_open(AT, ours=True)


def test_a_job_costs_what_its_questions_cost() -> None:
    assert JOB.most == Decimal("0.0125")
    unknown = replace(JOB, questions=(*JOB.questions, BatchedQuestion((), None)))
    assert unknown.most is None


def test_a_job_of_which_nothing_was_tried_is_told_from_one_that_was() -> None:
    never = {id_: BatchMiss("expired", tried=False) for id_ in (FIRST, SECOND)}
    over = replace(JOB, state=BatchJobState.COLLECTED)
    assert replace(over, misses=never).never_asked
    assert not replace(over, misses={FIRST: never[FIRST]}).never_asked
    assert not replace(over, misses=never | {FIRST: BatchMiss("blank", tried=True)}).never_asked
    assert not replace(JOB, misses=never).never_asked


def test_a_job_asks_about_a_version_of_a_paper() -> None:
    assert JOB.contains(paper(2, version=2))
    assert not JOB.contains(paper(2))
    assert list(JOB.names) == ["k-0", "k-1"]
