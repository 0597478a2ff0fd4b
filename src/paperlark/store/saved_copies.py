"""Saved papers in places outside: what was written where, a row for each paper and place."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

from paperlark.domain.database_place import DatabasePlace
from paperlark.domain.paper import PaperId
from paperlark.domain.saving import CopyState, SavedCopy
from paperlark.store.connection import DatabaseConnection, instant, store_errors, transaction

_KEEP = """
    INSERT INTO saved_copies (profile, saver, place, paper_id, state, key, content, problem, at)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (profile, saver, place, paper_id) DO UPDATE SET state = excluded.state,
        key = excluded.key, content = excluded.content, problem = excluded.problem, at = excluded.at
    WHERE saved_copies.state <> 'deleted'
"""


class SavedCopyStore:
    """Implements SavedCopies on an open database, for one reader, saver and place.

    `check` raises StoreError where another run has taken over. A copy that was deleted by its
    reader stays so.
    """

    def __init__(
        self,
        connection: DatabaseConnection,
        database: DatabasePlace,
        owner: tuple[str, str, str],
        check: Callable[[], object] | None = None,
    ) -> None:
        self._connection = connection
        self._database = database
        self._owner = owner
        self._check = check

    def all(self) -> Mapping[PaperId, SavedCopy]:
        """Return every copy by paper."""
        with store_errors(self._database):
            rows = self._connection.execute(
                "SELECT paper_id, state, at, key, content, problem FROM saved_copies"
                " WHERE profile = ? AND saver = ? AND place = ? ORDER BY paper_id",
                self._owner,
            ).fetchall()
        return {
            PaperId(paper): SavedCopy(
                PaperId(paper), CopyState(state), datetime.fromisoformat(at), key, content, problem
            )
            for paper, state, at, key, content, problem in rows
        }

    def keep(self, copies: Iterable[SavedCopy]) -> None:
        """Store copies in one transaction."""
        if self._check is not None:
            self._check()
        rows = [
            (
                *self._owner,
                one.paper_id,
                one.state,
                one.key,
                one.content,
                one.problem,
                instant(one.at),
            )
            for one in copies
        ]
        if rows:
            with store_errors(self._database), transaction(self._connection, self._owner[0]):
                self._connection.executemany(_KEEP, rows)
