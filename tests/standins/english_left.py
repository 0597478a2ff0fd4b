"""Find English words of the page's own in HTML pages that are in another language."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser

_SHOWN = ("aria-label", "title", "alt", "placeholder")
_VOID = frozenset({"br", "meta", "link", "input", "img", "hr", "rect", "path"})
_LICENCE = re.compile(r"CC BY[-A-Z]* \d\.\d")
_NOT_WORDS = frozenset({"script", "style", "bdi", "code", "math", "pre"})
_OPTIONAL = frozenset({"p", "li", "dt", "dd"})
"""Elements whose end HTML itself knows."""
_FUNCTION_WORDS = re.compile(
    r"\b(?:the|of|and|with|by|for|from|were|is|are|this|these|no|on|to)\b", re.IGNORECASE
)


class _Texts(HTMLParser):
    """Collects texts with the language that the nearest element around them states."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[tuple[str, str]] = []
        self.found: list[tuple[str, str]] = []

    @property
    def language(self) -> str:
        return self.open[-1][1] if self.open else ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        while tag in _OPTIONAL and self.open and self.open[-1][0] in _OPTIONAL:
            self.open.pop()
        language = given.get("lang") or self.language
        if given.get("class") != "Z3988":  # a citation for programs
            self.found += [(language, given[name] or "") for name in _SHOWN if name in given]
        if tag not in _VOID:
            self.open.append((tag, language))

    def handle_endtag(self, tag: str) -> None:
        if any(name == tag for name, _ in self.open):
            while self.open.pop()[0] != tag:
                pass

    def handle_data(self, data: str) -> None:
        if _NOT_WORDS.isdisjoint(name for name, _ in self.open):
            self.found.append((self.language, data))


def texts_in(language: str, page: str) -> list[str]:
    """Return the texts of a page that are stated to be in a language, names and code left out."""
    parser = _Texts()
    parser.feed(page)
    return [text.strip() for stated, text in parser.found if stated == language and text.strip()]


def english_left(language: str, page: str, known: frozenset[str] = frozenset()) -> Iterator[str]:
    """Yield texts of the page's own language with English function words in them.

    `known` are the reader's own words, such as the names of topics.
    """
    for text in texts_in(language, page):
        own = _LICENCE.sub("", text)
        for words in filter(None, known):
            own = own.replace(words, "")
        if _FUNCTION_WORDS.search(own):
            yield text
