"""Messages in, and out to where people read: a mailbox, a chat."""

from __future__ import annotations

import base64
from collections.abc import Iterable

_LONGEST = 200


def redact(text: str, secrets: Iterable[str]) -> str:
    """Remove every secret, plain or in base64, and control characters; then shorten it."""
    for secret in sorted(_forms(secrets), key=len, reverse=True):
        text = text.replace(secret, "…")
    words = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return words if len(words) <= _LONGEST else f"{words[: _LONGEST - 1]}…"


def _forms(secrets: Iterable[str]) -> set[str]:
    known = {secret for secret in secrets if secret}
    return known | {base64.b64encode(secret.encode()).decode() for secret in known}
