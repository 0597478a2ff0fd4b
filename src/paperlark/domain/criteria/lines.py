"""Read the lines of a text that people wrote in any markup: headings, list items, text.

Markdown, HTML, LaTeX, AsciiDoc and wiki text are told apart line by line, because people mix
them. Emphasis is dropped; a bold beginning of a line is kept apart, because it names what follows.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import Enum, auto
from itertools import groupby

from paperlark.domain.criteria.markup import RULE, Columns, as_markdown, without_comments


class LineKind(Enum):
    """What a line is in its markup."""

    BLANK = auto()
    HEADING = auto()
    ITEM = auto()
    TEXT = auto()


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the text, without its markup.

    number: counted from 1
    level: of a heading, 1 to 7; of an item or text, its indentation in columns
    numbered: whether the item has a number, not a bullet
    lead: the bold beginning of the text, "" where there is none
    mark: the first character of an item, which is its bullet or its sign
    against: whether its sign says that it is unwanted
    """

    number: int
    kind: LineKind
    text: str = ""
    level: int = 0
    numbered: bool = False
    lead: str = ""
    mark: str = ""
    against: bool = False


_BOLD_LINE_LEVEL = 7
"""The level of a heading that is only a bold line: below all others."""

_DEEPEST = 40
"""Columns of indentation that are told apart."""

_REMOVED = "\x00"
"""Stands for a line break within a comment, so that lines keep their numbers."""

_ATX = re.compile(r"\s{0,3}(?P<marks>#{1,6})(?:\s+|(?=[^\W\d]))(?P<text>\S.*)")
_EQUALS = re.compile(r"\s{0,3}(?P<marks>={1,6})\s+(?P<text>\S.*?)(?:\s+=+)?\s*")
_UNDERLINE = re.compile(r"\s{0,3}(?:(?P<first>={3,})|-{3,}|~{3,}|\^{3,})\s*")
_BOLD_LINE = re.compile(r"\s*(?:\*\*|__)(?P<text>[^*]+?)(?:\*\*|__)\s*(?P<colon>:?)\s*")
# `1.`, `2)`, `(a)`, `iv.`, `#3`, `4 -`, a number in a circle or a box
_NUMBER = re.compile(
    r"(?P<indent>\s*)(?:\(?\d{1,3}\\?[.)](?=\s|[^\W\d])|\(?(?:[a-zA-Z]|[ivxIVX]{1,5})\)"
    r"|[a-h]\.(?=\s)|[ivx]{1,5}\.(?=\s)|#\d{1,3}[:.)]?(?=\s)"
    r"|\d{1,2}\s*[-\u2013\u2014:](?=\s+[^\W\d])|[\u2460-\u2473]|\d\ufe0f?\u20e3)\s*(?P<text>.*)"
)
_BULLETS = "•‣◦▪▫●○■□·–—→⇒➤►✓✔✗☐☑∙⁃"  # noqa: RUF001  # marks that people copy from elsewhere
_BULLET = re.compile(
    rf"(?P<indent>\s*)(?:[-*+>](?=\s)|[-+](?=[^\W\d_])|--(?=\s)|[{_BULLETS}])\s*(?P<text>.*)"
)
_AGAINST_MARKS = frozenset("✗✘❌🚫⛔👎\N{HEAVY MINUS SIGN}")
# `I.` is a number where a line begins with `II.`, else it may be an initial.
_ROMAN_TWO = re.compile(r"^[ \t]*II\.\s", re.MULTILINE)
_ROMAN = re.compile(r"^( *[IVX]{1,5})\.(?=\s)")
_SYMBOL = re.compile(r"(?P<indent>\s*)\S\ufe0f?\s*(?P<text>.*)")
_CHECKBOX = re.compile(r"\[[ xX]?\]\s+")
_LINK = re.compile(r"!?\[(?P<text>[^\[\]]*)\]\((?P<address>[^()\s]*)\)")
_LEAD = re.compile(r"(?:\*\*|__)(?P<lead>[^*_]{1,120}?)(?:\*\*|__)")
_EMPHASIS = re.compile(
    r"(?<![\w*])(?:\*{1,3}|`{1,2}|~~)(?=\S)|(?<=\S)(?:\*{1,3}|`{1,2}|~~)(?![\w*])"
    r"|(?<!\w)_{1,3}(?=\w)|(?<=\w|[.,!?])_{1,3}(?!\w)"
)


