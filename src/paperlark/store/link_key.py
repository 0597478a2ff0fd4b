"""The key that signs links to papers: a file beside the database, for its owner alone."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from paperlark.domain.database_place import DatabasePlace, file_beside
from paperlark.domain.errors import StoreError

_BYTES = 32


def link_key_path(database: DatabasePlace) -> Path:
    """Return the path of the key beside a database."""
    return file_beside(database, ".link-key")


def link_key(database: DatabasePlace) -> bytes:
    """Return the key, made at the first call; raises StoreError.

    Whoever deletes the file makes all links that were sent invalid.
    """
    path = link_key_path(database)
    try:
        if not path.exists():
            _make(path)
        key = path.read_bytes()
    except OSError as error:
        raise StoreError(
            f"the key of links to papers, {path}, cannot be read or made ({error.strerror})",
            hint="check who owns it and its folder",
        ) from error
    if len(key) != _BYTES:
        raise StoreError(
            f"{path} is no key of links to papers",
            hint="delete it: a new one is made, and links that were sent no longer work",
        )
    return key


def _make(path: Path) -> None:
    """Write a new key, which appears whole; where another process was first, its key stays."""
    beside = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    try:
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(secrets.token_bytes(_BYTES))
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(beside, path)  # unlike a rename this replaces no other key
        except FileExistsError:
            return
        except OSError:  # a file system without hard links
            beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
