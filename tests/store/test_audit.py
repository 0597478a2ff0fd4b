"""The audit log, on either engine: rows are only added, and a person can be forgotten."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from paperlark.domain.audit import COMMAND_LINE, AuditAction, AuditOrigin
from paperlark.domain.errors import StoreError
from paperlark.store.audit import AuditStore
from paperlark.store.connection import DatabaseConnection, store_errors, transaction
from standins.postgresql import ENGINES, OpenEngine

NOW = datetime(2025, 2, 26, 12, tzinfo=UTC)
CAMPUS = AuditOrigin("192.0.2.0/24", "request-1")
STORE = Path("store")

pytestmark = pytest.mark.parametrize("engine", ENGINES)


def _filled(connection: DatabaseConnection) -> AuditStore:
    log = AuditStore(connection, STORE)
    log.record(AuditAction.SIGNED_IN, actor="ada", origin=CAMPUS, now=NOW)
    log.record(
        AuditAction.BUDGET_CHANGED,
        actor="ada",
        subject="emmy",
        detail="2 dollars a month",
        origin=CAMPUS,
        now=NOW + timedelta(minutes=1),
    )
    log.record(AuditAction.READER_ADDED, actor="", subject="sophie", origin=COMMAND_LINE, now=NOW)
    return log


def test_who_did_what_to_whom_is_told_latest_first(open_engine: OpenEngine, engine: str) -> None:
    with open_engine(engine) as connection:
        log = _filled(connection)
        events = log.events(most=10)
        assert [(one.actor, one.action, one.subject) for one in events] == [
            ("", "reader added", "sophie"),
            ("ada", "budget changed", "emmy"),
            ("ada", "signed in", ""),
        ]
        assert (events[1].detail, events[1].at) == ("2 dollars a month", NOW + timedelta(minutes=1))
        assert (events[1].origin, events[0].origin) == (CAMPUS, COMMAND_LINE)
        assert log.events(most=1, before=events[0].number) == events[1:2]
        assert log.events(most=10, subject="emmy") == events[1:2]
        assert log.events(most=10, subject="ada") == events[1:]
        assert log.events(most=10, subject="' OR 1=1 --") == ()


@pytest.mark.parametrize(
    "change",
    [
        "DELETE FROM audit",
        "DELETE FROM audit WHERE number = 1",
        "UPDATE audit SET actor = 'emmy'",
        "UPDATE audit SET action = 'signed out', actor = '(deleted)' WHERE number = 1",
        "UPDATE audit SET detail = '' WHERE number = 2",
        "UPDATE audit SET at = '2020', actor = '(deleted)'",
        "UPDATE audit SET origin = ''",
        "UPDATE audit SET number = 9 WHERE number = 1",
    ],
)
def test_a_row_is_neither_changed_nor_deleted(
    open_engine: OpenEngine, engine: str, change: str
) -> None:
    with open_engine(engine) as connection:
        log = _filled(connection)
        before = log.events(most=10)
        with pytest.raises(StoreError, match="only added"), store_errors(STORE):
            connection.execute(change)
        assert log.events(most=10) == before


def test_all_rows_at_once_are_not_deleted_either(open_engine: OpenEngine, engine: str) -> None:
    if engine == "sqlite":
        pytest.skip("SQLite has no TRUNCATE")
    with open_engine(engine) as connection:
        log = _filled(connection)
        with pytest.raises(StoreError, match="only added"):
            connection.execute("TRUNCATE audit")
        assert len(log.events(most=10)) == 3


def test_somebody_who_is_deleted_is_no_longer_named(open_engine: OpenEngine, engine: str) -> None:
    with open_engine(engine) as connection:
        log = _filled(connection)
        log.forget("ada")
        log.forget("ada")
        log.forget("")
        events = log.events(most=10)
        assert [(one.actor, one.action, one.subject) for one in events] == [
            ("", "reader added", "sophie"),
            ("(deleted)", "budget changed", "emmy"),
            ("(deleted)", "signed in", ""),
        ]
        assert {one.origin.network for one in events} == {""}
        assert "ada" not in str(connection.execute("SELECT * FROM audit").fetchall())


def test_an_event_is_stored_with_what_it_tells_or_not_at_all(
    open_engine: OpenEngine, engine: str
) -> None:
    with open_engine(engine) as connection:
        log = AuditStore(connection, STORE)

        def delete() -> None:
            with transaction(connection):
                log.record(AuditAction.READER_DELETED, actor="ada", origin=CAMPUS, now=NOW)
                connection.execute("INSERT INTO no_such_table VALUES (1)")

        with pytest.raises(StoreError), store_errors(STORE):
            delete()
        assert log.events(most=10) == ()
