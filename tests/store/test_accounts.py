"""What is looked up of one paper comes whole, in order, and of its reader alone."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from paperlark.domain.account import Listed, Question, Said
from paperlark.domain.announcement import AnnounceType, Via
from paperlark.domain.judgement import Asking, Exchange, Judgement
from paperlark.domain.paper import PaperId
from paperlark.domain.spending import Cost, Spend, Tokens
from paperlark.store.accounts import AccountStore
from paperlark.store.batches import BatchStore
from paperlark.store.database import open_database
from paperlark.store.digests import DigestStore
from paperlark.store.judgements import JudgementStore
from paperlark.testing import a_feed, a_paper
from standins.digests import digest

MONDAY, TUESDAY = date(2025, 2, 24), date(2025, 2, 25)
AT = datetime(2025, 2, 25, 8, 12, tzinfo=UTC)
PAPER, OTHER = a_paper("2502.00001"), a_paper("2502.00002")
PAID = Spend(Tokens(100, 10), Cost(Decimal("0.00025"), Decimal("0.0001")))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "store.db"


@pytest.fixture
def connection(path: Path) -> Iterator[sqlite3.Connection]:
    with open_database(path) as opened:
        yield opened


@pytest.fixture
def accounts(connection: sqlite3.Connection, path: Path) -> AccountStore:
    return AccountStore(connection, path, "Mine")


def test_every_category_s_announcement_is_given_oldest_first(
    connection: sqlite3.Connection, path: Path, accounts: AccountStore
) -> None:
    batches, again = BatchStore(connection, path), replace(PAPER, version=2)
    batches.keep(a_feed(again, category="cs.CL", type=AnnounceType.REPLACE), TUESDAY)
    batches.keep(a_feed(PAPER, category="cs.LG", type=AnnounceType.CROSS), MONDAY)
    batches.keep(a_feed(PAPER, OTHER, category="cs.AI"), MONDAY)
    assert accounts.listed(PAPER.id) == (
        Listed(MONDAY, "cs.AI", AnnounceType.NEW, 1, Via.RSS),
        Listed(MONDAY, "cs.LG", AnnounceType.CROSS, 1, Via.RSS),
        Listed(TUESDAY, "cs.CL", AnnounceType.REPLACE, 2, Via.RSS),
    )


def test_days_it_was_looked_at_are_the_reader_s_own_and_in_order(
    connection: sqlite3.Connection, path: Path, accounts: AccountStore
) -> None:
    archive = DigestStore(connection, path)
    archive.file(digest(day=TUESDAY, profile="Mine", scanned=(PAPER.id,)))
    archive.file(digest(day=MONDAY, profile="Mine", scanned=(OTHER.id, PAPER.id)))
    later = TUESDAY + timedelta(days=1)
    archive.file(digest(day=later, profile="Yours", scanned=(PAPER.id,)))
    assert accounts.looked_at(PAPER.id) == (MONDAY, TUESDAY)
    assert accounts.looked_at(PaperId("2502.00009")) == ()


def test_what_was_said_comes_with_the_question_that_paid_for_it_reading_by_reading(
    connection: sqlite3.Connection, path: Path, accounts: AccountStore
) -> None:
    memory = JudgementStore(connection, path, now=lambda: AT)
    asking = Asking(TUESDAY, "Mine", "c", "gpt-4o/1")
    first, second, other = (
        Judgement(paper.id, 1, *scores, "On bats.")
        for paper, scores in ((PAPER, (9, 8)), (PAPER, (7, 6)), (OTHER, (2, 3)))
    )
    memory.keep(Exchange((second,), PAID, "again", batch=True), asking.of_reading(2))
    memory.keep(Exchange((first, other), PAID, "raw"), asking)
    memory.keep(Exchange((first,), PAID, "else"), replace(asking, criteria="d"))
    memory.keep(Exchange((first,), PAID, "else"), replace(asking, judge="gpt-4o/12"))
    question = Question(TUESDAY, "Mine", AT, PAID, papers=2, reply="raw", batch=False)
    assert accounts.said(PAPER.id, "c", "gpt-4o/1") == (
        Said("gpt-4o/1", first, question),
        Said("gpt-4o/1#2", second, replace(question, papers=1, reply="again", batch=True)),
    )


def test_papers_that_begin_or_end_alike_are_the_reader_s_own(
    connection: sqlite3.Connection, path: Path, accounts: AccountStore
) -> None:
    ids = tuple(map(PaperId, ("2502.00001", "2502.99999", "2411.00001", "2411.99998")))
    archive = DigestStore(connection, path)
    archive.file(digest(day=MONDAY, profile="Mine", scanned=ids))
    archive.file(digest(day=MONDAY, profile="Yours", scanned=(PaperId("2502.00007"),)))
    found = accounts.with_id_like(PaperId("2502.00001"))
    assert sorted(found) == ["2411.00001", "2502.00001", "2502.99999"]
