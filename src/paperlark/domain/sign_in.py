"""A sign-in that is under way at an OpenID provider."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class BegunSignIn:
    """In which visit it was begun, with which nonce and secret of PKCE, and when it ends.

    `ends` is in seconds since 1970.
    """

    visit: str = field(repr=False)
    nonce: str = field(repr=False)
    verifier: str = field(repr=False)
    ends: float
