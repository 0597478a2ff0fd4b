"""One run at a time on a database: a second one waits, or ends and names the first."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Callable, Collection, Iterator
from contextlib import AbstractContextManager, closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Protocol

from filelock import FileLock, Timeout

from paperlark.domain.database_place import DatabasePlace, DatabaseServer, file_beside
from paperlark.domain.errors import StoreError
from paperlark.store.lock_holder import LockHolder
from paperlark.store.server_lock import ServerLock


class _Lock(Protocol):
    """A lock that one process at a time holds, with a note of who that is."""

    def acquire(self, patience: float) -> bool:
        """Take it within so many seconds; return whether it was taken."""
        ...

    def release(self) -> None:
        """Release it, where it is held, and the note with it."""
        ...

    def note(self, started: datetime, at_most: float) -> None:
        """Leave a note of who holds it."""
        ...

    def holder(self) -> LockHolder | None:
        """Return who holds it, None where nobody does."""
        ...


@dataclass(frozen=True, slots=True)
class RunLock:
    """The lock that a run holds.

    `aside` lets others work while this one waits; StoreBusy is raised at its end where another run
    keeps the lock then. After an error it is not taken again: what has failed is told without
    waiting for others. `check` raises StoreError where the lock was lost, before what must not be
    done twice: paying and sending. What a run writes needs no check: each digest is stored as a
    whole. None where it cannot be lost, as that of a file.
    """

    aside: Callable[[], AbstractContextManager[None]]
    check: Callable[[], None] | None


@contextmanager
def run_lock(
    database: DatabasePlace,
    *,
    patience: float,
    reader: str | None = None,
    tell: Callable[[str], object] = lambda _: None,
    at_most: float = 7200.0,
) -> Iterator[RunLock]:
    """Hold the database for one run; on a server for one `reader`, without whom for all.

    Where another run holds it, `tell` is called with its description; StoreBusy is raised after
    `patience` seconds; RunHangs at once where that run has held it for longer than the seconds that
    it wrote down as its `at_most`. A killed run holds nothing: the system, or the server, releases
    its lock.
    """
    lock = _lock_of(database, reader)
    started: datetime | None = None

    def take() -> None:
        nonlocal started
        try:
            _acquire(lock, database, patience, tell)
            started = started or datetime.now(UTC)
            lock.note(started, at_most)
        except BaseException:
            lock.release()
            raise

    @contextmanager
    def aside() -> Iterator[None]:
        lock.release()
        yield
        take()

    take()
    try:
        yield RunLock(aside, lock.check if isinstance(lock, ServerLock) else None)
    finally:
        lock.release()


def _lock_of(database: DatabasePlace, reader: str | None) -> _Lock:
    if isinstance(database, DatabaseServer):
        return ServerLock(database.address, reader)
    return _LockFile(database)


def _acquire(
    lock: _Lock, database: DatabasePlace, patience: float, tell: Callable[[str], object]
) -> None:
    if lock.acquire(0):
        return
    holder = lock.holder() or LockHolder()
    holder.check(database)
    tell(f"waiting for {holder.name}, which is at work on {database}")
    if not lock.acquire(patience):
        holder = lock.holder() or LockHolder()
        holder.check(database)
        raise holder.busy(database)


class _LockFile:
    """A lock beside an SQLite file, which the system releases when its process ends."""

    def __init__(self, database: Path) -> None:
        self._database = database
        self._lock = FileLock(file_beside(database, ".lock"))
        self._note = file_beside(database, ".run")

    def acquire(self, patience: float) -> bool:
        """Take it within so many seconds; return whether it was taken. Raises StoreError."""
        with self._errors():
            self._database.parent.mkdir(parents=True, exist_ok=True)
            try:
                self._lock.acquire(timeout=patience)
            except Timeout:
                return False
        return True

    def release(self) -> None:
        """Release it, where it is held, and the note with it."""
        if self._lock.is_locked:
            self._note.unlink(missing_ok=True)
            self._lock.release()

    def note(self, started: datetime, at_most: float) -> None:
        """Leave a note of who holds it; raises StoreError."""
        written = {"process": os.getpid(), "started": started.isoformat(timespec="seconds")}
        with self._errors():
            self._note.write_text(json.dumps({**written, "at_most": at_most}), "utf-8")

    def holder(self) -> LockHolder:
        """Return who holds it, as the note says."""
        try:
            known = json.loads(self._note.read_text("utf-8"))
            started = datetime.fromisoformat(str(known["started"])).astimezone(UTC)
            at_most = float(known.get("at_most", math.inf))
            return LockHolder(int(known["process"]), started, at_most)
        except (OSError, ValueError, KeyError, TypeError, AttributeError, OverflowError):
            return LockHolder()

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise StoreError(
                f"the lock of {self._database} cannot be made ({error.strerror})",
                hint="check that its folder is writable and that the disk is not full",
            ) from error


@dataclass(frozen=True, slots=True)
class HangingNotes:
    """Which channels were told on a day that a run hangs, in a file beside the database it holds.

    What cannot be read or written is as if nobody was told.
    """

    database: DatabasePlace

    def told(self, today: date) -> frozenset[str]:
        """Return the channels that were told today."""
        try:
            document = json.loads(self._path.read_text("utf-8"))
            return frozenset(map(str, document["told"] if document["day"] == str(today) else ()))
        except (OSError, ValueError, KeyError, TypeError):
            return frozenset()

    def keep(self, today: date, told: Collection[str]) -> None:
        """Note the channels that were told today."""
        with suppress(OSError):
            self._path.write_text(json.dumps({"day": str(today), "told": sorted(told)}), "utf-8")

    @property
    def _path(self) -> Path:
        return file_beside(self.database, ".hangs")


def may_be_at_work(database: DatabasePlace, reader: str | None = None) -> bool:
    """Return whether a run may be at work on the database; False where it is certain that none is.

    On a server a run of that `reader`. A run that was killed leaves its file's note, which names a
    process that is gone.
    """
    if isinstance(database, DatabaseServer):
        return _runs_on(database, reader)
    try:
        process = int(json.loads(file_beside(database, ".run").read_text("utf-8"))["process"])
    except FileNotFoundError:
        return False
    except (OSError, ValueError, KeyError, TypeError):
        return True
    return process != os.getpid() and _may_be_alive(process)


def _may_be_alive(process: int) -> bool:
    if os.name != "posix":
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        return True
    return True


def _runs_on(server: DatabaseServer, reader: str | None) -> bool:
    with closing(ServerLock(server.address, reader)) as lock:
        return lock.holder() is not None
