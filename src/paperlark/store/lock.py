"""One run at a time on a database: a second one waits, or ends and names the first."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout

from paperlark.domain.errors import StoreBusy, StoreError


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
    database: Path, *, patience: float, tell: Callable[[str], object] = lambda _: None
) -> Iterator[RunLock]:
    """Hold the database for one run.

    Where another run holds it, `tell` is called with its description; StoreBusy is raised after
    `patience` seconds. A killed run holds nothing: the system releases its lock.
    """
    lock = FileLock(database.with_name(f"{database.name}.lock"))
    note = database.with_name(f"{database.name}.run")

    def take() -> None:
        try:
            database.parent.mkdir(parents=True, exist_ok=True)
            _acquire(lock, note, database, patience, tell)
            _leave_note(note)
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


def _acquire(
    lock: FileLock, note: Path, database: Path, patience: float, tell: Callable[[str], object]
) -> None:
    try:
        lock.acquire(timeout=0)
    except Timeout:
        tell(f"waiting for {_who(note)}, which is at work on {database}")
    else:
        return
    try:
        lock.acquire(timeout=patience)
    except Timeout:
        raise StoreBusy(
            f"{_who(note)} is at work on {database}",
            hint="wait until it has finished; if it hangs, end that process",
        ) from None


def _leave_note(note: Path) -> None:
    started = datetime.now(UTC).isoformat(timespec="seconds")
    note.write_text(json.dumps({"process": os.getpid(), "started": started}), "utf-8")


def _who(note: Path) -> str:
    """Describe the run that holds the lock, as its note says."""
    try:
        known = json.loads(note.read_text("utf-8"))
        return f"process {int(known['process'])}, started {str(known['started'])[:25]} UTC"
    except (OSError, ValueError, KeyError, TypeError):
        return "another run"
