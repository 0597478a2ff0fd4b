"""Which models a server on this machine offers, for somebody who wants one of them."""

from __future__ import annotations

import json

_SECONDS = 0.5
"""A server on this machine that does not answer by then is not there."""
_LARGEST = 1 << 20


def local_models(base_url: str) -> tuple[str, ...] | None:
    """Ask a model server for the names of its models; None where none answers.

    Whatever else answers at that address has no models to offer.
    """
    import httpx  # noqa: PLC0415  # only who wants a local model waits for the HTTP client

    try:
        # What a proxy says of this machine is another machine's answer.
        with (
            httpx.Client(timeout=_SECONDS, trust_env=False) as client,
            client.stream("GET", f"{base_url}/models") as answer,
        ):
            # Whoever wants a key to say so is there all the same.
            if not answer.is_success:
                return ()
            return _names(next(answer.iter_bytes(_LARGEST), b""))
    except (httpx.HTTPError, httpx.InvalidURL):
        return None


def _names(content: bytes) -> tuple[str, ...]:
    try:
        found = json.loads(content)["data"]
        names = [one["id"] for one in found]
    except (ValueError, TypeError, KeyError):
        return ()
    return tuple(name for name in names if isinstance(name, str) and name.isprintable() and name)
