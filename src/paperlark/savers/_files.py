"""Write files whole or not at all, beside what others keep in the same folder."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from errno import EEXIST
from pathlib import Path

_PREFIX = ".paperlark-"
_MODE = 0o666


def replace_file(target: Path, content: bytes) -> None:
    """Write a file, in place of the one that is there; raises OSError."""
    with _beside(target, content) as temporary:
        temporary.replace(target)


def create_file(target: Path, content: bytes) -> None:
    """Write a new file; raises FileExistsError where there is one by now, else OSError."""
    with _beside(target, content) as temporary:
        try:
            os.link(temporary, target)
        except FileExistsError:
            raise
        except OSError:
            # A file system without links, such as that of a memory stick.
            if target.exists():
                raise FileExistsError(EEXIST, "it exists", str(target)) from None
            temporary.replace(target)


@contextmanager
def _beside(target: Path, content: bytes) -> Iterator[Path]:
    """Yield a temporary file in the same folder, and delete what is left of it."""
    handle, name = tempfile.mkstemp(prefix=_PREFIX, dir=target.parent)
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            # A file that power failure has emptied would be worse than the one before.
            os.fsync(file.fileno())
        _copy_mode(target, temporary)
        yield temporary
    finally:
        temporary.unlink(missing_ok=True)


def _copy_mode(target: Path, temporary: Path) -> None:
    """Let others read it as they could before, or as any new file of this user."""
    try:
        mode = target.stat().st_mode & 0o777
    except FileNotFoundError:
        mask = os.umask(0)
        os.umask(mask)
        mode = _MODE & ~mask
    temporary.chmod(mode)
