"""Addresses that end where they end, whatever stands around them."""

from __future__ import annotations

from datetime import date
from urllib.parse import quote

from paperlark.domain.delivery import Bulletin

_AS_THEY_ARE = ":/?#@!$&'*+,;=%~"


def address(url: str) -> str:
    """Write with percent signs what could end an address in some markup, and what is no ASCII."""
    return quote(url, safe=_AS_THEY_ARE, errors="replace")


def page_of(bulletin: Bulletin, day: date) -> str | None:
    """Give the address of that day's whole page, None where it has none."""
    page = bulletin.pages.get(day)
    return address(page) if page else None
