"""Identifiers of papers, as callers write them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from paperlark.domain.paper import PaperId


def paper_id(name: str) -> PaperId:
    """Return the identifier that a caller means; raises ValueError where it is none."""
    from paperlark.domain.paper import identify

    identifier = identify(name)
    if identifier is None:
        raise ValueError(f"{name[:80]!r} is no arXiv identifier; write it like 2502.12206")
    return identifier.id
