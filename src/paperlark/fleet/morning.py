"""Begin a morning of many readers once, whoever starts it, and watch until its shards have ended.

One process at a time reads the feeds and cuts the readers into shards. It holds an advisory lock of
the database meanwhile: if it is killed, whoever starts the morning again takes over.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date

from paperlark.domain.database_place import DatabasePlace
from paperlark.domain.errors import StoreError
from paperlark.domain.fleet import (
    SHARD_SIZE,
    FleetReader,
    MorningStatus,
    cut_into_shards,
    union_of,
)
from paperlark.fleet.worker import DEFAULT_LIMITS, Connect, WorkerLimits
from paperlark.store.shards import ShardQueue

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class FleetMorning:
    """A morning of a day, and what it needs of other rooms.

    `readers` returns all whose pages are due; `fetch` reads the feeds of categories, stores them,
    and returns why which are missing; one process at a time calls it. `tell` is told what is
    waited for.
    """

    day: date
    connect: Connect
    database: DatabasePlace
    readers: Callable[[], Sequence[FleetReader]]
    fetch: Callable[[Sequence[str]], Mapping[str, str]]
    shard_size: int = SHARD_SIZE
    limits: WorkerLimits = DEFAULT_LIMITS
    tell: Callable[[str], object] = lambda _: None

    def begin(self, stop: threading.Event) -> int:
        """Put the shards of readers who have no page into the queue; return how many are new.

        Started again it adds who is new since, and who failed. Where another process is reading
        the feeds it is waited for. Raises SourceError where no feed could be read, StoreError.
        """
        told = False
        while not stop.is_set():
            with closing(self.connect()) as connection:
                queue = ShardQueue(connection, self.database)
                queue.begin(self.day)
                if queue.lead():
                    return self._cut(queue)
            if not told:
                self.tell("another process is beginning a morning; waiting for it")
                told = True
            stop.wait(self.limits.poll)
        return 0

    def _cut(self, queue: ShardQueue) -> int:
        known = queue.known_readers(self.day)
        due = [one for one in self.readers() if one.id not in known]
        if queue.is_cut(self.day) and not due:
            return 0
        began = time.monotonic()
        categories = union_of(due)
        missing = self.fetch(categories) if categories else {}
        seconds = time.monotonic() - began
        first = queue.first_free_number(self.day)
        shards = tuple(cut_into_shards(self.day, due, self.shard_size, first=first))
        queue.add(self.day, shards, seconds, missing)
        _log.info(
            "morning of %s: %d readers in %d shards, %d categories",
            *(self.day, len(due), len(shards), len(categories)),
        )
        return len(shards)

    def watch(
        self,
        stop: threading.Event,
        report: Callable[[MorningStatus], object],
        keep_going: Callable[[], object] = lambda: None,
    ) -> MorningStatus | None:
        """Call `report` whenever something has changed; return how it ended, None if `stop` is set.

        `keep_going` is called at every look, to start workers that have ended. A database that is
        away for less than the limits' patience is waited for; then StoreError is raised.
        """
        before: MorningStatus | None = None
        away_since: float | None = None
        while not stop.is_set():
            try:
                status = self._look()
            except StoreError as error:
                if away_since is None:
                    _log.warning("the database is away, waiting for it: %s", error)
                    away_since = time.monotonic()
                if time.monotonic() - away_since > self.limits.patience:
                    raise
                stop.wait(self.limits.poll)
                continue
            away_since = None
            if status != before:
                report(status)
                before = status
            if status.cut and all(one.state.ended for one in status.shards):
                return status
            keep_going()
            stop.wait(self.limits.poll)
        return None

    def _look(self) -> MorningStatus:
        with closing(self.connect()) as connection:
            queue = ShardQueue(connection, self.database)
            # Where all workers are gone, nobody else would end what killed them.
            queue.fail_dead(attempts=self.limits.attempts)
            status = queue.status(self.day)
        if status is None:
            raise StoreError(
                f"the morning of {self.day} is gone from the database",
                hint="start it again: paperlark fleet morning",
            )
        return status
