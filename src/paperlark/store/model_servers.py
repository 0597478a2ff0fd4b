"""Capabilities discovered of model servers, so that each is discovered once."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from paperlark.store.database import store_errors, transaction

_SINCE = 5
"""The migration that created the table."""


@dataclass(frozen=True, slots=True)
class KnownModelServer:
    """A model at an address; `dialect` is its capabilities as JSON, discovered `at` that time."""

    base_url: str
    model: str
    dialect: str
    at: datetime


class ModelServerStore:
    """Opens the database for each call by itself: what is learned is learned on any thread.

    It makes no database and changes none that an earlier paperlark made: there, nothing is known
    and nothing is kept. Raises StoreError.
    """

    def __init__(
        self, path: Path, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._path = path
        self._now = now

    def find(self, base_url: str, model: str) -> KnownModelServer | None:
        """Return what is known of that model, None where nothing is."""
        with self._open() as connection:
            row = (
                connection
                and connection.execute(
                    "SELECT dialect, at FROM servers WHERE base_url = ? AND model = ?",
                    (base_url, model),
                ).fetchone()
            )
        if not row:
            return None
        dialect, at = row
        return KnownModelServer(base_url, model, dialect, datetime.fromisoformat(at))

    def keep(self, base_url: str, model: str, dialect: str) -> None:
        """Store what was discovered, replacing what was known before."""
        with self._open() as connection:
            if connection is None:
                return
            with transaction(connection):
                connection.execute(
                    "INSERT INTO servers (base_url, model, dialect, at) VALUES (?, ?, ?, ?)"
                    " ON CONFLICT (base_url, model) DO UPDATE"
                    " SET dialect = excluded.dialect, at = excluded.at",
                    (base_url, model, dialect, self._now().isoformat()),
                )

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection | None]:
        if not self._path.exists():
            yield None
            return
        address = f"{self._path.absolute().as_uri()}?mode=rw"
        with (
            store_errors(self._path),
            closing(
                sqlite3.connect(address, uri=True, timeout=30, isolation_level=None)
            ) as connection,
        ):
            version = connection.execute("PRAGMA user_version").fetchone()[0]
            yield connection if version >= _SINCE else None
