"""The history of a paper is complete, in order, and one reader's own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from paperlark.domain.announcement import AnnounceType, Via
from paperlark.domain.judgement import Judgement, JudgementKey, ModelCall
from paperlark.domain.paper import PaperId
from paperlark.domain.paper_history import ListedPaper, PaidCall, ReadingRecord
from paperlark.domain.spending import Cost, Spend, Tokens
from paperlark.store.announcements import AnnouncementStore
from paperlark.store.connection import DatabaseConnection
from paperlark.store.digests import DigestStore
from paperlark.store.judgements import JudgementStore
from paperlark.store.paper_history import PaperHistoryStore
from paperlark.testing import a_feed, a_paper
from standins.digests import digest
from standins.postgresql import ENGINES, OpenEngine

MONDAY, TUESDAY = date(2025, 2, 24), date(2025, 2, 25)
AT = datetime(2025, 2, 25, 8, 12, tzinfo=UTC)
PAPER, OTHER = a_paper("2502.00001"), a_paper("2502.00002")
PAID = Spend(Tokens(100, 10), Cost(Decimal("0.00025"), Decimal("0.0001")))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "store.db"


@pytest.fixture(params=ENGINES)
def connection(
    request: pytest.FixtureRequest, open_engine: OpenEngine
) -> Iterator[DatabaseConnection]:
    with open_engine(request.param) as opened:
        yield opened


@pytest.fixture
def history(connection: DatabaseConnection, path: Path) -> PaperHistoryStore:
    return PaperHistoryStore(connection, path, "Mine")


def test_announcements_of_every_category_come_oldest_first(
    connection: DatabaseConnection, path: Path, history: PaperHistoryStore
) -> None:
    batches, again = AnnouncementStore(connection, path), replace(PAPER, version=2)
    batches.keep(a_feed(again, category="cs.CL", type=AnnounceType.REPLACE), TUESDAY)
    batches.keep(a_feed(PAPER, category="cs.LG", type=AnnounceType.CROSS), MONDAY)
    batches.keep(a_feed(PAPER, OTHER, category="cs.AI"), MONDAY)
    assert history.listed(PAPER.id) == (
        ListedPaper(MONDAY, "cs.AI", AnnounceType.NEW, 1, Via.RSS),
        ListedPaper(MONDAY, "cs.LG", AnnounceType.CROSS, 1, Via.RSS),
        ListedPaper(TUESDAY, "cs.CL", AnnounceType.REPLACE, 2, Via.RSS),
    )


def test_scanned_days_are_the_readers_own_and_in_order(
    connection: DatabaseConnection, path: Path, history: PaperHistoryStore
) -> None:
    archive = DigestStore(connection, path)
    archive.save(digest(day=TUESDAY, profile="Mine", scanned=(PAPER.id,)))
    archive.save(digest(day=MONDAY, profile="Mine", scanned=(OTHER.id, PAPER.id)))
    later = TUESDAY + timedelta(days=1)
    archive.save(digest(day=later, profile="Yours", scanned=(PAPER.id,)))
    assert history.scanned_days(PAPER.id) == (MONDAY, TUESDAY)
    assert history.scanned_days(PaperId("2502.00009")) == ()


def test_judgements_come_with_the_paid_call_of_each_reading(
    connection: DatabaseConnection, path: Path, history: PaperHistoryStore
) -> None:
    memory = JudgementStore(connection, path, now=lambda: AT)
    judgement_key = JudgementKey(TUESDAY, "Mine", "c", "gpt-4o/1")
    first, second, other = (
        Judgement(paper.id, 1, *scores, "On bats.")
        for paper, scores in ((PAPER, (9, 8)), (PAPER, (7, 6)), (OTHER, (2, 3)))
    )
    memory.keep(ModelCall((second,), PAID, "again", batch=True), judgement_key.of_reading(2))
    memory.keep(ModelCall((first, other), PAID, "raw"), judgement_key)
    memory.keep(ModelCall((first,), PAID, "else"), replace(judgement_key, criteria="d"))
    memory.keep(ModelCall((first,), PAID, "else"), replace(judgement_key, judge="gpt-4o/12"))
    question = PaidCall(TUESDAY, "Mine", AT, PAID, papers=2, reply="raw", batch=False)
    assert history.judgements(PAPER.id, "c", "gpt-4o/1") == (
        ReadingRecord("gpt-4o/1", first, question),
        ReadingRecord("gpt-4o/1#2", second, replace(question, papers=1, reply="again", batch=True)),
    )


def test_similar_identifiers_are_the_readers_own(
    connection: DatabaseConnection, path: Path, history: PaperHistoryStore
) -> None:
    ids = tuple(map(PaperId, ("2502.00001", "2502.99999", "2411.00001", "2411.99998")))
    archive = DigestStore(connection, path)
    archive.save(digest(day=MONDAY, profile="Mine", scanned=ids))
    archive.save(digest(day=MONDAY, profile="Yours", scanned=(PaperId("2502.00007"),)))
    found = history.with_id_like(PaperId("2502.00001"))
    assert sorted(found) == ["2411.00001", "2502.00001", "2502.99999"]
