"""Text made short enough, with an ellipsis where something is gone."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable

ELLIPSIS = "…"
_LONGEST_WORD = 24
"""Characters that may be given up so that no word is cut."""


def cut(text: str, longest: int) -> str:
    """Keep at most so many characters, and whole words where these are words."""
    if len(text) <= longest:
        return text
    if longest <= 0:
        return ""
    kept = text[: longest - 1]
    space = kept.rfind(" ")
    whole = kept[:space] if space >= len(kept) - _LONGEST_WORD and space > 0 else kept
    return whole.rstrip() + ELLIPSIS


def cut_to_fit(text: str, fits: Callable[[str], bool]) -> str:
    """Keep as much as fits, which may be nothing; what is shorter must fit where longer does."""
    if fits(text):
        return text
    # The first length that does not fit: all before it do.
    length = bisect_right(range(len(text)), 0, key=lambda size: not fits(cut(text, size))) - 1
    return cut(text, max(length, 0))
