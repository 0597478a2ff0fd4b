"""What was paid for, or sent, is stored although the connection to the server is lost."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, date, datetime

import pytest

from paperlark.domain.database_place import DatabaseServer
from paperlark.domain.delivery import Message, MessageStatus, Occasion, Parcel
from paperlark.domain.errors import StoreError
from paperlark.domain.judgement import Judgement, JudgementKey, ModelCall
from paperlark.domain.spending import Spend, Tokens, noted
from paperlark.store.connection import connect_again
from paperlark.store.judgements import JudgementStore, StoredQuestions
from paperlark.store.outbox import OutboxStore
from paperlark.testing import a_paper

DAY = date(2025, 2, 26)
AT = datetime(2025, 2, 26, 12, tzinfo=UTC)
KEY = JudgementKey(DAY, "Mine", "criteria", "judge")
PAPER = a_paper("2502.00001")


@pytest.fixture(autouse=True)
def empty(place: DatabaseServer) -> None:
    with closing(connect_again(place)) as connection:
        connection.execute("TRUNCATE under_way, exchanges, judgements, parcels")


def _cut(place: DatabaseServer) -> None:
    with closing(connect_again(place)) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


def test_a_paid_answer_is_stored_once_over_another_connection(place: DatabaseServer) -> None:
    with (
        closing(connect_again(place)) as lost,
        StoredQuestions(place, "Mine", now=lambda: AT) as book,
    ):
        key = book.note("gpt-4o", Tokens(10, 1), None)
        judged = Judgement(PAPER.id, PAPER.version, 9, 8, "Good.")
        call = ModelCall((judged,), noted(Spend(Tokens(10, 1), None), (key,)))
        _cut(place)
        memory = JudgementStore(lost, place)
        memory.keep(call, KEY)
        # As if nobody knew whether the first time was committed.
        memory.keep(call, KEY)
    with closing(connect_again(place)) as connection:
        assert JudgementStore(connection, place).judgements([PAPER], KEY) == (judged,)
        assert connection.execute("SELECT count(*) FROM exchanges").fetchone()[0] == 1
        assert connection.execute("SELECT count(*) FROM under_way").fetchone()[0] == 0


def test_a_mail_that_was_taken_is_noted_by_a_run_that_lost_its_lock(place: DatabaseServer) -> None:
    def refuse() -> None:
        raise StoreError("the lock was lost")

    sent = Parcel(
        *("Mine", "mail", Occasion.DAY, DAY),
        messages=(Message("a", "b"),),
        statuses=(MessageStatus.DELIVERED,),
        since=AT,
        at=AT,
    )
    with closing(connect_again(place)) as lost:
        outbox = OutboxStore(lost, place, refuse)
        _cut(place)
        with pytest.raises(StoreError):
            outbox.keep(sent)
        outbox.note_delivered(sent)
    with closing(connect_again(place)) as connection:
        (found,) = OutboxStore(connection, place).since("Mine", DAY)
    assert found.statuses == (MessageStatus.DELIVERED,)
