"""A PostgreSQL server that is wrong, away, too old or too new, or stops: one clear line each."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paperlark.domain.errors import StoreError
from paperlark.domain.redaction import KNOWN
from paperlark.store.connection import DatabaseConnection, transaction
from paperlark.store.postgresql import _translated, open_server
from standins.postgresql import ENGINES, OpenEngine, Server


def _sql(address: str, *statements: str) -> None:
    with open_server(address) as connection:
        for statement in statements:
            connection.execute(statement)


def test_each_engine_has_every_migration_since_the_baseline() -> None:
    folder = files("paperlark.store").joinpath("migrations")
    names = {
        engine: {file.name for file in folder.joinpath(engine).iterdir()} for engine in ENGINES
    }
    assert {name for name in names["sqlite"] if name > "0017"} == {
        name for name in names["postgresql"] if name > "0017"
    }


def _columns(connection: DatabaseConnection, sql: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for table, column in connection.execute(sql).fetchall():
        found.setdefault(table, []).append(column)
    return found


def test_both_engines_have_the_same_tables_and_columns(open_engine: OpenEngine) -> None:
    """But for what is an engine's own: its index of words, and its version."""
    with open_engine("sqlite") as connection:
        one = _columns(
            connection,
            "SELECT m.name, c.name FROM sqlite_master m JOIN pragma_table_info(m.name) c"
            " WHERE m.type IN ('table', 'view') AND m.name NOT LIKE 'search_words%'"
            " ORDER BY m.name, c.cid",
        )
    with open_engine("postgresql") as connection:
        other = _columns(
            connection,
            "SELECT table_name, column_name FROM information_schema.columns"
            " WHERE table_schema = current_schema() AND table_name <> 'paperlark'"
            " ORDER BY table_name, ordinal_position",
        )
    other["search_texts"] = [one for one in other["search_texts"] if one not in {"length", "words"}]
    assert one == other


def test_a_new_database_gets_its_tables_once(server: Server) -> None:
    address = server.database()

    def count(_: int) -> int:
        with open_server(address) as connection:
            return int(connection.execute("SELECT count(*) FROM papers").fetchone()[0])

    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(count, range(4))) == [0] * 4
    server.drop(address)


def test_a_database_of_a_later_version_is_left_alone(server: Server) -> None:
    address = server.database()
    _sql(address, "UPDATE paperlark SET version = 9999")
    with (
        pytest.raises(StoreError, match=r"its version is 9999.*update paperlark"),
        open_server(address),
    ):
        pass
    server.drop(address)


def test_a_database_of_another_encoding_is_refused(server: Server) -> None:
    address = server.database(encoding="LATIN1")
    with pytest.raises(StoreError, match="encoded as LATIN1"), open_server(address):
        pass
    server.drop(address)


def test_a_user_without_rights_is_told_which(server: Server) -> None:
    address = server.database()
    _sql(address, "DROP ROLE IF EXISTS reader", "CREATE ROLE reader LOGIN")
    as_reader = address.replace("//postgres@", "//reader@")
    with (
        pytest.raises(StoreError, match=r"permission denied.*GRANT"),
        open_server(as_reader) as connection,
    ):
        connection.execute("SELECT * FROM papers")
    server.drop(address)


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("postgresql://ada:owl-secret@127.0.0.1:9/papers", "127.0.0.1.*9"),
        ("postgresql://ada@/papers?host=/nowhere", "nowhere"),
        ("postgresql://ada@[::1/papers", "papers"),
        ("postgresql://127.0.0.1/papers?colour=red", "colour"),
    ],
)
def test_an_address_that_leads_nowhere_is_named_without_its_password(
    address: str, said: str
) -> None:
    pytest.importorskip("psycopg")
    with pytest.raises(StoreError, match=said) as caught, open_server(address):
        pass
    assert "owl-secret" not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_server_that_stops_is_told_and_nothing_is_half_written(server: Server) -> None:
    address = server.database()

    def write_through_a_stop() -> None:
        with open_server(address) as connection, transaction(connection):
            connection.execute("INSERT INTO readers VALUES ('a', 'A', '')")
            server.stop("immediate")
            connection.execute("INSERT INTO readers VALUES ('b', 'B', '')")

    with pytest.raises(StoreError, match="cannot be used"):
        write_through_a_stop()
    server.start()
    with open_server(address) as connection:
        assert connection.execute("SELECT id FROM readers").fetchall() == []
    server.drop(address)


def test_no_known_secret_is_stored(server: Server) -> None:
    address = server.database()
    KNOWN.add("sk-owl-secret")
    with open_server(address) as connection:
        connection.execute("INSERT INTO readers VALUES (?, ?, '')", ("a", "key sk-owl-secret"))
        ((title,),) = connection.execute("SELECT title FROM readers").fetchall()
    assert "sk-owl-secret" not in title
    server.drop(address)


def test_two_writers_wait_for_each_other(server: Server) -> None:
    address = server.database()

    def add(_: int) -> None:
        with open_server(address) as connection, transaction(connection):
            found = connection.execute("SELECT count(*) FROM readers").fetchone()[0]
            connection.execute("INSERT INTO readers VALUES (?, '', '')", (f"reader {found}",))

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(add, range(12)))
    with open_server(address) as connection:
        assert connection.execute("SELECT count(*) FROM readers").fetchone() == (12,)
    server.drop(address)


def test_placeholders_are_translated_and_quoted_text_is_not() -> None:
    sql = "SELECT '?:a %', x::text FROM t WHERE a = ? AND b = :name AND c LIKE '%''?'"
    assert _translated(sql) == (
        "SELECT '?:a %%', x::text FROM t WHERE a = %s AND b = %(name)s AND c LIKE '%%''?'"
    )


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")))
def test_any_text_comes_back(text: str) -> None:
    """The quoting of values is psycopg's; that no text is read as a placeholder is ours."""
    quoted = "'" + text.replace("'", "''") + "'"
    assert _translated(quoted).replace("%%", "%") == quoted
