"""Nothing of a deleted reader is left in any table, and nothing of anybody else is gone."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from paperlark.domain.audit import COMMAND_LINE, AuditAction
from paperlark.domain.readers import reader_model_key
from paperlark.store.accounts import AccountStore
from paperlark.store.audit import AuditStore
from paperlark.store.connection import DatabaseConnection
from paperlark.store.day_values import pack_digest
from paperlark.store.reader_rows import (
    CALLS_OF_READERS,
    LOGS,
    ROWS_OF_READERS,
    SHARED_TABLES,
    SIGNED_IN,
    ReaderRows,
)
from paperlark.store.spending import SpendingStore
from standins.accounts import account
from standins.postgresql import ENGINES, OpenEngine

pytestmark = pytest.mark.parametrize("engine", ENGINES)
PLACE = Path("store")
NOW = datetime(2025, 2, 26, tzinfo=UTC)
_ACCOUNTS = {"accounts", "readers", "audit"}
_ENGINE_S_OWN = {"paperlark", "search_words"}
"""The version of the tables, and SQLite's full-text index, whose texts are in search_texts."""
_ROW = {
    "explored": "(profile, day, paper_id, inclusion) VALUES (?, '2025-02-26', 'p', 0.5)",
    "fleet_readers": "(day, profile, shard) VALUES ('2025-02-26', ?, 1)",
    "feedback": "(profile, paper_id, vote, at) VALUES (?, 'p', 'up', 'x')",
    "library": "(profile, paper_id, version, title, authors, abstract, categories, day, wanted)"
    " VALUES (?, 'library:p', 1, 't', '[]', 'a', 'c', '2025-02-26', 1)",
    "parcels": "(profile, channel, occasion, day, messages, fates, since, at)"
    " VALUES (?, 'c', 'o', 'd', '', '', '', '')",
    "shown_or_judged": "(profile, day, paper_id, on_page) VALUES (?, 'd', 'p', 1)",
    "read_libraries": "(profile, library, version, items, at) VALUES (?, 'users/1', 1, '{}', 'x')",
    "saved_copies": "(profile, saver, place, paper_id, state, key, content, at)"
    " VALUES (?, 's', 'p', 'p', 'there', 'k', '', 'x')",
    "sharing": "(profile, wanted, saved, at) VALUES (?, 1, 1, 'x')",
    "triage": "(profile, id, paper_id, action, is_on, text, at) VALUES (?, 'i', 'p', 'want', 1,"
    " 'a note', 'x')",
    "exchanges": "(day, profile, criteria, judge, requests, prompt_cost, completion_cost,"
    " prompt_tokens, completion_tokens, reply, at) VALUES ('d', ?, 'hash', 'm/1', 1, '0.25',"
    " '0.50', 1, 1, 'what it said', '2025-02-10T00:00:00+00:00')",
    "jobs": "(key, day, profile, criteria, judge, model, base_url, questions, state, misses, at)"
    " VALUES ('key-' || ?, 'd', 'nobody', 'hash', 'j', 'm', 'b', '[]', 'left', '{}', 'x')",
    "under_way": "(key, day, profile, model, prompt_tokens, completion_tokens, most, at)"
    " VALUES ('key-' || ?, 'd', 'nobody', 'm', 1, 1, '1.00', '2025-02-10T00:00:00+00:00')",
}


def _tables(connection: DatabaseConnection, engine: str) -> set[str]:
    asked = (
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        if engine == "sqlite"
        else "SELECT tablename FROM pg_tables WHERE schemaname = current_schema()"
    )
    found = {str(name) for (name,) in connection.execute(asked)}
    return {one for one in found if not one.startswith("search_words_")}


def _columns(connection: DatabaseConnection, table: str) -> set[str]:
    cursor = connection.execute(f"SELECT * FROM {table} WHERE 1 = 0")  # noqa: S608
    return {column[0] for column in cursor.description}


def _fill(connection: DatabaseConnection, *readers: str) -> None:
    for reader in readers:
        connection.execute(
            "INSERT INTO digests (profile, day, digest) VALUES (?, '2025-02-26', ?)",
            (reader, pack_digest("{}")),
        )
    for table, rest in _ROW.items():
        for reader in readers:
            connection.execute(f"INSERT INTO {table} {rest}", (reader,))
            connection.execute(
                f"UPDATE {table} SET profile = ? WHERE profile = 'nobody'",  # noqa: S608
                (reader,),
            )


def _rows_of(connection: DatabaseConnection, reader: str, engine: str) -> dict[str, int]:
    counts = {}
    for table in sorted(_tables(connection, engine)):
        named = {"profile", "reader", "id", "member", "actor", "subject"}
        for column in named & _columns(connection, table):
            (count,) = connection.execute(
                f"SELECT count(*) FROM {table} WHERE CAST({column} AS text) = ?",  # noqa: S608
                (reader,),
            ).fetchone()
            if count:
                counts[f"{table}.{column}"] = count
    return counts


