"""The lock of a run on a PostgreSQL server: advisory locks of a session, whatever the machine.

A session whose process was killed ends, and its locks with it. Who holds one stands in the
`application_name` of its session: that is there before the tables are, ends with the lock, and is
what an administrator sees in pg_stat_activity.
"""

from __future__ import annotations

import os
import re
import socket
import time
from datetime import UTC, datetime

from paperlark.domain.errors import StoreError
from paperlark.domain.redaction import public_address
from paperlark.store.connection import DatabaseConnection
from paperlark.store.lock_holder import LockHolder
from paperlark.store.postgresql import advisory_key, connect

_ALL = advisory_key("runs", "")
_POLL = 0.25
"""Seconds between two looks whether the other run has finished."""
_SETTINGS = (
    # A machine that dies without a word holds its locks for a minute, and not for two hours.
    "SET tcp_keepalives_idle = 30",
    "SET tcp_keepalives_interval = 10",
    "SET tcp_keepalives_count = 3",
    # This session has nothing to say for as long as a run takes.
    "SET idle_session_timeout = 0",
)
_LONGEST_NAME = 63
_NOTE = re.compile(r"paperlark run (\d+) (\d+) (\d+|inf) (.*)")
# Of a lock of 64 bits the server shows both halves.
_HOLDER = """
    SELECT a.application_name FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
    WHERE l.locktype = 'advisory' AND l.objsubid = 1 AND l.granted AND l.pid <> pg_backend_pid()
        AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
        AND ((CAST(l.classid AS bigint) << 32) | CAST(l.objid AS bigint)) = :key
        AND (l.mode = 'ExclusiveLock' OR :shared = 1)
    ORDER BY a.backend_start LIMIT 1
"""


class ServerLock:
    """The lock of one reader's runs, or of all runs: one connection that does nothing else."""

    def __init__(self, address: str, reader: str | None) -> None:
        self._address = address
        self._key = None if reader is None else advisory_key("run", reader)
        self._connection: DatabaseConnection | None = None

    def acquire(self, patience: float) -> bool:
        """Take the lock within so many seconds; return whether it was taken."""
        ends = time.monotonic() + patience
        while not (taken := self._try()) and time.monotonic() < ends:
            time.sleep(_POLL)
        return taken

    def close(self) -> None:
        """Close the session."""
        self.release()

    def release(self) -> None:
        """Release it by closing its session; one that is lost was released by the server."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def note(self, started: datetime, at_most: float) -> None:
        """Leave a note of who holds it."""
        limit = "inf" if at_most == float("inf") else f"{at_most:.0f}"
        note = f"paperlark run {os.getpid()} {started.timestamp():.0f} {limit} "
        host = socket.gethostname().encode("ascii", "replace").decode()
        self._opened().execute(
            "SELECT set_config('application_name', ?, false)", ((note + host)[:_LONGEST_NAME],)
        )

    def holder(self) -> LockHolder | None:
        """Return who holds it, None where nobody does."""
        keys = [(_ALL, self._key is None), (self._key, True)]
        for key, shared in keys:
            values = {"key": key, "shared": int(shared)}
            row = self._opened().execute(_HOLDER, values).fetchone() if key is not None else None
            if row:
                return _holder(str(row[0]))
        return None

    def check(self) -> None:
        """Raise StoreError where the session was lost, with which another run may have begun."""
        try:
            self._opened().execute("SELECT 1")
        except StoreError as error:
            raise StoreError(
                f"the run's lock on {public_address(self._address)} was lost: another run may be"
                " at work",
                hint="run this again; what was paid for is kept",
            ) from error

    def _try(self) -> bool:
        if self._key is None:
            return self._ask("pg_try_advisory_lock", _ALL)
        # All runs of readers hold this one together, so that nobody has it for themselves.
        if not self._ask("pg_try_advisory_lock_shared", _ALL):
            return False
        if self._ask("pg_try_advisory_lock", self._key):
            return True
        self._ask("pg_advisory_unlock_shared", _ALL)
        return False

    def _ask(self, function: str, key: int) -> bool:
        row = self._opened().execute(f"SELECT {function}(?)", (key,)).fetchone()
        return bool(row[0])

    def _opened(self) -> DatabaseConnection:
        if self._connection is None:
            self._connection = connect(self._address)
            for setting in _SETTINGS:
                self._connection.execute(setting)
        return self._connection


def _holder(note: str) -> LockHolder:
    found = _NOTE.fullmatch(note)
    if not found:
        return LockHolder()
    process, started, at_most, host = found.groups()
    return LockHolder(int(process), datetime.fromtimestamp(int(started), UTC), float(at_most), host)
