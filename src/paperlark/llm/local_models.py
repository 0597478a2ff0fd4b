"""List the models that a server on this machine offers."""

from __future__ import annotations

import json
from http import HTTPStatus

from paperlark.http.response import HttpError, ResponseTooLarge

_SECONDS = 0.5
"""A server on this machine that does not answer within these does not run."""
_LARGEST = 1 << 20


def local_models(base_url: str) -> tuple[str, ...] | None:
    """Fetch the names of a server's models; None where no server answers.

    Any other service at that address has no models.
    """
    from paperlark.http.client import BoundedClient  # noqa: PLC0415  # loads an HTTP library

    with BoundedClient(largest=_LARGEST, seconds=_SECONDS) as client:
        try:
            response = client.request("GET", f"{base_url}/models")
        except ResponseTooLarge:
            return ()
        except HttpError:
            return None
    # A server that wants a key is there all the same.
    return _names(response.content) if response.status == HTTPStatus.OK else ()


def _names(content: bytes) -> tuple[str, ...]:
    try:
        found = json.loads(content)["data"]
        names = [one["id"] for one in found]
    except (ValueError, TypeError, KeyError):
        return ()
    return tuple(name for name in names if isinstance(name, str) and name.isprintable() and name)
