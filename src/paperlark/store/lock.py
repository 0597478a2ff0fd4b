"""One run at a time on a database: a second one waits, or ends and names the first."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from filelock import FileLock, Timeout

from paperlark.domain.database_place import DatabasePlace, file_beside, folder_of
from paperlark.domain.errors import RunHangs, StoreBusy, StoreError


@dataclass(frozen=True, slots=True)
class RunLock:
    """The lock that a run holds; `aside` lets others work while this one waits."""

    _take: Callable[[], object]
    _release: Callable[[], object]

    @contextmanager
    def aside(self) -> Iterator[None]:
        """Release the lock for a while; StoreBusy is raised where another run keeps it then.

        After an error it is not taken again: what has failed is told without waiting for others.
        """
        self._release()
        yield
        self._take()


@contextmanager
def run_lock(
    database: DatabasePlace,
    *,
    patience: float,
    tell: Callable[[str], object] = lambda _: None,
    at_most: float = 7200.0,
) -> Iterator[RunLock]:
    """Hold the database for one run.

    Where another run holds it, `tell` is called with its description; StoreBusy is raised after
    `patience` seconds; RunHangs at once where that run has held it for longer than the seconds that
    it wrote down as its `at_most`. A killed run holds nothing: the system releases its lock.
    """
    lock = FileLock(file_beside(database, ".lock"))
    note = _note_of(database)
    started: datetime | None = None

    def take() -> None:
        nonlocal started
        try:
            folder_of(database).mkdir(parents=True, exist_ok=True)
            _acquire(lock, note, database, patience, tell)
            started = started or datetime.now(UTC)
            _leave_note(note, started, at_most)
        except OSError as error:
            lock.release()
            raise StoreError(
                f"the lock of {database} cannot be made ({error.strerror})",
                hint="check that its folder is writable and that the disk is not full",
            ) from error

    def release() -> None:
        if lock.is_locked:
            note.unlink(missing_ok=True)
            lock.release()

    take()
    try:
        yield RunLock(take, release)
    finally:
        release()


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


def may_be_at_work(database: DatabasePlace) -> bool:
    """Return whether a run may be at work on the database; False where it is certain that none is.

    A run that was killed leaves its note, which names a process that is gone.
    """
    try:
        process = int(json.loads(_note_of(database).read_text("utf-8"))["process"])
    except FileNotFoundError:
        return False
    except (OSError, ValueError, KeyError, TypeError):
        return True
    if os.name != "posix":
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        return True
    return process != os.getpid()


def _note_of(database: DatabasePlace) -> Path:
    return file_beside(database, ".run")


def _acquire(
    lock: FileLock,
    note: Path,
    database: DatabasePlace,
    patience: float,
    tell: Callable[[str], object],
) -> None:
    try:
        lock.acquire(timeout=0)
    except Timeout:
        holder = _Holder.read(note)
        holder.check(database)
        tell(f"waiting for {holder.name}, which is at work on {database}")
    else:
        return
    try:
        lock.acquire(timeout=patience)
    except Timeout:
        holder = _Holder.read(note)
        holder.check(database)
        raise StoreBusy(
            f"{holder.name} is at work on {database}",
            hint="wait until it has finished; if it hangs, end that process",
        ) from None


def _leave_note(note: Path, started: datetime, at_most: float) -> None:
    written = {"process": os.getpid(), "started": started.isoformat(timespec="seconds")}
    note.write_text(json.dumps({**written, "at_most": at_most}), "utf-8")


_LATE = 900.0
"""Seconds beyond its own limit after which a run is taken to hang: it ends itself before."""


@dataclass(frozen=True, slots=True)
class _Holder:
    """The run that holds the lock, as its note says; without one nothing is known."""

    process: int | None = None
    started: datetime | None = None
    at_most: float = math.inf

    @classmethod
    def read(cls, note: Path) -> _Holder:
        """Read the note of another run."""
        try:
            known = json.loads(note.read_text("utf-8"))
            started = datetime.fromisoformat(str(known["started"])).astimezone(UTC)
            return cls(int(known["process"]), started, float(known.get("at_most", math.inf)))
        except (OSError, ValueError, KeyError, TypeError, AttributeError, OverflowError):
            return cls()

    @property
    def name(self) -> str:
        """Who it is."""
        if self.started is None:
            return "another run"
        return f"process {self.process}, started {self.started:%Y-%m-%d %H:%M:%S} UTC"

    def check(self, database: DatabasePlace) -> None:
        """Raise RunHangs where it holds the lock for longer than a run may."""
        if self.started is None or self.process is None:
            return
        held = (datetime.now(UTC) - self.started).total_seconds()
        if held > self.at_most + _LATE:
            raise RunHangs(
                f"{self.name}, hangs: it is at work on {database} for longer than a run may",
                hint=f"end it (kill -9 {self.process}) and run this again;"
                " what it paid for is kept",
            )
