"""Text from outside, rid of the characters that could change how the page around it is read."""

from __future__ import annotations

import re

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
    """Drop invisible controls; a surrogate that no encoding has becomes the sign for that."""
    return _SURROGATE.sub("\N{REPLACEMENT CHARACTER}", _UNWANTED.sub("", text))


def one_line(text: str) -> str:
    """Clean the text and put single spaces where any whitespace was."""
    return " ".join(clean(text).split())


def paragraphs(text: str) -> tuple[str, ...]:
    """Split where a blank line is; each paragraph becomes one line."""
    lines = (one_line(part) for part in _GAP.split(text))
    return tuple(line for line in lines if line)
