"""Secrets that this program makes for itself: files for their owner alone, made once."""

from __future__ import annotations

import os
import secrets
from pathlib import Path


def read_or_make(path: Path, content: bytes, *, longest: int) -> bytes:
    """Return the first bytes of a file, up to `longest`; write it with `content` if there is none.

    Where two processes make it at once, both return what one of them wrote. Raises OSError.
    """
    if not path.exists():
        _make(path, content)
    with path.open("rb") as file:
        return file.read(longest)


def _make(path: Path, content: bytes) -> None:
    """Write a new file, which appears whole; where another process was first, its file stays."""
    beside = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    try:
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(beside, path)  # unlike a rename this replaces no other file
        except FileExistsError:
            return
        except OSError:  # a file system without hard links
            beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
