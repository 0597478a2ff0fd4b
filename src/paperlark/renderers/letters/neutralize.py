"""Text made short enough, with an ellipsis where something is gone."""

from __future__ import annotations

import html
import re
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from urllib.parse import quote

from paperlark.domain.delivery import Bulletin, Style

ELLIPSIS = "…"
_LONGEST_WORD = 24
"""Characters that may be given up so that no word is cut."""


def truncate(text: str, longest: int) -> str:
    """Keep at most so many characters, and whole words where these are words."""
    if len(text) <= longest:
        return text
    if longest <= 0:
        return ""
    kept = text[: longest - 1]
    space = kept.rfind(" ")
    whole = kept[:space] if space >= len(kept) - _LONGEST_WORD and space > 0 else kept
    return whole.rstrip() + ELLIPSIS


def truncate_to_fit(text: str, fits: Callable[[str], bool]) -> str:
    """Keep as much as fits, which may be nothing; what is shorter must fit where longer does."""
    if fits(text):
        return text
    # The first length that does not fit: all before it do.
    length = bisect_right(range(len(text)), 0, key=lambda size: not fits(truncate(text, size))) - 1
    return truncate(text, max(length, 0))


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


def neutralize(text: str) -> str:
    """Give words that look the same and do nothing; their length does not change."""
    marked = _UNDERSCORE.sub("\N{MODIFIER LETTER LOW MACRON}", text.translate(_LOOK_ALIKE))
    literal = _ENTITY.sub("\N{FULLWIDTH AMPERSAND}", marked)
    spaced = _SCHEME.sub("\N{RATIO}", literal)
    begun = _START.sub(lambda found: f"{found[0][:-1]}{_wide(found[0][-1])}", spaced)
    return _HOST.sub("\N{ONE DOT LEADER}", begun)


def _wide(sign: str) -> str:
    return chr(ord(sign) + _FULL_WIDTH)


_AS_THEY_ARE = ":/?#@!$&'*+,;=%~"


def address(url: str) -> str:
    """Write with percent signs what could end an address in some markup, and what is no ASCII."""
    return quote(url, safe=_AS_THEY_ARE, errors="replace")


def page_of(bulletin: Bulletin, day: date) -> str | None:
    """Give the address of that day's whole page, None where it has none."""
    page = bulletin.pages.get(day)
    return address(page) if page else None


@dataclass(frozen=True, slots=True)
class Markup:
    """How words are written so that they are nothing else, what stands out, and links."""

    words: Callable[[str], str]
    strong: Callable[[str], str]
    link: Callable[[str, str], str]
    """Words and an address; the words may be empty where the address is to be seen."""
    line: str
    """What ends a line inside a paragraph."""


def _plain_link(words: str, url: str) -> str:
    return f"{neutralize(words)}\n{url}" if words else url


def _html_words(text: str) -> str:
    return html.escape(neutralize(text), quote=False)


def _html_link(words: str, url: str) -> str:
    return f'<a href="{html.escape(url)}">{_html_words(words or url)}</a>'


def _markdown_link(words: str, url: str) -> str:
    # In angle brackets: Discord then shows no preview, and all that Apprise writes knows them.
    return f"[{neutralize(words)}](<{url}>)" if words else f"<{url}>"


_MARKUPS = {
    Style.TEXT: Markup(neutralize, neutralize, _plain_link, "\n"),
    Style.HTML: Markup(_html_words, lambda text: f"<b>{_html_words(text)}</b>", _html_link, "\n"),
    # Two spaces: where a single end of line ends none, as in DingTalk and ntfy, these do.
    Style.MARKDOWN: Markup(
        neutralize, lambda text: f"**{neutralize(text)}**", _markdown_link, "  \n"
    ),
}


def markup(style: Style) -> Markup:
    """Give what a chat of that style reads."""
    return _MARKUPS[style]
