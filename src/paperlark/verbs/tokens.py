"""Estimate tokens, so that an answer fits where an assistant reads it. Pure."""

from __future__ import annotations

import math
import re

_IN_WORD, _IN_NO_WORD = 2.5, 1.8
"""Letters of a token: English has 4 to 5 in the vocabularies of today, random letters 2."""
_RUN = re.compile(r"[A-Z]?[a-z]+|[A-Z]")
_SPACES = re.compile(r" (?=[A-Za-z])")
_LONGEST_WORD = 16
"""Letters; a longer run is no word."""


def estimate_tokens(text: str) -> int:
    """Return an upper estimate of a text's tokens, without any model's vocabulary.

    A word costs a token for every 2.5 of its letters and at least one, a long run of letters one
    for every 1.8; each capital inside a word, digit, sign and line break costs one; any other
    character costs its bytes in UTF-8 less one, since vocabularies fall back to bytes and have
    common characters whole. For English prose this is up to twice what the o200k vocabulary
    counts; `tests/verbs` holds it above that count for every text there.
    """
    letters = 0.0
    inside = 0
    for run in _RUN.finditer(text):
        size = run.end() - run.start()
        inside += size
        letters += max(1, size / (_IN_WORD if size <= _LONGEST_WORD else _IN_NO_WORD))
    others = len(text) - inside - len(_SPACES.findall(text))
    # A character of n bytes is one of the others already, and counts n - 2 times more.
    wide = sum(letter > "\x7f" for letter in text)
    beyond = len(text.encode(errors="replace")) - len(text) - wide
    return math.ceil(letters) + others + beyond
