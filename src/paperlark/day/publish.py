"""Publish pages as files: rendered before the first is written, each replaced atomically."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from datetime import date
from errno import EISDIR
from pathlib import Path, PurePosixPath

from paperlark.domain.digest import Page
from paperlark.domain.errors import PublishError
from paperlark.domain.redaction import KNOWN, redacted

_ROOM = 2**20
"""Bytes."""


def check_writable(folder: Path, day: date | None = None) -> None:
    """Create the folder where it is missing; raises PublishError before anything is paid for.

    The files of the day must be replaceable, and there must be room for as much as they take.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(bytes(_ROOM))
            file.flush()
        for there in folder.glob(f"{day}.*") if day else ():
            _prepare(there)
    except OSError as error:
        raise _unwritable(folder, error) from error


def publish(pages: Sequence[Page], folder: Path) -> tuple[Path, ...]:
    """Write the pages into the folder; each file is the old or the new one, never half of it.

    Raises PublishError, and then the old files are still there.
    """
    targets = tuple(folder / page.path for page in pages)
    written: list[Path] = []
    try:
        for page, target in zip(pages, targets, strict=True):
            _prepare(target)
            content = redacted(page.content) if KNOWN else page.content
            written.append(_write_beside(target, content, private=page.private))
        # Only renames are left, which hardly ever fail.
        for temporary, target in zip(written, targets, strict=True):
            temporary.replace(target)
    except OSError as error:
        raise _unwritable(folder, error) from error
    finally:
        for temporary in written:
            temporary.unlink(missing_ok=True)
    return targets


def withdraw(path: PurePosixPath, folder: Path) -> None:
    """Delete a file that is no longer true; raises PublishError."""
    try:
        (folder / path).unlink(missing_ok=True)
    except OSError as error:
        raise _unwritable(folder, error) from error


def _prepare(target: Path) -> None:
    """Create the folder, and delete temporary files of a run that was killed."""
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.is_dir():
        raise IsADirectoryError(EISDIR, f"{target.name} is a folder")
    for stale in target.parent.glob(f".{target.name}.*"):
        stale.unlink(missing_ok=True)


def _write_beside(target: Path, content: bytes, *, private: bool) -> Path:
    """Write a temporary file that a rename in the same folder turns into the target."""
    handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(handle)
        if not private:
            # mkstemp makes files private; pages are for others too.
            temporary.chmod(0o644)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    return temporary


def _unwritable(folder: Path, error: OSError) -> PublishError:
    return PublishError(
        f"cannot write to the output folder {folder} ({error.strerror})",
        hint="choose another with --out FOLDER, or make it writable",
    )
