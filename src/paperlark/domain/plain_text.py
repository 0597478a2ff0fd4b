"""Plain text: drop characters that could change a page, fold accents and case for comparison."""

from __future__ import annotations

import re
import unicodedata

# Bidi embeddings, overrides, isolates and marks; controls but tab and newline; tag characters,
# which are invisible ASCII; what XML and UTF-8 cannot carry. Right-to-left scripts need none
# of these to be read.
_UNWANTED = re.compile(
    "[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
    "\x00-\x08\x0b-\x1f\x7f-\x84\x86-\x9f\ufeff\ufffe\uffff\U000e0000-\U000e007f]"
)
_SURROGATE = re.compile("[\ud800-\udfff]")
_GAP = re.compile(r"\n\s*\n")


def clean(text: str) -> str:
    """Drop invisible control characters; replace lone surrogates, which no encoding has."""
    return _SURROGATE.sub("\N{REPLACEMENT CHARACTER}", _UNWANTED.sub("", text))


def one_line(text: str) -> str:
    """Drop control characters and collapse any whitespace to single spaces."""
    return " ".join(clean(text).split())


def paragraphs(text: str) -> tuple[str, ...]:
    """Split at blank lines; each paragraph becomes one line."""
    lines = (one_line(part) for part in _GAP.split(text))
    return tuple(line for line in lines if line)


def strip_accents(text: str) -> str:
    """Drop diacritics: decompose (Unicode NFKD) and drop the combining marks."""
    return _without_marks(unicodedata.normalize("NFKD", text))


def fold(text: str) -> str:
    """Fold accents and case, to compare names."""
    return _without_marks(unicodedata.normalize("NFKD", text).casefold())


def _without_marks(decomposed: str) -> str:
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))
