"""Write src/paperlark/store/schema.sql: today's schema, with the comments of the migrations."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

from paperlark.store.database import open_database
from paperlark.store.sqlite import VERSION

STORE = Path(__file__).resolve().parent.parent / "src" / "paperlark" / "store"
SCHEMA = STORE / "schema.sql"

_ADDED = re.compile(r"((?:^--.*\n)*)^ALTER TABLE (\w+) ADD COLUMN (.*);", re.MULTILINE)
_CONSTRAINT = re.compile(r"^    (?:PRIMARY KEY|FOREIGN KEY|UNIQUE|CHECK)\b", re.MULTILINE)
# The tables that a full-text index keeps its own data in.
_SHADOWS = re.compile(r"search_words_\w+")


def schema() -> str:
    """Return the statements that make an empty database of today's version, commented."""
    added = list(_added())
    head = (
        f"-- The database, version {VERSION}. Written by `make reference`; do not edit.\n"
        "-- Times are UTC (ISO 8601), days are announcement days in New York, money is decimal\n"
        "-- text in US dollars.\n"
    )
    statements = (
        _with_added(sql, [one for table, *one in added if table == name]) for name, sql in _made()
    )
    return head + "".join(f"\n{statement};\n" for statement in statements)


def _made() -> Iterator[tuple[str, str]]:
    """Yield the names and statements of a new database, each table before its indexes."""
    with tempfile.TemporaryDirectory() as folder, open_database(Path(folder) / "new.db") as made:
        rows: list[tuple[str, str, str]] = made.execute(
            "SELECT name, tbl_name, sql FROM sqlite_master WHERE sql IS NOT NULL"
            " ORDER BY tbl_name, type != 'table', name"
        ).fetchall()
    for name, table, sql in rows:
        if not (_SHADOWS.fullmatch(table) or name.startswith("sqlite_")):
            yield name, sql


def _added() -> Iterator[tuple[str, str, str]]:
    """Yield table, comment and definition of each column that a migration added."""
    for file in sorted((STORE / "migrations" / "sqlite").glob("*.sql")):
        for comment, table, definition in _ADDED.findall(file.read_text("utf-8")):
            yield table, comment, definition


def _with_added(sql: str, added: list[list[str]]) -> str:
    """Put added columns on lines of their own, which SQLite writes behind the last one.

    Those of a table that a later migration made anew are in it.
    """
    added = [[comment, definition] for comment, definition in added if f", {definition}" in sql]
    for _, definition in added:
        sql = sql.replace(f", {definition}", "", 1)
    if not added:
        return sql
    lines = "".join(
        re.sub(r"^", "    ", comment, flags=re.MULTILINE).rstrip(" ") + f"    {definition},\n"
        for comment, definition in added
    )
    constraint = _CONSTRAINT.search(sql)
    if constraint:
        return sql[: constraint.start()] + lines + sql[constraint.start() :]
    body, end = sql.rsplit("\n", 1)
    columns, last = body.rsplit("\n", 1)
    definition, dashes, comment = last.partition("--")
    closed = f"{definition.rstrip()}, {dashes}{comment}".rstrip()
    return f"{columns}\n{closed}\n{lines.rstrip().removesuffix(',')}\n{end}"


if __name__ == "__main__":
    SCHEMA.write_text(schema(), "utf-8")
