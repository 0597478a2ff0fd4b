"""Compare the token of a request with the one that lets in. Pure."""

from __future__ import annotations

import hmac
from collections.abc import Sequence


def bears(sent: Sequence[str], token: str) -> bool:
    """Return whether the values of `Authorization` are just this token, behind `Bearer`.

    The time that it takes says nothing of the token.
    """
    scheme, _, given = sent[0].partition(" ") if len(sent) == 1 else ("", "", "")
    same = hmac.compare_digest(given.strip().encode(errors="replace"), token.encode())
    return same and bool(token) and scheme.lower() == "bearer"