def read_lines(text: str) -> tuple[Line, ...]:
    """Return all lines but those of markup alone; comments are left out."""
    lines: list[Line] = []
    for number, raw in _numbered(text):
        underline = _UNDERLINE.fullmatch(raw)
        if underline and lines and lines[-1].kind is LineKind.TEXT:
            # A line of dashes under a heading makes it one, unless a paragraph stands above it.
            if len(lines) == 1 or lines[-2].kind is not LineKind.TEXT:
                level = 1 if underline["first"] else 2
                lines[-1] = replace(lines[-1], kind=LineKind.HEADING, level=level)
        elif not raw.strip() or not RULE.fullmatch(raw):
            lines.append(_line(number, raw))
    return tuple(_with_signs(lines))


def _with_signs(lines: Iterable[Line]) -> Iterator[Line]:
    """Yield the lines; in a list with items of `+` and of `-`, the latter are unwanted."""
    for _, run in groupby(lines, key=_is_in_list):
        together = tuple(run)
        mixed = {one.level for one in together if one.mark == "+"}
        for one in together:
            against = one.mark in _AGAINST_MARKS or (one.mark == "-" and one.level in mixed)
            yield replace(one, against=True) if against else one


def _is_in_list(line: Line) -> bool:
    is_indented = line.kind is LineKind.TEXT and line.level > 0
    return is_indented or line.kind in {LineKind.ITEM, LineKind.BLANK}


def _numbered(text: str) -> Iterator[tuple[int, str]]:
    """Yield the lines as Markdown, each with its number in the text."""
    kept = without_comments(
        text.replace(_REMOVED, ""), lambda comment: _REMOVED * comment.count("\n")
    )
    is_roman = _ROMAN_TWO.search(text) is not None
    number, columns = 0, Columns()
    for raw in kept.split("\n"):
        number += 1 + raw.count(_REMOVED)
        line = raw.replace(_REMOVED, "").replace("\r", "").expandtabs(4).rstrip()
        text = line.lstrip()
        line = " " * min(len(line) - len(text), _DEEPEST) + text
        if is_roman:
            line = _ROMAN.sub(r"\1)", line)
        parts = columns.read(line) or as_markdown(line).split("\n")
        yield from ((number, part) for part in parts)


def _line(number: int, raw: str) -> Line:
    if not raw.strip():
        return Line(number, LineKind.BLANK)
    if found := _ATX.fullmatch(raw) or _EQUALS.fullmatch(raw):
        text = re.sub(r"\s+#+\s*$", "", found["text"])
        # `## 2. Sparse attention` is called Sparse attention.
        if numbered := _NUMBER.fullmatch(text):
            text = numbered["text"] or text
        return Line(number, LineKind.HEADING, plain(text), len(found["marks"]))
    if found := _BOLD_LINE.fullmatch(raw):
        text = plain(found["text"]) + found["colon"]
        return Line(number, LineKind.HEADING, text, _BOLD_LINE_LEVEL)
    return _item_or_text(number, raw)


def _item_or_text(number: int, raw: str) -> Line:
    numbered = _NUMBER.fullmatch(raw)
    bullet = numbered or _BULLET.fullmatch(raw) or _symbol(raw)
    text = _CHECKBOX.sub("", bullet["text"], count=1) if bullet else raw.strip()
    lead = _LEAD.match(text)
    return Line(
        number,
        LineKind.ITEM if bullet else LineKind.TEXT,
        plain(text),
        level=len(raw) - len(raw.lstrip()),
        numbered=bool(numbered),
        lead=plain(lead["lead"]) if lead else "",
        mark=raw.lstrip()[0] if bullet else "",
    )


def _symbol(raw: str) -> re.Match[str] | None:
    """Match an emoji or another symbol as a bullet."""
    is_symbol = unicodedata.category(raw.lstrip()[:1]) == "So"
    return _SYMBOL.fullmatch(raw) if is_symbol else None


def plain(text: str) -> str:
    """Drop emphasis, code marks and the addresses of links; collapse whitespace."""
    text = _LINK.sub(lambda found: found["text"] or found["address"], text)
    return " ".join(_EMPHASIS.sub("", text).split())
