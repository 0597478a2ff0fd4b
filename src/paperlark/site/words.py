"""Text into the words that the site's search knows; `search.js` reads a question likewise. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

_WORD = re.compile(r"[^\W_]+")
_PLURAL = 3
"""Letters; a longer word that ends in one s loses it."""

_LETTERS = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ß": "ss", "æ": "ae", "œ": "oe"})
"""Letters that are no accented ones to Unicode, as people without them on their keys type them."""

CATEGORY = "in:"
"""Begins the word that stands for a category, which no text can hold."""


def words(text: str) -> Iterator[str]:
    """Give every word as it is looked up: small letters without accents, plurals as singulars."""
    text = text.lower()
    for word in _WORD.findall(text if text.isascii() else _plain(text)):
        yield word[:-1] if len(word) > _PLURAL and word[-1] == "s" and word[-2] != "s" else word


def category(name: str) -> str:
    """Give the word that stands for a category: `in:cs.lg`."""
    return CATEGORY + name.lower()


def _plain(text: str) -> str:
    """Take accents off, as people leave them out when they search."""
    parts = unicodedata.normalize("NFKD", text.translate(_LETTERS))
    # Some letters have a small form only when they are plain: the bold ones of mathematics.
    return "".join(letter for letter in parts if not unicodedata.combining(letter)).lower()
