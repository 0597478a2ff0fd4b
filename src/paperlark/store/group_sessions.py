"""Who is signed in to the app of a group, and who tries to: rows that all its processes share.

Names of sessions, links and sign-ins are kept as hashes, so that whoever reads a copy of the
database cannot sign in with it. Times are seconds since 1970. No statement needs another one's
transaction, so that none of them waits for a writer.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from typing import Any

from paperlark.domain.database_place import DatabasePlace
from paperlark.domain.sign_in import BegunSignIn
from paperlark.store.shared_connection import SharedConnection


@dataclass(frozen=True, slots=True)
class TryLimit:
    """Allows `most` tries in `seconds` for each key; `kind` tells its keys from another limit's."""

    kind: str
    most: int
    seconds: float


class GroupSessionStore:
    """The sessions, links and tries of the app at a public address; safe for threads.

    Several apps may share a database: nothing of one is worth anything at another.
    """

    def __init__(self, database: DatabasePlace, app: str) -> None:
        """Open it; close it in the end. Raises StoreError."""
        self._shared = SharedConnection(database)
        self._app = app

    def close(self) -> None:
        """Close the connection."""
        self._shared.close()

    def secret(self) -> str:
        """Return the secret that signs cookies, made at the first call."""
        self._write(
            "INSERT INTO app_keys (app, secret) VALUES (:app, :secret) ON CONFLICT DO NOTHING",
            secret=secrets.token_urlsafe(32),
        )
        return str(self._one("SELECT secret FROM app_keys WHERE app = :app")[0])

    def begin(self, name: str, member: str, *, now: float, ends: float) -> None:
        """Store a new session of a member, and forget all that has ended."""
        self._forget(now)
        self._write(
            "INSERT INTO app_sessions (app, name, member, ends)"
            " VALUES (:app, :name, :member, :ends) ON CONFLICT DO NOTHING",
            name=_hash(name),
            member=member,
            ends=ends,
        )

    def member(self, name: str, now: float) -> str:
        """Return whose session this is; empty where it has ended or was never begun."""
        found = self._one(
            "SELECT member FROM app_sessions WHERE app = :app AND name = :name AND ends > :now",
            name=_hash(name),
            now=now,
        )
        return str(found[0]) if found else ""

    def end(self, name: str) -> None:
        """End a session."""
        self._write("DELETE FROM app_sessions WHERE app = :app AND name = :name", name=_hash(name))

    def end_all(self, member: str) -> None:
        """End every session and link of a member, wherever they are signed in."""
        for table in ("app_sessions", "sign_in_links"):
            self._write(f"DELETE FROM {table} WHERE app = :app AND member = :member", member=member)  # noqa: S608  # a name from here

    def add_link(self, token: str, member: str, *, now: float, ends: float) -> None:
        """Store a link that was sent to a member, and forget all that has ended."""
        self._forget(now)
        self._write(
            "INSERT INTO sign_in_links (app, token, member, ends)"
            " VALUES (:app, :token, :member, :ends) ON CONFLICT DO NOTHING",
            token=_hash(token),
            member=member,
            ends=ends,
        )

    def use_link(self, token: str, now: float) -> str:
        """Return whose link this is, once; empty where it was used, has ended or never was."""
        found = self._one(
            "DELETE FROM sign_in_links WHERE app = :app AND token = :token AND ends > :now"
            " RETURNING member",
            token=_hash(token),
            now=now,
        )
        return str(found[0]) if found else ""

    def add_sign_in(self, state: str, begun: BegunSignIn, now: float) -> None:
        """Store a sign-in that was begun at a provider, and forget all that has ended."""
        self._forget(now)
        self._write(
            "INSERT INTO sign_ins_begun (app, state, visit, nonce, verifier, ends)"
            " VALUES (:app, :state, :visit, :nonce, :verifier, :ends) ON CONFLICT DO NOTHING",
            state=_hash(state),
            visit=_hash(begun.visit),
            nonce=begun.nonce,
            verifier=begun.verifier,
            ends=begun.ends,
        )

    def take_sign_in(self, state: str, visit: str, now: float) -> BegunSignIn | None:
        """Return the sign-in of this state, once, if this visit began it; None else."""
        found = self._one(
            "DELETE FROM sign_ins_begun WHERE app = :app AND state = :state"
            " RETURNING visit, nonce, verifier, ends",
            state=_hash(state),
        )
        if found is None or found[0] != _hash(visit) or found[3] <= now:
            return None
        return BegunSignIn(visit, *found[1:])

    def allows(self, limit: TryLimit, key: str, now: float) -> bool:
        """Count a try, and return whether it is one of those that the limit allows.

        The count begins anew `seconds` after its first try, or after the last one that was refused:
        whoever goes on trying waits on.
        """
        found = self._one(
            "INSERT INTO sign_in_tries (app, tried, tries, ends) VALUES (:app, :tried, 1, :ends)"
            " ON CONFLICT (app, tried) DO UPDATE SET"
            " tries = CASE WHEN sign_in_tries.ends <= :now THEN 1 ELSE sign_in_tries.tries + 1 END,"
            " ends = CASE WHEN sign_in_tries.ends <= :now OR sign_in_tries.tries >= :most"
            " THEN excluded.ends ELSE sign_in_tries.ends END"
            " RETURNING tries",
            tried=_hash(f"{limit.kind} {key}"),
            ends=now + limit.seconds,
            now=now,
            most=limit.most,
        )
        return int(found[0]) <= limit.most

    def _forget(self, now: float) -> None:
        for table in ("app_sessions", "sign_in_links", "sign_ins_begun", "sign_in_tries"):
            self._write(f"DELETE FROM {table} WHERE ends <= :now", now=now)  # noqa: S608  # a name from here

    def _write(self, sql: str, **values: object) -> None:
        self._shared.run(lambda one: one.execute(sql, {"app": self._app, **values}))

    def _one(self, sql: str, **values: object) -> Any:  # noqa: ANN401  # a row, None without
        # All rows are fetched: SQLite commits a statement at its end.
        rows = self._shared.run(
            lambda one: one.execute(sql, {"app": self._app, **values}).fetchall()
        )
        return rows[0] if rows else None


def _hash(name: str) -> str:
    return hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()
