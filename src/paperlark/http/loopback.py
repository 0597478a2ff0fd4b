"""Which servers are on this machine: what is sent there passes nobody."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

_LOOPBACK = re.compile(r"localhost|127(?:\.\d+){3}|::1")


def is_this_machine(server: str) -> bool:
    """Tell it of a server's name."""
    return _LOOPBACK.fullmatch(server) is not None


def is_on_this_machine(address: str) -> bool:
    """Tell it of a web address."""
    return is_this_machine(urlsplit(address).hostname or "")
