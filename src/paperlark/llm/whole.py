"""Whether a model read its question whole: some servers cut what is too long, and say nothing.

What they cut is the beginning as a rule, where the instructions are. It shows in how many tokens
they count.
"""

from __future__ import annotations

import re
import unicodedata

# In no vocabulary does a token hold letters on both sides of a space, of a sign or of a figure. One
# sign may be glued to the word after it, and marks belong to their letter.
_TOKENS = re.compile(
    r"[^\W\d_]+(?:['\u2019][^\W\d_]+)*|\d+|(?:[^\w\s]|_){2,}|(?:[^\w\s]|_)(?=\s|\Z)"
)


def least_tokens(text: str) -> int:
    """Count the tokens that a text has in any vocabulary; a few more than this in most."""
    if not text.isascii():
        text = "".join(c for c in text if not unicodedata.category(c).startswith("M"))
    return sum(1 for _ in _TOKENS.finditer(text))
