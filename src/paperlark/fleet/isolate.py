"""Work on a block of readers of which one may fail without the others."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, MutableMapping, Sequence
from functools import partial
from typing import TypeVar

from paperlark.domain.errors import PaperlarkError, StoreError, StoreUnavailable
from paperlark.store.connection import DatabaseConnection

_log = logging.getLogger(__name__)

_Result = TypeVar("_Result")


class Isolation:
    """Runs work on blocks of readers; whose work fails is noted in `failures` and left out.

    `failures` has by reader one line on why there is no page.
    """

    def __init__(self, connection: DatabaseConnection) -> None:
        self._connection = connection
        self.failures: MutableMapping[str, str] = {}

    def run(
        self, readers: Sequence[str], work: Callable[[Sequence[str]], Mapping[str, _Result]]
    ) -> dict[str, _Result]:
        """Return what `work` returns for the readers: of all at once, or one by one if that fails.

        Raises what is nobody's own failure: a database that is full or cannot be reached, or an
        interruption.
        """
        left = [reader for reader in readers if reader not in self.failures]
        if not left:
            return {}
        try:
            return dict(work(left))
        except MemoryError:
            raise
        except Exception as error:  # noqa: BLE001  # whose it is shows when each is tried alone
            self._check_database(error)
            _log.info("a block of %d readers failed, each is tried alone: %s", len(left), error)
        alone = {one: self.run_one(one, partial(work, [one])) for one in left}
        return {one: found[one] for one, found in alone.items() if found is not None}

    def run_one(self, reader: str, work: Callable[[], _Result]) -> _Result | None:
        """Return what `work` returns, None where it fails for this reader. Raises as `run`."""
        try:
            return work()
        except MemoryError:
            raise
        except Exception as error:  # noqa: BLE001  # a boundary that reports it
            self._check_database(error)
            self.note(reader, error)
            return None

    def note(self, reader: str, error: Exception) -> None:
        """Note that there is no page for this reader; a fault of ours is logged with its trace."""
        if isinstance(error, PaperlarkError):
            self.failures[reader] = str(error)
            _log.warning("reader %s: %s", reader, error)
            return
        # The text of a foreign error could quote anything.
        self.failures[reader] = f"internal error ({type(error).__name__})"
        _log.error("reader %s: internal error", reader, exc_info=error)

    def _check_database(self, error: Exception) -> None:
        """Raise the error again where it is no reader's: the database is away, or full."""
        if isinstance(error, StoreUnavailable):
            raise error from None
        if isinstance(error, StoreError):
            try:
                self._connection.execute("SELECT 1").fetchone()
            except StoreError:
                raise error from None
