"""One connection that the threads of a server take turns with, opened again after it was lost."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import TypeVar

from paperlark.domain.database_place import DatabasePlace
from paperlark.domain.errors import StoreError
from paperlark.store.connection import DatabaseConnection, connect_again, store_errors
from paperlark.store.database import open_database

_log = logging.getLogger(__name__)
_Result = TypeVar("_Result")


class SharedConnection:
    """A connection to a database that is there for as long as a server runs; safe for threads."""

    def __init__(self, database: DatabasePlace) -> None:
        """Create or migrate the database where needed; raises StoreError."""
        self.database = database
        self._lock = threading.Lock()
        with open_database(database):
            pass
        self._connection: DatabaseConnection | None = self._connect()

    def run(self, work: Callable[[DatabaseConnection], _Result]) -> _Result:
        """Return what `work` returns; after an error it is tried once more, on a new connection.

        A database server that was restarted has dropped ours. So `work` may be done twice, and its
        statements are such that this does no harm. Raises StoreError.
        """
        with self._lock, store_errors(self.database):
            if self._connection is not None:
                try:
                    return work(self._connection)
                except StoreError as error:
                    _log.info("connecting again: %s", error)
                    self._close()
            self._connection = self._connect()
            return work(self._connection)

    def close(self) -> None:
        """Close it."""
        with self._lock:
            self._close()

    def _close(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._connection = None

    def _connect(self) -> DatabaseConnection:
        with store_errors(self.database):
            return connect_again(self.database)
