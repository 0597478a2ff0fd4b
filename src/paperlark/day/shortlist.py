"""Candidates in, the papers worth a judge's time out, best first."""

from __future__ import annotations

from collections.abc import Sequence

from paperlark.domain.digest import Candidate
from paperlark.domain.paper import Paper


def shortlist(candidates: Sequence[Candidate]) -> tuple[Paper, ...]:
    """Give all papers but those of followed authors, who are on the page anyway."""
    asked = (candidate for candidate in candidates if not candidate.followed)
    return tuple(candidate.paper for candidate in sorted(asked, key=lambda c: c.match.rank))