def test_every_table_is_known_to_be_a_reader_s_or_everybody_s(
    open_engine: OpenEngine, engine: str
) -> None:
    with open_engine(engine) as connection:
        known = {*ROWS_OF_READERS, *CALLS_OF_READERS, *SIGNED_IN, *LOGS, *SHARED_TABLES}
        known |= _ACCOUNTS | _ENGINE_S_OWN
        # A new table: say in store/reader_rows.py whether it is deleted with its reader.
        assert _tables(connection, engine) - known == set()
        for table in (*ROWS_OF_READERS, *CALLS_OF_READERS):
            assert "profile" in _columns(connection, table), table
        for table in SHARED_TABLES:
            theirs = {"profile", "reader", "member", "actor"}
            assert not theirs & _columns(connection, table), table


def test_a_deleted_reader_is_in_no_table(open_engine: OpenEngine, engine: str) -> None:
    with open_engine(engine) as connection:
        store = AccountStore(connection, PLACE)
        for reader in ("ada", "emmy"):
            store.add(account(reader, criteria=f"Interests of {reader}.\n"))
        _fill(connection, "ada", "emmy")
        connection.execute(
            "INSERT INTO scratch (key, made_of, content) VALUES (?, '', ?)",
            (reader_model_key("ada"), b"weights"),
        )
        for reader in ("ada", "emmy"):
            connection.execute("INSERT INTO app_sessions VALUES ('a', ?, ?, 9)", (reader, reader))
            AuditStore(connection, PLACE).record(
                AuditAction.SIGNED_IN, actor=reader, origin=COMMAND_LINE, now=NOW, subject=reader
            )
        before = _rows_of(connection, "emmy", engine)
        assert len(_rows_of(connection, "ada", engine)) == len(before) > len(ROWS_OF_READERS)
        assert ReaderRows(connection, PLACE).delete("ada") > len(ROWS_OF_READERS)
        assert _rows_of(connection, "ada", engine) == {}
        assert _rows_of(connection, "emmy", engine) == before
        assert connection.execute("SELECT count(*) FROM scratch").fetchone()[0] == 0


def test_what_was_paid_for_a_deleted_reader_stays_paid_without_a_word_of_theirs(
    open_engine: OpenEngine, engine: str
) -> None:
    with open_engine(engine) as connection:
        AccountStore(connection, PLACE).add(account("ada", group="astro"))
        _fill(connection, "ada")
        month = datetime(2025, 2, 1, tzinfo=UTC).date()
        before = SpendingStore(connection, PLACE).in_month(month)
        ReaderRows(connection, PLACE).delete("ada")
        assert SpendingStore(connection, PLACE).in_month(month) == before == Decimal("1.75")
        rows = connection.execute("SELECT profile, criteria, reply FROM exchanges").fetchall()
        assert [tuple(one) for one in rows] == [("deleted/astro", "", "")]


def _judged_by(connection: DatabaseConnection, reader: str) -> None:
    (exchange,) = connection.execute(
        "SELECT id FROM exchanges WHERE profile = ?", (reader,)
    ).fetchone()
    connection.execute(
        "INSERT INTO judgements (paper_id, version, criteria, judge, relevance, novelty, comment,"
        " exchange) VALUES ('p', 1, 'hash', 'm/1', 8, 8, 'fits', ?)",
        (exchange,),
    )


@pytest.mark.parametrize(("criteria", "left"), [("Cats.\n", 0), ("Bats.\n", 1)])
def test_judgements_go_with_the_last_reader_of_their_criteria(
    open_engine: OpenEngine, engine: str, criteria: str, left: int
) -> None:
    with open_engine(engine) as connection:
        store = AccountStore(connection, PLACE)
        store.add(account("ada", criteria="Bats.\n"))
        store.add(account("emmy", criteria=criteria))
        _fill(connection, "ada")
        _judged_by(connection, "ada")
        ReaderRows(connection, PLACE).delete("ada")
        assert connection.execute("SELECT count(*) FROM judgements").fetchone()[0] == left


def test_the_rows_that_are_handed_over_are_all_of_one_reader(
    open_engine: OpenEngine, engine: str
) -> None:
    with open_engine(engine) as connection:
        _fill(connection, "ada", "emmy")
        found = dict(ReaderRows(connection, PLACE).tables("ada"))
        assert set(found) >= set(_ROW)
        assert {row["profile"] for rows in found.values() for row in rows} == {"ada"}
        assert found["triage"][0]["text"] == "a note"
