"""The id of the request that this code runs for: in its answer, and in every line of the log."""

from __future__ import annotations

import re
import secrets
from contextvars import ContextVar

REQUEST_ID: ContextVar[str] = ContextVar("REQUEST_ID", default="")
"""Empty outside of a request."""
_WELL_FORMED = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{7,63}")


def new_request_id() -> str:
    """Return an id that no other request has."""
    return secrets.token_hex(8)


def is_request_id(text: str) -> bool:
    """Return whether a text can be an id: 8 to 64 letters, digits, dots, dashes and lines."""
    return _WELL_FORMED.fullmatch(text) is not None
