"""Keep secrets out of logs, whoever wrote the line: the second line of defence."""

from __future__ import annotations

import re
from collections.abc import Mapping

_SHORTEST = 6
"""Characters: what is shorter would be found in ordinary words."""
_NAMES = ("KEY", "TOKEN", "PASSWORD", "SECRET")
"""How the names of environment variables end that hold secrets."""

_known: set[str] = set()


def remember_secret(secret: str) -> None:
    """Have a secret that was looked up left out of every log line from now on."""
    if len(secret) >= _SHORTEST:
        _known.add(secret)


def remember_variables(variables: Mapping[str, str]) -> None:
    """Have the values of environment variables that look like secrets left out as well."""
    for name, value in variables.items():
        if name.upper().endswith(_NAMES):
            remember_secret(value)


def redact_secrets(text: str) -> str:
    """Return the text with every known secret replaced by [secret]."""
    if not _known:
        return text
    # Longer ones first, and all at once: one secret may be part of another, or of what replaces it.
    longest_first = sorted(_known, key=len, reverse=True)
    return re.sub("|".join(map(re.escape, longest_first)), "[secret]", text)
