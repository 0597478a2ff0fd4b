"""When a dollar sign is money and when it opens a formula."""

from __future__ import annotations

import re

_TEX = re.compile(r"\\[A-Za-z]|\^|_[\w{]")
_COMMAND = re.compile(r"\\[A-Za-z]+\s*(?:\{[^{}]*\})?|\{[^{}]*\}")
_SIGNS_ONLY = re.compile(r"\s*[^\w\s$]+\s*")
_AMOUNT = re.compile(r"\s*\d")
_WORD = re.compile(r"[A-Za-z]{2}")
_WORDS = re.compile(r"[A-Za-z]{2,}[^A-Za-z]{0,2}\s+[A-Za-z]{2,}")


def is_formula(body: str, after: str) -> bool:
    """Tell a formula from what stands between two amounts of money.

    Bare signs are one, as in 28$-$30, and so is TeX unless it is the prose behind an amount.
    Anything else holds no words in a row and no word at all behind an amount or a blank; a
    digit behind it means that its second dollar opens an amount: "$5 and $10".
    """
    if not body.strip():
        return False
    amount = _AMOUNT.match(body)
    if _SIGNS_ONLY.fullmatch(body):
        return True
    if _TEX.search(body):
        return not (amount and _WORDS.search(_COMMAND.sub(" ", body)))
    if after.isdigit() or _WORDS.search(body):
        return False
    return not ((amount or body != body.strip()) and _WORD.search(body))
