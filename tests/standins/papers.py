"""Numbered papers, for tests that need several."""

from __future__ import annotations

from paperlark.domain.paper import Paper
from paperlark.testing import a_paper


def papers(count: int) -> tuple[Paper, ...]:
    """Return different papers, numbered from 1: `2503.00001` and so on."""
    return tuple(paper(number) for number in range(1, count + 1))


def paper(number: int = 1, **changes: object) -> Paper:
    """Return one paper whose id ends with its number."""
    return a_paper(f"2503.{number:05d}", **changes)
