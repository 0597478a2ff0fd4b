"""Questions under way: noted before they are sent, ended in the transaction of their cost."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paperlark.domain.batch_job import BatchedPaper, BatchedQuestion, BatchJob
from paperlark.domain.errors import StoreError
from paperlark.domain.judgement import JudgementKey, ModelCall
from paperlark.domain.spending import (
    Outstanding,
    Spend,
    Tokens,
    UnderWay,
    all_under_way,
    noted,
    notes_of,
    total,
)
from paperlark.ports import QuestionBook
from paperlark.store.batch_jobs import BatchJobStore
from paperlark.store.connection import DatabaseConnection
from paperlark.store.database import open_database
from paperlark.store.judgements import JudgementStore, StoredQuestions
from paperlark.store.spending import SpendingStore
from paperlark.testing import FakeQuestionBook, a_paper

DAY, NEXT = date(2025, 2, 26), date(2025, 2, 27)
KEY = JudgementKey(DAY, "Mine", "criteria", "gpt-4o/abc")
AT = datetime(2025, 2, 28, 23, 59, tzinfo=UTC)
FEBRUARY, MARCH = date(2025, 2, 1), date(2025, 3, 1)
MOST = Decimal("0.0123")
USED = Tokens(1000, 300)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "store.db"


@pytest.fixture
def connection(path: Path) -> Iterator[DatabaseConnection]:
    with open_database(path) as opened:
        yield opened


@pytest.fixture
def book(connection: DatabaseConnection, path: Path) -> Iterator[StoredQuestions]:
    del connection  # opened before the book
    with StoredQuestions(path, "Mine", now=lambda: AT) as opened:
        opened.begin(DAY)
        yield opened


def test_a_note_is_on_the_disk_before_anything_is_sent(book: StoredQuestions, path: Path) -> None:
    book.note("gpt-4o", USED, MOST)
    with closing(sqlite3.connect(path)) as another:
        rows = another.execute("SELECT day, profile, model, most, at FROM under_way").fetchall()
    assert rows == [("2025-02-26", "Mine", "gpt-4o", "0.0123", "2025-02-28T23:59:00+00:00")]


def test_a_note_ends_with_the_storing_of_its_answer(
    book: StoredQuestions, connection: DatabaseConnection, path: Path
) -> None:
    answered, lost = (book.note("gpt-4o", USED, MOST) for _ in range(2))
    memory = JudgementStore(connection, path)
    memory.keep(ModelCall((), noted(Spend(Tokens(900, 20), None), (answered,))), KEY)
    assert book.left(DAY) == UnderWay(1, USED, MOST)
    book.drop(lost)
    assert book.left(DAY) is None


def test_an_answer_that_cannot_be_stored_stays_noted(
    book: StoredQuestions, connection: DatabaseConnection, path: Path
) -> None:
    key = book.note("gpt-4o", USED, MOST)
    connection.execute(
        "CREATE TRIGGER full BEFORE DELETE ON under_way BEGIN SELECT RAISE(ABORT, 'full'); END"
    )
    with pytest.raises(StoreError, match="full"):
        JudgementStore(connection, path).keep(ModelCall((), noted(Spend(USED, None), (key,))), KEY)
    assert connection.execute("SELECT count(*) FROM exchanges").fetchone() == (0,)
    assert book.left(DAY) == UnderWay(1, USED, MOST)


def test_what_is_under_way_counts_against_the_caps_of_its_page_and_month(
    book: StoredQuestions, connection: DatabaseConnection, path: Path
) -> None:
    book.note("gpt-4o", USED, MOST)
    book.begin(NEXT)
    book.note("gpt-4o", USED, MOST)
    book.note("unheard-of", USED, None)
    spending = SpendingStore(connection, path)
    assert spending.before("Mine", DAY, AT) == (FEBRUARY, MOST, 2 * MOST)
    assert spending.on_page("Another", DAY) == 0
    assert spending.in_month(MARCH) == 0


def test_outstanding_questions_are_told_by_model_and_reader(
    book: StoredQuestions, connection: DatabaseConnection, path: Path
) -> None:
    for _ in range(3):
        book.note("gpt-4o", USED, MOST)
    book.note("unheard-of", USED, None)
    posed = BatchedQuestion((BatchedPaper(412, a_paper().id, 1),), MOST)
    job = BatchJob("key", KEY, "gpt-4o", "https://example.org/v1", (posed, posed), AT)
    BatchJobStore(connection, path).keep(job)
    spending = SpendingStore(connection, path)
    every = (
        Outstanding("gpt-4o", "Mine", UnderWay(3, Tokens(3000, 900), 3 * MOST)),
        Outstanding("gpt-4o", "Mine", UnderWay(2, None, 2 * MOST), batch=True),
        Outstanding("unheard-of", "Mine", UnderWay(1, USED, None)),
    )
    assert spending.outstanding() == spending.outstanding(FEBRUARY) == every
    assert spending.outstanding(MARCH) == ()


def test_questions_are_noted_on_any_thread(book: StoredQuestions) -> None:
    with ThreadPoolExecutor(8) as pool:
        keys = list(pool.map(lambda _: book.note("gpt-4o", USED, MOST), range(40)))
    assert len(set(keys)) == 40
    assert book.left(DAY) == UnderWay(40, Tokens(40_000, 12_000), 40 * MOST)


def test_after_the_run_nothing_is_noted_and_so_nothing_sent(book: StoredQuestions) -> None:
    with book:
        key = book.note("gpt-4o", USED, MOST)
    with pytest.raises(StoreError, match="the run has ended"):
        book.note("gpt-4o", USED, MOST)
    book.drop(key)  # raises nothing


class Free(NamedTuple):
    """What the system says of a disk."""

    free: int


def test_a_full_disk_is_noticed_before_each_question(
    book: StoredQuestions, monkeypatch: pytest.MonkeyPatch
) -> None:
    book.note("gpt-4o", USED, MOST)
    monkeypatch.setattr("paperlark.store.connection.shutil.disk_usage", lambda _: Free(2**20))
    with pytest.raises(StoreError, match=r"is full \(1 MB free\), so the model is not asked"):
        book.note("gpt-4o", USED, MOST)
    assert book.left(DAY) == UnderWay(1, USED, MOST)


@pytest.mark.parametrize("kind", ["fake", "sqlite"])
def test_every_book_keeps_to_the_contract(kind: str, book: StoredQuestions) -> None:
    either: QuestionBook = book if kind == "sqlite" else FakeQuestionBook()
    one, other = either.note("gpt-4o", USED, MOST), either.note("gpt-4o", USED, None)
    assert one != other
    either.drop(one)
    either.drop(one)
    assert either.note("gpt-4o", USED, MOST) not in {one, other}


_DOLLARS = st.decimals(0, 10, places=7)
_COUNTS = st.integers(0, 10**6)
_UNDER_WAY = st.builds(
    UnderWay,
    st.integers(1, 9),
    st.builds(Tokens, _COUNTS, _COUNTS) | st.none(),
    _DOLLARS | st.none(),
)


@given(st.lists(_UNDER_WAY, max_size=6), st.lists(_UNDER_WAY, max_size=6))
def test_sums_of_what_is_under_way_do_not_depend_on_how_they_are_added(
    some: list[UnderWay], more: list[UnderWay]
) -> None:
    parts = [one for one in (all_under_way(some), all_under_way(more)) if one]
    assert all_under_way(parts) == all_under_way([*some, *more])
    whole = all_under_way([*some, *more])
    if whole is not None and whole.most is not None:
        assert whole.most == sum(one.most or Decimal(0) for one in [*some, *more])


@given(st.lists(st.tuples(_DOLLARS, st.lists(st.text(max_size=3), max_size=3)), max_size=5))
def test_the_sum_of_spends_ends_the_notes_of_each(parts: list[tuple[Decimal, list[str]]]) -> None:
    spends = [noted(Spend(None, None, most=most), tuple(keys)) for most, keys in parts]
    assert notes_of(total(spends)) == tuple(key for _, keys in parts for key in keys)
    assert total(spends).bound == sum((most for most, _ in parts), Decimal(0))


@given(st.lists(st.tuples(_DOLLARS, st.sampled_from("ack")), max_size=8))
def test_books_and_bill_agree_however_questions_end(ends: list[tuple[Decimal, str]]) -> None:
    """Each question is answered for its most, cut off, or certainly not billed ("k")."""
    book, spent = FakeQuestionBook(), Decimal(0)
    for most, end in ends:
        key = book.note("gpt-4o", USED, most)
        if end != "c":
            book.drop(key)
            spent += most if end == "a" else 0
    left = all_under_way(book.notes.values())
    told = spent + ((left.most if left else None) or Decimal(0))
    assert told == sum((most for most, end in ends if end != "k"), Decimal(0))
