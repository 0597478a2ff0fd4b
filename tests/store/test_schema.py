"""schema.sql, which people read, is the schema that migrations make."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from make_schema import SCHEMA, schema

from paperlark.store.database import open_database


def _columns(connection: sqlite3.Connection) -> dict[str, list[tuple[object, ...]]]:
    """Return name, type, NOT NULL, default and place in the key of every column, by table."""
    tables = connection.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
    ).fetchall()
    return {
        table: sorted(
            row[1:] for row in connection.execute("SELECT * FROM pragma_table_info(?)", (table,))
        )
        for (table,) in tables
    }


def test_the_schema_that_is_read_is_the_one_that_is_generated() -> None:
    assert SCHEMA.read_text("utf-8") == schema(), "out of date: make reference"


def test_the_schema_makes_the_tables_that_the_migrations_make(tmp_path: Path) -> None:
    with (
        open_database(tmp_path / "migrated.db") as migrated,
        closing(sqlite3.connect(":memory:")) as made,
    ):
        made.executescript(SCHEMA.read_text("utf-8"))
        assert isinstance(migrated, sqlite3.Connection)
        assert _columns(made) == _columns(migrated)
