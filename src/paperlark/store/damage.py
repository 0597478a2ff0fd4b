"""Damage that SQLite's own check does not look for: missing tables, and rows nothing can read."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Callable, Iterator
from functools import cache, partial
from importlib.resources import files
from typing import Any

from paperlark.store.day_values import unpack_digest, unpack_ranking

_TABLE = re.compile(r"^CREATE (?:VIRTUAL )?TABLE (\w+)", re.MULTILINE)
_JSON = {
    "batches": ("notes", "trail"),
    "jobs": ("questions", "misses"),
    "library": ("authors",),
    "papers": ("authors",),
    "parcels": ("messages", "fates"),
    "servers": ("dialect",),
}
_DAYS = ("batches", "digests", "explored", "library", "listings", "shown_or_judged")
_TIMES = {"feedback": ("at",), "parcels": ("since", "at")}
_VECTORS = """
    SELECT 1 FROM places WHERE length(place) > 0 GROUP BY space
    HAVING count(DISTINCT length(place)) > 1 OR max(length(place)) % 2
        OR max(typeof(place)) > 'blob' LIMIT 1
"""
"""Vectors of one embedding have one length, in bytes of 16-bit numbers."""


def find_missing(connection: sqlite3.Connection) -> str | None:
    """Return which table a database lacks, None if it has all of its version."""
    version, tables = _schema()
    if connection.execute("PRAGMA user_version").fetchone() != (version,):
        return None
    rows = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
    missing = tables - {name for (name,) in rows}
    return f"it has no table {min(missing)}" if missing else None


def find_unreadable(connection: sqlite3.Connection) -> str | None:
    """Return which table has a row that cannot be read, None if none has.

    It reads the rows of most tables, as SQLite's check does.
    """
    for column, unpack in _VALUES.items():
        connection.create_function(
            f"reads_{column}", 1, partial(_reads, unpack), deterministic=True
        )
    for table, condition in _conditions():
        if connection.execute(f"SELECT 1 FROM {table} WHERE NOT ({condition}) LIMIT 1").fetchone():  # noqa: S608
            return f"the table {table} has a row that cannot be read"
    if connection.execute(_VECTORS).fetchone():
        return "the table places has a row that cannot be read"
    return None


def _reads(unpack: Callable[[Any], object], value: object) -> bool:
    """Return whether a stored value can be read."""
    try:
        unpack(value)
    except (ValueError, TypeError):
        return False
    return True


def _read_digest(value: Any) -> None:  # noqa: ANN401  # whatever a file has there
    json.loads(unpack_digest(value))


_VALUES = {"digest": _read_digest, "ranking": unpack_ranking}
"""The compressed columns of digests, and what reads them."""


@cache
def _schema() -> tuple[int, frozenset[str]]:
    """Return the version of the schema, and its tables."""
    schema = files(__package__).joinpath("schema.sql").read_text("utf-8")
    version = re.search(r"version (\d+)", schema)
    return int(version[1]) if version else 0, frozenset(_TABLE.findall(schema))


def _conditions() -> Iterator[tuple[str, str]]:
    """Yield each table with what holds for each of its rows."""
    for table, columns in _JSON.items():
        for column in columns:
            yield table, f"typeof({column}) = 'text' AND json_valid({column})"
    for column in _VALUES:
        yield "digests", f"reads_{column}({column})"
    for table in _DAYS:
        yield table, "coalesce(date(day, '+0 days') = day, 0)"
    for table, columns in _TIMES.items():
        for column in columns:
            yield table, f"julianday({column}) IS NOT NULL"
