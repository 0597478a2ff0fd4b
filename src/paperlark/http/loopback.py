"""Recognize loopback addresses: what is sent there does not leave this machine."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

_LOOPBACK = re.compile(r"localhost|127(?:\.\d+){3}|::1")


def is_this_machine(server: str) -> bool:
    """Return whether a host name or address is loopback."""
    return _LOOPBACK.fullmatch(server) is not None


def is_on_this_machine(address: str) -> bool:
    """Return whether the host of a URL is loopback."""
    try:
        return is_this_machine(urlsplit(address).hostname or "")
    except ValueError:  # an address with half a bracket
        return False
