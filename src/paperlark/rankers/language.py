"""Notice criteria in a language that shares next to no words with the papers."""

from __future__ import annotations

from paperlark.domain.criteria import Criteria

_LEAST = 0.5


def unreadable(criteria: Criteria) -> str | None:
    """Return one sentence on criteria that the ranker cannot compare with papers; else None."""
    letters = [one for one in criteria.text if one.isalpha()]
    if not letters or sum(map(str.isascii, letters)) >= _LEAST * len(letters):
        return None
    return (
        "Your interests share next to no words with the papers, which are in English: without a"
        " model the ranking can only learn from your votes; write them in English, or use a model."
    )
