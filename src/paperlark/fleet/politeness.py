"""What all workers of a fleet have to share: whose turn it is at a model, and at other services."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from functools import partial

from paperlark.domain.authorship import Authorship
from paperlark.domain.paper import Paper, PaperId
from paperlark.fleet.worker import Connect
from paperlark.ports import AuthorService
from paperlark.store.postgresql import advisory_key

_LOOK = 0.1
"""Seconds between two looks whether a model is free."""


@contextmanager
def turn_at_model(
    connect: Connect, server: str, *, sleep: Callable[[float], object] = time.sleep
) -> Iterator[Callable[[], object]]:
    """Be the only worker, on any machine, that asks this model meanwhile.

    So its limits, which each worker keeps for itself, are kept by all together, and readers with
    the same criteria find what was paid for the first of them. PostgreSQL lets go of the lock when
    its connection ends, however it does. Yields what raises StoreError where that has happened, and
    another worker may be asking.
    """
    key = advisory_key("model", server)
    with closing(connect()) as connection:
        # Not waited for in the server, which ends a statement that waits for long.
        while not connection.execute("SELECT pg_try_advisory_lock(?)", (key,)).fetchone()[0]:
            sleep(_LOOK)
        yield partial(connection.execute, "SELECT 1")


class PacedAuthors:
    """Implements AuthorService by another one, before each of whose look-ups `turn` waits."""

    def __init__(self, service: AuthorService, turn: Callable[[], object]) -> None:
        self._service = service
        self._turn = turn

    @property
    def name(self) -> str:
        """The name of the service."""
        return self._service.name

    def look_up(self, papers: Sequence[Paper]) -> Mapping[PaperId, Authorship]:
        """Look up every paper's authors when it is our turn."""
        self._turn()
        return self._service.look_up(papers)
