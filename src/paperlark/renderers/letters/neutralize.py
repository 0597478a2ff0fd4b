"""Truncates text, and neutralizes markup in untrusted text for mails and chats."""

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
"""Characters that may be dropped to avoid cutting a word."""


def truncate(text: str, longest: int) -> str:
    """Return at most `longest` characters, ending at a word if possible, with an ellipsis."""
    if len(text) <= longest:
        return text
    if longest <= 0:
        return ""
    kept = text[: longest - 1]
    space = kept.rfind(" ")
    whole = kept[:space] if space >= len(kept) - _LONGEST_WORD and space > 0 else kept
    return whole.rstrip() + ELLIPSIS


def truncate_to_fit(text: str, fits: Callable[[str], bool]) -> str:
    """Return the longest truncation that fits, by bisection; `fits` must be monotonic in length."""
    if fits(text):
        return text
    # Finds the first length that does not fit.
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
# Inside a word it is no markup, and a name such as OPENAI_API_KEY can still be copied.
_UNDERSCORE = re.compile(r"(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])")
_ENTITY = re.compile(r"&(?=#?\w{1,32};)")
_SCHEME = re.compile(r":(?=//)")
# A chat links a dot before letters, as in `example.org`, but not `e.g. 3.5`.
_HOST = re.compile(r"(?<=\w)\.(?=[^\W\d_]{2})")
# Begins a heading, a list, a rule or an underline at the start of a line.
_START = re.compile(r"^(?:[#+=-]|\d{1,9}[.)])")
_FULL_WIDTH = ord("\N{FULLWIDTH NUMBER SIGN}") - ord("#")


def neutralize(text: str) -> str:
    """Replace markup characters by look-alikes without effect; the length does not change."""
    marked = _UNDERSCORE.sub("\N{MODIFIER LETTER LOW MACRON}", text.translate(_LOOK_ALIKE))
    literal = _ENTITY.sub("\N{FULLWIDTH AMPERSAND}", marked)
    spaced = _SCHEME.sub("\N{RATIO}", literal)
    begun = _START.sub(lambda found: f"{found[0][:-1]}{_full_width(found[0][-1])}", spaced)
    return _HOST.sub("\N{ONE DOT LEADER}", begun)


def _full_width(sign: str) -> str:
    return chr(ord(sign) + _FULL_WIDTH)


_SAFE = ":/?#@!$&'*+,;=%~"


def address(url: str) -> str:
    """Percent-encode non-ASCII characters and those that could end an address in some markup."""
    return quote(url, safe=_SAFE, errors="replace")


def page_address(bulletin: Bulletin, day: date) -> str | None:
    """Return the address of the page of that day, None without one."""
    page = bulletin.pages.get(day)
    return address(page) if page else None


@dataclass(frozen=True, slots=True)
class Markup:
    """How a style writes plain text, strong text and links."""

    words: Callable[[str], str]
    strong: Callable[[str], str]
    link: Callable[[str, str], str]
    """From text and address; the text may be empty to show the address itself."""
    line: str
    """A line break inside a paragraph."""


def _plain_link(words: str, url: str) -> str:
    return f"{neutralize(words)}\n{url}" if words else url


def _html_words(text: str) -> str:
    return html.escape(neutralize(text), quote=False)


def _html_link(words: str, url: str) -> str:
    return f'<a href="{html.escape(url)}">{_html_words(words or url)}</a>'


def _markdown_link(words: str, url: str) -> str:
    # Angle brackets suppress previews in Discord; every service of Apprise accepts them.
    return f"[{neutralize(words)}](<{url}>)" if words else f"<{url}>"


_MARKUPS = {
    Style.TEXT: Markup(neutralize, neutralize, _plain_link, "\n"),
    Style.HTML: Markup(_html_words, lambda text: f"<b>{_html_words(text)}</b>", _html_link, "\n"),
    # Two spaces make a line break where a newline alone does not, as in DingTalk and ntfy.
    Style.MARKDOWN: Markup(
        neutralize, lambda text: f"**{neutralize(text)}**", _markdown_link, "  \n"
    ),
}


def markup(style: Style) -> Markup:
    """Return the markup of a style."""
    return _MARKUPS[style]
