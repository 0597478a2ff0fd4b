"""The key that signs links to papers: a file beside the database, for its owner alone."""

from __future__ import annotations

import secrets
from pathlib import Path

from paperlark.domain.database_place import DatabasePlace, file_beside
from paperlark.domain.errors import StoreError
from paperlark.store.secret_file import read_or_make

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
        key = read_or_make(path, secrets.token_bytes(_BYTES), longest=_BYTES + 1)
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
