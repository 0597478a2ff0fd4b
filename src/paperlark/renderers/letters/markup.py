"""What chats read: a little HTML, a little Markdown, or words alone."""

from __future__ import annotations

import html
from collections.abc import Callable
from dataclasses import dataclass

from paperlark.domain.delivery import Style
from paperlark.renderers.letters.inert import inert


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
    return f"{inert(words)}\n{url}" if words else url


def _html_words(text: str) -> str:
    return html.escape(inert(text), quote=False)


def _html_link(words: str, url: str) -> str:
    return f'<a href="{html.escape(url)}">{_html_words(words or url)}</a>'


def _markdown_link(words: str, url: str) -> str:
    # In angle brackets: Discord then shows no preview, and all that Apprise writes knows them.
    return f"[{inert(words)}](<{url}>)" if words else f"<{url}>"


_MARKUPS = {
    Style.TEXT: Markup(inert, inert, _plain_link, "\n"),
    Style.HTML: Markup(_html_words, lambda text: f"<b>{_html_words(text)}</b>", _html_link, "\n"),
    # Two spaces: where a single end of line ends none, as in DingTalk and ntfy, these do.
    Style.MARKDOWN: Markup(inert, lambda text: f"**{inert(text)}**", _markdown_link, "  \n"),
}


def markup(style: Style) -> Markup:
    """Give what a chat of that style reads."""
    return _MARKUPS[style]
