"""A database looked at without touching it: nothing is made, migrated or set aside."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from paperlark.store.database import told


@dataclass(frozen=True, slots=True)
class Look:
    """A database's version and bytes, its log's too; `fault` is what is damaged, None if whole."""

    version: int
    size: int
    fault: str | None


@contextmanager
def open_to_look(path: Path) -> Iterator[sqlite3.Connection]:
    """Open a database that is there, to read alone; raises StoreError or StoreDamaged."""
    address = f"{path.absolute().as_uri()}?mode=ro"
    with (
        told(path),
        closing(sqlite3.connect(address, uri=True, timeout=30, isolation_level=None)) as connection,
    ):
        yield connection


def look_at(path: Path) -> Look:
    """Read all of a database that is there; raises StoreError or StoreDamaged."""
    with open_to_look(path) as connection:
        version = int(connection.execute("PRAGMA user_version").fetchone()[0])
        (said,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    parts = (path, path.with_name(f"{path.name}-wal"))
    size = sum(part.stat().st_size for part in parts if part.exists())
    return Look(version, size, None if said == "ok" else str(said).replace("\n", " "))
