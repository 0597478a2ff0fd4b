"""Which database needs no check: one that nobody touched since it was closed, checked that day.

Checking reads all of a file, which for a year of days takes longer than making a page.
"""

from __future__ import annotations

import json
import time
from contextlib import suppress
from pathlib import Path

_LASTS = 24 * 60 * 60
"""Seconds: a disk may forget what it was given without anybody touching it."""


def is_checked(path: Path) -> bool:
    """Tell whether the file is as it was when it was last checked or closed, not long ago."""
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
    """Remember that the file was checked just now; where that cannot be, it is checked again."""
    _write(path, time.time())


def note_closed(path: Path) -> None:
    """Remember the file as it was left by who had it open, as long as the last check lasts."""
    with suppress(OSError, ValueError, KeyError, TypeError):
        _write(path, float(json.loads(_note(path).read_bytes())["at"]))


def forget_check(path: Path) -> None:
    """Have the file checked when it is next opened."""
    with suppress(OSError):
        _note(path).unlink(missing_ok=True)


def _write(path: Path, at: float) -> None:
    with suppress(OSError):
        _note(path).write_text(json.dumps({"state": _state(path), "at": at}), "utf-8")


def _state(path: Path) -> list[int]:
    status = path.stat()
    return [status.st_ino, status.st_size, status.st_mtime_ns]


def _left_open(path: Path) -> bool:
    """Tell whether somebody is at work on it, or was killed there."""
    log = path.with_name(f"{path.name}-wal")
    return log.exists() and log.stat().st_size > 0


def _note(path: Path) -> Path:
    return path.with_name(f"{path.name}.checked")
