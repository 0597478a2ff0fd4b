"""What is known of model servers: capabilities, and that replies of a model could not be read."""

from __future__ import annotations

import json
import logging
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from paperlark.domain.errors import StoreError
from paperlark.store.database import connect, store_errors, transaction

_log = logging.getLogger(__name__)
_SINCE = 5
"""The migration that created the table."""
REMEMBERED = timedelta(days=7)
"""How long it is remembered that the replies of a model could not be read."""


@dataclass(frozen=True, slots=True)
class KnownModelServer:
    """A model at an address; `dialect` is its capabilities as JSON, discovered `at` that time."""

    base_url: str
    model: str
    dialect: str
    at: datetime


@dataclass(frozen=True, slots=True)
class UnreadableReplies:
    """That the replies of a model could not be read at that time, and what the last one said."""

    said: str
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

    def unreadable(self, base_url: str, model: str) -> UnreadableReplies | None:
        """Return that its replies could not be read lately, None where nothing is remembered."""
        known = self.find(base_url, model)
        if known is None:
            return None
        try:
            stored = json.loads(known.dialect)["unreadable"]
            found = UnreadableReplies(str(stored["said"]), datetime.fromisoformat(stored["at"]))
            return found if self._now() - found.at < REMEMBERED else None
        except (ValueError, TypeError, KeyError):
            return None

    def keep_unreadable(self, base_url: str, model: str, said: str) -> None:
        """Remember it beside the capabilities."""
        stored = json.dumps({"said": said, "at": self._now().isoformat()})
        with self._open() as connection:
            if connection is None:
                return
            with transaction(connection):
                connection.execute(
                    "INSERT INTO servers (base_url, model, dialect, at)"
                    " VALUES (?, ?, json_set('{}', '$.unreadable', json(?)), ?)"
                    " ON CONFLICT (base_url, model) DO UPDATE SET dialect ="
                    " json_set(CASE WHEN json_valid(dialect) THEN dialect ELSE '{}' END,"
                    " '$.unreadable', json(?))",
                    (base_url, model, stored, self._now().isoformat(), stored),
                )

    def forget_unreadable(self, base_url: str, model: str) -> None:
        """Forget it, and keep the capabilities."""
        with self._open() as connection:
            if connection is None:
                return
            with transaction(connection):
                connection.execute(
                    "UPDATE servers SET dialect = json_remove(dialect, '$.unreadable')"
                    " WHERE base_url = ? AND model = ? AND json_valid(dialect)",
                    (base_url, model),
                )

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection | None]:
        if not self._path.exists():
            yield None
            return
        address = f"{self._path.absolute().as_uri()}?mode=rw"
        with (
            store_errors(self._path),
            closing(connect(address, uri=True)) as connection,
        ):
            version = connection.execute("PRAGMA user_version").fetchone()[0]
            yield connection if version >= _SINCE else None


class StoredUnreadable:
    """The memory of one model at one address; a database in trouble remembers nothing."""

    def __init__(self, store: ModelServerStore, base_url: str, model: str) -> None:
        self._store = store
        self._of = (base_url, model)

    def recall(self) -> str | None:
        """Return what it said last, None where nothing is remembered."""
        with suppress(StoreError):
            found = self._store.unreadable(*self._of)
            return found.said if found else None
        return None

    def keep(self, said: str) -> None:
        """Remember what it said."""
        try:
            self._store.keep_unreadable(*self._of, said)
        except StoreError as error:
            _log.info("that %s cannot be read could not be stored: %s", self._of[1], error)

    def forget(self) -> None:
        """Forget it."""
        try:
            self._store.forget_unreadable(*self._of)
        except StoreError as error:
            _log.info("that %s can be read again could not be stored: %s", self._of[1], error)
