"""A worker: claims shards and makes them, until there are none or it is told to stop."""

from __future__ import annotations

import logging
import os
import socket
import threading
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

from paperlark.domain.database_place import DatabasePlace
from paperlark.domain.errors import PaperlarkError, ShardLost, StoreError
from paperlark.domain.fleet import ClaimedShard, Shard, ShardReport
from paperlark.store.connection import DatabaseConnection
from paperlark.store.shards import ShardQueue, end_shard

_log = logging.getLogger(__name__)

_BEATS = 4
"""Heartbeats within a lease: three may be lost."""

EndShard = Callable[[DatabaseConnection, ShardReport], None]
"""Called last in the transaction that stores a shard; raises ShardLost, and that must undo it."""
Connect = Callable[[], DatabaseConnection]
"""Opens one more connection to the fleet's database; raises StoreError."""


class MakeShard(Protocol):
    """Makes the pages of a shard's readers and stores them and its end in one transaction."""

    def __call__(self, shard: Shard, end: EndShard, /) -> None:
        """Make and store a shard; raises PaperlarkError where nothing could be stored."""
        ...


@dataclass(frozen=True, slots=True)
class WorkerLimits:
    """How patient a worker is, in seconds.

    A shard whose worker is silent for `lease` is made by another one; it is begun `attempts` times
    at most, the second time `pause` after the first failed and later ones more. An empty queue is
    looked at every `poll`. A worker that is to stop finishes its shard within `grace`, or gives it
    back. It ends where its database is away for `patience`.
    """

    lease: float = 60.0
    attempts: int = 3
    pause: float = 5.0
    poll: float = 1.0
    grace: float = 9.0
    patience: float = 600.0


DEFAULT_LIMITS = WorkerLimits()


def this_worker() -> str:
    """Return the name of this process as a worker: its machine and its number there."""
    return f"{socket.gethostname()}:{os.getpid()}"


@dataclass
class Worker:
    """Makes shards, one after the other; `make` is called on the thread that runs it.

    `stop` is set by whoever wants it to stop; `leave` ends the process where a shard takes longer
    than the grace period, after it was given back.
    """

    make: MakeShard
    connect: Connect
    database: DatabasePlace
    stop: threading.Event
    limits: WorkerLimits = DEFAULT_LIMITS
    name: str = field(default_factory=this_worker)
    leave: Callable[[], object] = lambda: os._exit(143)
    made: int = 0
    _unsettled: ClaimedShard | None = field(default=None, init=False)
    _away_since: float | None = field(default=None, init=False)

    def run(self, day: date | None = None, *, stay: bool = False) -> int:
        """Make shards until all have ended, for ever with `stay`; return how many were stored.

        With `day` only those of that day. Shards of other workers that may still die are waited
        for. Raises StoreError where the database is away for too long.
        """
        while not self.stop.is_set():
            try:
                with closing(self.connect()) as connection:
                    if self._work(ShardQueue(connection, self.database), day, stay=stay):
                        break
            except StoreError as error:
                if self._away_since is None:
                    _log.warning("the database is away, waiting for it: %s", error)
                    self._away_since = time.monotonic()
                if time.monotonic() - self._away_since > self.limits.patience:
                    raise
                self.stop.wait(self.limits.poll)
        return self.made

    def _work(self, queue: ShardQueue, day: date | None, *, stay: bool) -> bool:
        """Make shards; return True where all have ended, False where the worker is to stop."""
        if self._unsettled is not None:
            # Where the connection was lost after the commit it is done, and nothing is noted.
            self._fail(queue, self._unsettled, "the connection to the database was lost")
        while not self.stop.is_set():
            queue.fail_dead(attempts=self.limits.attempts)
            self._unsettled = self._claim(queue, day)
            self._away_since = None
            if self._unsettled is not None:
                self.make_claimed(queue, self._unsettled)
                self._unsettled = None
            elif not stay and not queue.unfinished(day):
                return True
            else:
                self.stop.wait(self.limits.poll)
        return False

    def _claim(self, queue: ShardQueue, day: date | None) -> ClaimedShard | None:
        limits = self.limits
        return queue.claim(self.name, lease=limits.lease, attempts=limits.attempts, day=day)

    def make_claimed(self, queue: ShardQueue, claimed: ClaimedShard) -> bool:
        """Make a shard that was claimed; return whether it was stored, for what failed is noted."""
        shard = claimed.shard
        _log.info(
            "shard %d of %s: attempt %d, %d readers, %s",
            *(shard.number, shard.day, claimed.attempt, len(shard.readers)),
            " ".join(shard.categories),
        )
        began = time.monotonic()

        def end(connection: DatabaseConnection, report: ShardReport) -> None:
            end_shard(connection, claimed, report)

        try:
            with _Heartbeat(self, claimed):
                self.make(shard, end)
        except ShardLost as error:
            _log.warning("%s", error)
            return False
        except Exception as error:  # noqa: BLE001  # a boundary that reports it
            # The text of a foreign error could contain anything; the log is not read by readers.
            ours = isinstance(error, PaperlarkError)
            problem = str(error) if ours else f"internal error ({type(error).__name__})"
            _log.warning(
                "shard %d of %s failed: %s", shard.number, shard.day, problem, exc_info=not ours
            )
            self._fail(queue, claimed, problem)
            return False
        self.made += 1
        seconds = time.monotonic() - began
        _log.info("shard %d of %s: stored after %.1f s", shard.number, shard.day, seconds)
        return True

    def _fail(self, queue: ShardQueue, claimed: ClaimedShard, problem: str) -> None:
        pause = self.limits.pause * claimed.attempt
        queue.fail(claimed, problem, attempts=self.limits.attempts, pause=pause)


class _Heartbeat:
    """Prolongs a claim from a thread and a connection of its own while the shard is being made.

    Where the worker is told to stop and the shard takes longer than the grace period, it is given
    back and the process ended: its transaction is undone, and what was paid for is stored already.
    """

    def __init__(self, worker: Worker, claimed: ClaimedShard) -> None:
        self._worker = worker
        self._claimed = claimed
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="heartbeat", daemon=True)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        # Not joined: it may be waiting for a database that is away, and can do no harm.
        self._over.set()

    def _run(self) -> None:
        limits = self._worker.limits
        interval = limits.lease / _BEATS
        held = True
        next_beat = time.monotonic() + interval
        stopping_since: float | None = None
        while not self._over.wait(min(interval, limits.poll)):
            now = time.monotonic()
            if self._worker.stop.is_set():
                stopping_since = stopping_since or now
                if now - stopping_since > limits.grace:
                    self._ask(lambda queue: queue.give_back(self._claimed))
                    if not self._over.is_set():
                        self._worker.leave()
                    return
            if held and now >= next_beat:
                held = self._ask(lambda queue: queue.prolong(self._claimed, limits.lease))
                next_beat = now + interval

    def _ask(self, ask: Callable[[ShardQueue], bool]) -> bool:
        """Return the queue's answer; True where the database is away: it may be back in time."""
        try:
            with closing(self._worker.connect()) as connection:
                return ask(ShardQueue(connection, self._worker.database))
        except StoreError as error:
            _log.warning("no heartbeat: %s", error)
            return True
