"""Skip the integrity check of a database that is unchanged since its last check, within a day.

Checking reads all of a file, which for a year of days takes longer than making a page.
"""

from __future__ import annotations

import json
import time
from contextlib import suppress
from pathlib import Path

_LASTS = 24 * 60 * 60
"""Seconds until it is checked again all the same: a disk can corrupt data on its own."""


def is_checked(path: Path) -> bool:
    """Return whether the file is unchanged since a recent check."""
    try:
        known = json.loads(_note(path).read_bytes())
        return (
            known["state"] == _state(path)
            and 0 <= time.time() - known["at"] < _LASTS
            and not _left_open(path)
        )
    except (OSError, ValueError, KeyError, TypeError):
        return False


def note_check(path: Path) -> None:
    """Note that the file was checked now; if the note cannot be written, it is checked again."""
    _write(path, time.time())


def note_closed(path: Path) -> None:
    """Note the state in which the file was closed, for as long as the last check is valid."""
    with suppress(OSError, ValueError, KeyError, TypeError):
        _write(path, float(json.loads(_note(path).read_bytes())["at"]))


def forget_check(path: Path) -> None:
    """Delete the note, so that the file is checked when it is next opened."""
    with suppress(OSError):
        _note(path).unlink(missing_ok=True)


def _write(path: Path, at: float) -> None:
    with suppress(OSError):
        _note(path).write_text(json.dumps({"state": _state(path), "at": at}), "utf-8")


def _state(path: Path) -> list[int]:
    status = path.stat()
    return [status.st_ino, status.st_size, status.st_mtime_ns]


def _left_open(path: Path) -> bool:
    """Return whether a process uses it, or was killed while using it."""
    log = path.with_name(f"{path.name}-wal")
    return log.exists() and log.stat().st_size > 0


def _note(path: Path) -> Path:
    return path.with_name(f"{path.name}.checked")
