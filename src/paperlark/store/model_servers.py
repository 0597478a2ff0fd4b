"""What is known of model servers: capabilities, and that a model failed lately."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from paperlark.domain.database_place import DatabasePlace, DatabaseServer
from paperlark.domain.errors import StoreError
from paperlark.store import postgresql
from paperlark.store.connection import DatabaseConnection, connect, store_errors, transaction
from paperlark.store.database import exists
from paperlark.store.sqlite import version_of

_log = logging.getLogger(__name__)
_SINCE = 5
"""The migration that created the table."""
UNREADABLE, FAILING = "unreadable", "failing"
"""How a model may have failed: its replies could not be read, or its server did not answer."""
REMEMBERED = {UNREADABLE: timedelta(days=7), FAILING: timedelta(hours=6)}
"""How long that is remembered."""


@dataclass(frozen=True, slots=True)
class KnownModelServer:
    """A model at an address; `dialect` is its capabilities as JSON, discovered `at` that time."""

    base_url: str
    model: str
    dialect: str
    at: datetime


@dataclass(frozen=True, slots=True)
class KnownFailure:
    """That a model failed at that time, and what was said last."""

    said: str
    at: datetime


class ModelServerStore:
    """Opens the database for each call by itself: what is learned is learned on any thread.

    It makes no database and changes none that an earlier paperlark made: there, nothing is known
    and nothing is kept. Raises StoreError.
    """

    def __init__(
        self, database: DatabasePlace, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._database = database
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

    def failure(self, base_url: str, model: str, kind: str) -> KnownFailure | None:
        """Return how a model failed lately, in that way of `REMEMBERED`; None if it did not."""
        known = self.find(base_url, model)
        if known is None:
            return None
        try:
            stored = json.loads(known.dialect)[kind]
            found = KnownFailure(str(stored["said"]), datetime.fromisoformat(stored["at"]))
            return found if self._now() - found.at < REMEMBERED[kind] else None
        except (ValueError, TypeError, KeyError):
            return None

    def keep_failure(self, base_url: str, model: str, kind: str, said: str) -> None:
        """Remember it beside the capabilities."""
        failure = {"said": said, "at": self._now().isoformat()}
        with self._open() as connection:
            if connection is None:
                return
            with transaction(connection):
                stored = _dialect(connection, base_url, model) or {}
                connection.execute(
                    "INSERT INTO servers (base_url, model, dialect, at) VALUES (?, ?, ?, ?)"
                    " ON CONFLICT (base_url, model) DO UPDATE SET dialect = excluded.dialect",
                    (base_url, model, json.dumps({**stored, kind: failure}), failure["at"]),
                )

    def forget_failure(self, base_url: str, model: str, kind: str) -> None:
        """Forget it, and keep the capabilities."""
        with self._open() as connection:
            if connection is None:
                return
            with transaction(connection):
                stored = _dialect(connection, base_url, model)
                if stored is None or kind not in stored:
                    return
                rest = {name: value for name, value in stored.items() if name != kind}
                connection.execute(
                    "UPDATE servers SET dialect = ? WHERE base_url = ? AND model = ?",
                    (json.dumps(rest), base_url, model),
                )

    @contextmanager
    def _open(self) -> Iterator[DatabaseConnection | None]:
        if not exists(self._database):
            yield None
            return
        if isinstance(self._database, DatabaseServer):
            with closing(postgresql.connect(self._database.address)) as connection:
                yield connection
            return
        address = f"{self._database.absolute().as_uri()}?mode=rw"
        with (
            store_errors(self._database),
            closing(connect(address, uri=True)) as file,
        ):
            yield file if version_of(file) >= _SINCE else None


def _dialect(connection: DatabaseConnection, base_url: str, model: str) -> dict[str, object] | None:
    """Return what is stored of a model; None where nothing is, or no JSON object."""
    row = connection.execute(
        "SELECT dialect FROM servers WHERE base_url = ? AND model = ?", (base_url, model)
    ).fetchone()
    try:
        stored = json.loads(row[0]) if row else None
    except ValueError:
        return None
    return stored if isinstance(stored, dict) else None


class StoredFailure:
    """Memory of one way in which one model fails; a database in trouble remembers nothing."""

    def __init__(self, store: ModelServerStore, base_url: str, model: str, kind: str) -> None:
        self._store = store
        self._of = (base_url, model, kind)

    def recall(self) -> str | None:
        """Return what it said last, None where nothing is remembered."""
        with suppress(StoreError):
            found = self._store.failure(*self._of)
            return found.said if found else None
        return None

    def keep(self, said: str) -> None:
        """Remember what it said."""
        try:
            self._store.keep_failure(*self._of, said)
        except StoreError as error:
            _log.info("that %s is %s could not be stored: %s", *self._of[1:], error)

    def forget(self) -> None:
        """Forget it."""
        try:
            self._store.forget_failure(*self._of)
        except StoreError as error:
            _log.info("that %s is no longer %s could not be stored: %s", *self._of[1:], error)
