"""Strangers' text made fit to stand in a prompt: one line, bounded, nothing unseen, no control."""

from __future__ import annotations

import re
import unicodedata

_MARK = " […]"

# `<|im_start|>`, `</think>`, `[INST]` or `[TOOL_CALLS]` must not become tokens of control, nor
# imitate the lines that papers stand between. Forbidden lines such as [OIII] are left alone.
_CONTROL = re.compile(r"<(?=[|/!?\w\uff5c])|\[(?=/?(?:INST|SYS|gMASK|[A-Z]+_[A-Z_]+)\])")

# They change nothing that is seen, and whole messages have been hidden in them.
_SELECTORS = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")


def sanitize(text: str, longest: int) -> str:
    """Put text on one line of up to `longest` bytes of UTF-8; TeX stays as it is.

    No vocabulary has more tokens for a text than it has bytes, so that is a bound for both.
    """
    line = " ".join(_seen(text).split())
    line = _CONTROL.sub(r"\g<0> ", line)
    content = line.encode()
    if len(content) <= longest:
        return line
    return content[:longest].decode(errors="ignore").rstrip() + _MARK


def _seen(text: str) -> str:
    if text.isascii() and text.isprintable():
        return text
    visible = (c for c in text if c.isspace() or unicodedata.category(c)[0] != "C")
    return _SELECTORS.sub("", "".join(visible))
