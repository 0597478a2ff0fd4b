"""The token that lets an assistant in over HTTP: a file beside the database, for its owner."""

from __future__ import annotations

import os
import re
import secrets
import stat
from pathlib import Path

from paperlark.domain.database_place import DatabasePlace, file_beside
from paperlark.domain.errors import SecretUnusable
from paperlark.store.secret_file import read_or_make

_BYTES = 32
_LONGEST = 500
_FORM = re.compile(r"[A-Za-z0-9._~+/=-]{20,400}", re.ASCII)
"""What may stand behind `Bearer` (RFC 6750), too long to be guessed."""


def assistant_token_path(database: DatabasePlace) -> Path:
    """Return the path of the token beside a database."""
    return file_beside(database, ".assistant-token")


def assistant_token(path: Path) -> str:
    """Return the token in a file, made at the first call; raises SecretUnusable.

    A file that others can read is refused. Whoever deletes it locks out every assistant that has
    the token.
    """
    try:
        made = f"{secrets.token_urlsafe(_BYTES)}\n".encode()
        token = read_or_make(path, made, longest=_LONGEST).decode("ascii", "replace").strip()
        mode = path.stat().st_mode
    except OSError as error:
        raise SecretUnusable(
            f"the token of assistants, {path}, cannot be read or made ({error.strerror})",
            hint="check who owns it and its folder, or name another file: --token-file",
        ) from error
    if os.name == "posix" and mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise SecretUnusable(
            f"others can read the token of assistants, {path}", hint=f"chmod 600 {path}"
        )
    if not _FORM.fullmatch(token):
        raise SecretUnusable(
            f"{path} is no token: one line of 20 to 400 letters and digits",
            hint="delete it: a new one is made",
        )
    return token
