"""Whose request it is: the peer's address, or what a listed proxy says of it. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from starlette.types import Scope

Network = IPv4Network | IPv6Network
_LONGEST = 2_000
"""Characters that are read of what proxies say."""


def peer_of(scope: Scope) -> str:
    """Return the address that a request came from over the network, empty where there is none."""
    client = scope.get("client")
    return str(client[0]) if client else ""


def is_listed(address: str, networks: Sequence[Network]) -> bool:
    """Return whether an address is in one of these networks."""
    found = _parsed(address)
    return found is not None and any(found in one for one in networks)


def network_of(address: str) -> str:
    """Return whom an address counts for: itself, or the 64 bits that one connection has in IPv6."""
    found = _parsed(address)
    if isinstance(found, IPv6Address):
        return str(ip_network((found, 64), strict=False))
    return str(found or address)


def client_address(peer: str, forwarded: str, proxies: Sequence[Network]) -> str:
    """Return whose request it is, from the peer and the header X-Forwarded-For.

    Each proxy appends whom it was asked by, so that only what stands behind the last address that
    is no proxy's is true; whoever asks can write anything before it.
    """
    if not is_listed(peer, proxies):
        return peer
    said = forwarded[-_LONGEST:].split(",")
    for address in reversed([one.strip() for one in said]):
        if _parsed(address) is None:
            break
        if not is_listed(address, proxies):
            return address
    return peer


def _parsed(text: str) -> IPv4Address | IPv6Address | None:
    try:
        found = ip_address(text)
    except ValueError:
        return None
    # A socket for both kinds shows IPv4 addresses in this form.
    mapped = found.ipv4_mapped if isinstance(found, IPv6Address) else None
    return mapped or found
