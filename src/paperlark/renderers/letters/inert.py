"""Words from outside made harmless in every chat: they ping nobody, link nowhere, mark nothing up.

Chats disagree on how a sign is escaped, and some read marks in what is sent as plain text. So
nothing is escaped here: the signs that do something somewhere give way to others that look alike.
"""

from __future__ import annotations

import re

_LOOK_ALIKE = str.maketrans(
    {
        "@": "\N{FULLWIDTH COMMERCIAL AT}",
        "<": "\N{FULLWIDTH LESS-THAN SIGN}",
        ">": "\N{FULLWIDTH GREATER-THAN SIGN}",
        "[": "\N{FULLWIDTH LEFT SQUARE BRACKET}",
        "]": "\N{FULLWIDTH RIGHT SQUARE BRACKET}",
        "*": "\N{ASTERISK OPERATOR}",
        "~": "\N{TILDE OPERATOR}",
        "`": "\N{MODIFIER LETTER GRAVE ACCENT}",
        "|": "\N{DIVIDES}",
        "\\": "\N{SET MINUS}",
    }
)
# Inside a word it marks nothing, and a name such as OPENAI_API_KEY can still be copied.
_UNDERSCORE = re.compile(r"(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])")
_ENTITY = re.compile(r"&(?=#?\w{1,32};)")
_SCHEME = re.compile(r":(?=//)")
# What is no address to a chat has no dot before letters: `example.org`, but `e.g. 3.5`.
_HOST = re.compile(r"(?<=\w)\.(?=[^\W\d_]{2})")
# What would begin a heading, a list, a rule or an underline at the start of a line.
_START = re.compile(r"^(?:[#+=-]|\d{1,9}[.)])")
_FULL_WIDTH = ord("\N{FULLWIDTH NUMBER SIGN}") - ord("#")


def inert(text: str) -> str:
    """Give words that look the same and do nothing; their length does not change."""
    marked = _UNDERSCORE.sub("\N{MODIFIER LETTER LOW MACRON}", text.translate(_LOOK_ALIKE))
    literal = _ENTITY.sub("\N{FULLWIDTH AMPERSAND}", marked)
    spaced = _SCHEME.sub("\N{RATIO}", literal)
    begun = _START.sub(lambda found: f"{found[0][:-1]}{_wide(found[0][-1])}", spaced)
    return _HOST.sub("\N{ONE DOT LEADER}", begun)


def _wide(sign: str) -> str:
    return chr(ord(sign) + _FULL_WIDTH)
