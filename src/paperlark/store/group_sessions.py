"""Who is signed in to a group, and sign-in links that were sent: a file of the group's own.

Names of sessions and links are kept as hashes, so that whoever reads a copy of the file cannot sign
in with it. Times are seconds since 1970.
"""

from __future__ import annotations

import hashlib
import secrets
import threading
from pathlib import Path

from paperlark.store.connection import connect, store_errors, transaction
from paperlark.store.sqlite import make_private

_TABLES = """
CREATE TABLE IF NOT EXISTS secret (value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS sessions (
    name TEXT PRIMARY KEY,            -- a hash: the name itself is in the cookie alone
    member TEXT NOT NULL,
    ends REAL NOT NULL
);
CREATE TABLE IF NOT EXISTS links (
    token TEXT PRIMARY KEY,           -- a hash: the token itself is in the mail alone
    member TEXT NOT NULL,
    ends REAL NOT NULL
);
"""


class GroupSessionStore:
    """The sessions and links of a group, open for as long as its app runs; safe for threads."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        with store_errors(path):
            make_private(path)
            self._connection = connect(path, one_thread=False)
            self._connection.executescript(_TABLES)

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._connection.close()

    def secret(self) -> str:
        """Return the secret that signs cookies, made at the first call."""
        with self._lock, store_errors(self._path), transaction(self._connection):
            found = self._connection.execute("SELECT value FROM secret").fetchone()
            if found:
                return str(found[0])
            made = secrets.token_urlsafe(32)
            self._connection.execute("INSERT INTO secret VALUES (?)", (made,))
            return made

    def begin(self, name: str, member: str, *, now: float, ends: float) -> None:
        """Store a new session of a member, and forget those that have ended."""
        with self._lock, store_errors(self._path), transaction(self._connection):
            self._connection.execute("DELETE FROM sessions WHERE ends <= ?", (now,))
            self._connection.execute(
                "INSERT INTO sessions VALUES (?, ?, ?)", (_hash(name), member, ends)
            )

    def member(self, name: str, now: float) -> str:
        """Return whose session this is; empty where it has ended or was never begun."""
        with self._lock, store_errors(self._path):
            found = self._connection.execute(
                "SELECT member FROM sessions WHERE name = ? AND ends > ?", (_hash(name), now)
            ).fetchone()
        return str(found[0]) if found else ""

    def end(self, name: str) -> None:
        """End a session."""
        with self._lock, store_errors(self._path), transaction(self._connection):
            self._connection.execute("DELETE FROM sessions WHERE name = ?", (_hash(name),))

    def forget(self, member: str) -> None:
        """End every session of a member, and what links would begin."""
        with self._lock, store_errors(self._path), transaction(self._connection):
            self._connection.execute("DELETE FROM sessions WHERE member = ?", (member,))
            self._connection.execute("DELETE FROM links WHERE member = ?", (member,))

    def add_link(self, token: str, member: str, *, now: float, ends: float) -> None:
        """Store a link that was sent to a member, and forget those that have ended."""
        with self._lock, store_errors(self._path), transaction(self._connection):
            self._connection.execute("DELETE FROM links WHERE ends <= ?", (now,))
            self._connection.execute(
                "INSERT INTO links VALUES (?, ?, ?)", (_hash(token), member, ends)
            )

    def use_link(self, token: str, now: float) -> str:
        """Return whose link this is, once; empty where it was used, has ended or never was."""
        with self._lock, store_errors(self._path), transaction(self._connection):
            found = self._connection.execute(
                "DELETE FROM links WHERE token = ? AND ends > ? RETURNING member",
                (_hash(token), now),
            ).fetchone()
        return str(found[0]) if found else ""


def _hash(name: str) -> str:
    return hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()
