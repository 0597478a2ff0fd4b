"""Messages in, and out to where people read: a mailbox, a chat."""

from __future__ import annotations

import base64
from collections.abc import Iterable

from paperlark.domain.redaction import MARK, redacted
from paperlark.domain.redaction import redact as without_secrets

_LONGEST = 200


def server_words(text: str, secrets: Iterable[str]) -> str:
    """Return what a server said on one short line, without secrets and control characters.

    These `secrets` it was sent: they are cut out even where they are ordinary words.
    """
    sent = {secret for secret in secrets if secret}
    text = redacted(without_secrets(text, sent))
    for secret in sorted(sent | set(map(_base64, sent)), key=len, reverse=True):
        text = text.replace(secret, MARK)
    words = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return words if len(words) <= _LONGEST else f"{words[: _LONGEST - 1]}…"


def _base64(secret: str) -> str:
    return base64.b64encode(secret.encode()).decode()
