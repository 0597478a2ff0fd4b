"""Prompt-injection sanitizing: strangers' text on one bounded line, with no control sequences."""

from __future__ import annotations

import re
import unicodedata

_ELLIPSIS = " […]"

# `<|im_start|>`, `</think>`, `[INST]` or `[TOOL_CALLS]` must not become control tokens, nor imitate
# the fence around the papers. Spectral lines such as [OIII] are left alone.
_CONTROL = re.compile(r"<(?=[|/!?\w\uff5c])|\[(?=/?(?:INST|SYS|gMASK|[A-Z]+_[A-Z_]+)\])")

# Variation selectors are invisible, and whole messages have been hidden in them.
_SELECTORS = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")


def sanitize(text: str, longest: int) -> str:
    """Return text on one line of up to `longest` bytes of UTF-8; TeX stays as it is.

    Every token is at least one byte, so that this bounds tokens, too.
    """
    line = " ".join(_visible(text).split())
    line = _CONTROL.sub(r"\g<0> ", line)
    content = line.encode()
    if len(content) <= longest:
        return line
    return content[:longest].decode(errors="ignore").rstrip() + _ELLIPSIS


def _visible(text: str) -> str:
    if text.isascii() and text.isprintable():
        return text
    visible = (c for c in text if c.isspace() or unicodedata.category(c)[0] != "C")
    return _SELECTORS.sub("", "".join(visible))
