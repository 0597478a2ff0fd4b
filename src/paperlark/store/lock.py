"""One run at a time on a database: a second one waits, or ends and names the first."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout

from paperlark.domain.errors import StoreBusy, StoreError


@contextmanager
def run_lock(
    database: Path, *, patience: float, tell: Callable[[str], object] = lambda _: None
) -> Iterator[None]:
    """Hold the database for one run.

    Where another run holds it, `tell` is called with its description; StoreBusy is raised after
    `patience` seconds. A killed run holds nothing: the system releases its lock.
    """
    lock = FileLock(database.with_name(f"{database.name}.lock"))
    note = _note_of(database)
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
    try:
        yield
    finally:
        note.unlink(missing_ok=True)
        lock.release()


def may_be_at_work(database: Path) -> bool:
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


def _note_of(database: Path) -> Path:
    return database.with_name(f"{database.name}.run")


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
