"""An archive with rows in every table: what no small story has is filled by its columns' types."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

from paperlark.store.connection import transaction
from paperlark.store.database import open_database
from paperlark.store.tables import Table, TableStore, tables

ODD = "Łukasz's \"q\\t\"\ttab, 100 %\nnext line \N{GRINNING FACE} '; --"
_GIVEN = {
    "relevance": 7,
    "novelty": 4,
    "vote": "up",
    "whose": "reader",
    "role": "reader",
    "state": "left",
    "exchange": 1,
    "version": 1,
    "day": "2025-02-26",
    "category": "cs.LG",
    "at": "2025-02-26T12:00:00+00:00",
    "prompt_cost": "0.5",
    "completion_cost": "0.25",
    "most": "0.75",
    "questions": "[]",
    "misses": "{}",
}
"""Values that a constraint, or a row of another table, asks for."""
ROWS = 150


def fill(path: Path) -> None:
    """Put rows into the empty tables of an archive, whose others stay as they are."""
    with open_database(path) as connection:
        stored = TableStore(connection, path)
        papers = connection.execute("SELECT id FROM papers ORDER BY id").fetchall()
        for table in tables():
            if stored.count(table):
                continue
            kinds = dict(
                connection.execute(
                    "SELECT name, type FROM pragma_table_info(?)", (table.name,)
                ).fetchall()
            )
            with transaction(connection):
                connection.insert_rows(
                    table.name, table.columns, list(_rows(table, kinds, [one for (one,) in papers]))
                )


def _rows(table: Table, kinds: dict[str, str], papers: list[str]) -> Iterator[tuple[object, ...]]:
    for number in range(1, ROWS + 1):
        values: dict[str, object] = {
            column: _value(kinds[column], column, number) for column in table.columns
        }
        given = {**_GIVEN, "paper_id": papers[number % len(papers)]}
        values.update({name: one for name, one in given.items() if name in values})
        if "group_name" in values:
            values["group_name"] = _value("TEXT", "name", number)
        if table.key != ("paper_id",) and "paper_id" in table.key:
            values.update(
                {key: f"{key}{number}" for key in ("profile", "criteria") if key in values}
            )
        elif table.key == ("paper_id",):
            values["paper_id"] = f"2401.{number:05d}"
        elif table.key == ("day",):
            values["day"] = f"{date(2024, 1, 1) + timedelta(number)}"
        yield tuple(values[column] for column in table.columns)


def _value(kind: str, column: str, number: int) -> object:
    if kind == "INTEGER":
        return number
    if kind == "REAL":
        return number / 7 if number % 3 else float(number)
    if kind == "BLOB":
        return bytes((number + place) % 256 for place in range(number % 300))
    return f"{column} {number:04d} {ODD}"
