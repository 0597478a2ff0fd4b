"""Candidates in, those out whose authors reach the reader's h-index, or may reach it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from paperlark.domain.digest import Candidate
from paperlark.domain.paper import PaperId
from paperlark.domain.people import Authorship, Known


def gate(
    candidates: Sequence[Candidate], authorships: Mapping[PaperId, Authorship], least: int | None
) -> tuple[Candidate, ...]:
    """Leave out a paper only where the h-index of each of its authors is known and too low.

    Followed authors always pass, and so does everybody where there is no gate.
    """
    return tuple(
        candidate
        for candidate in candidates
        if least is None
        or candidate.followed
        or not _falls_short(candidate, authorships.get(candidate.paper.id), least)
    )


def _falls_short(candidate: Candidate, authorship: Authorship | None, least: int) -> bool:
    if not isinstance(authorship, Known):
        return False
    highest = authorship.highest_h_index
    whole = len(authorship.persons) >= len(candidate.paper.authors)
    return whole and highest is not None and highest < least
