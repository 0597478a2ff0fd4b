"""Read the lines of a text that people wrote in any markup: headings, list items, text.

Markdown, HTML, LaTeX, AsciiDoc and wiki text are told apart line by line, because people mix
them. Emphasis is dropped; a bold beginning of a line is kept apart, because it names what follows.
"""

from __future__ import annotations

import html
import re
import unicodedata
from dataclasses import dataclass, replace
from enum import Enum, auto


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
    """

    number: int
    kind: LineKind
    text: str = ""
    level: int = 0
    numbered: bool = False
    lead: str = ""


BOLD_LINE = 7
"""The level of a heading that is only a bold line: below all others."""

# A comment alone on its lines is removed with them; one that does not end is text.
_COMMENT = re.compile(r"^[ \t]*<!--.*?-->[ \t]*\n|<!--.*?-->", re.DOTALL | re.MULTILINE)
_REMOVED = "\x00"
"""Stands for a line break within a comment, so that lines keep their numbers."""

_ATX = re.compile(r"\s{0,3}(?P<marks>#{1,6})(?:\s+|(?=[^\W\d]))(?P<text>\S.*)")
_EQUALS = re.compile(r"\s{0,3}(?P<marks>={1,6})\s+(?P<text>\S.*?)(?:\s+=+)?\s*")
_UNDERLINE = re.compile(r"\s{0,3}(?:(?P<first>={3,})|(?P<second>-{3,}|~{3,}|\^{3,}))\s*")
_RULE = re.compile(
    r"\s*(?:[-*_=~+#·—–]\s*){3,}|\s*\|?(?:\s*:?-{2,}:?\s*\|)+(?:\s*:?-{2,}:?)?\s*|\s*`{3,}.*"
)
_BOLD_LINE = re.compile(r"\s*(?:\*\*|__)(?P<text>[^*]+?)(?:\*\*|__)\s*(?P<colon>:?)\s*")
_NUMBER = re.compile(
    r"(?P<indent>\s*)(?:\(?\d{1,3}\\?[.)](?=\s|[^\W\d])|\(?(?:[a-zA-Z]|[ivxIVX]{1,5})\)|[a-h]\.(?=\s)"
    r"|[ivx]{1,5}\.(?=\s)|#\d{1,3}[:.)]?(?=\s)|\d{1,2}\s*[-–—:](?=\s+[^\W\d])|[①-⑳]|\d\ufe0f?\u20e3)"
    r"\s*(?P<text>.*)"
)
_BULLET = re.compile(
    r"(?P<indent>\s*)(?:[-*+>](?=\s)|--(?=\s)|[•‣◦▪▫●○■□·–—→⇒➤►✓✔✗☐☑∙⁃])\s*(?P<text>.*)"
)
_CHECKBOX = re.compile(r"\[[ xX]?\]\s+")
_LATEX_HEADING = re.compile(
    r"\\(?P<level>(?:sub){0,2}section|chapter|paragraph)\*?\{(?P<text>[^{}]*)\}"
)
_LATEX_ITEM = re.compile(r"\\item(?:\[(?P<name>[^\]]*)\])?\s*")
_LATEX_DROPPED = re.compile(
    r"\\(?:begin|end)\{[^{}]*\}|\\(?:maketitle|noindent|medskip|bigskip|newpage)\b"
)
_LATEX_EMPHASIS = re.compile(
    r"\\(?P<how>textbf|emph|textit|underline|texttt|textsc)\{(?P<text>[^{}]*)\}"
)
_TAG = re.compile(
    r"<(?P<end>/?)(?P<name>h[1-6]|li|p|br|div|ul|ol|b|strong|i|em|u|span|html|body|head|table|tr|td|th|hr|dl|dt|dd|font|a|code|sub|sup)"
    r"(?:\s[^<>]{0,300})?/?>",
    re.IGNORECASE,
)
_LINK = re.compile(r"!?\[(?P<text>[^\[\]]*)\]\((?P<address>[^()\s]*)\)")
_LEAD = re.compile(r"(?:\*\*|__)(?P<lead>[^*_]{1,120}?)(?:\*\*|__)")
_EMPHASIS = re.compile(
    r"(?<![\w*])(?:\*{1,3}|`{1,2}|~~)(?=\S)|(?<=\S)(?:\*{1,3}|`{1,2}|~~)(?![\w*])|(?<!\w)_{1,3}(?=\w)|(?<=\w|[.,!?])_{1,3}(?!\w)"
)


def without_comments(text: str) -> str:
    """Return the text without comments, `<!-- -->`."""
    return _COMMENT.sub("", text)


def read_lines(text: str) -> tuple[Line, ...]:
    """Return all lines but those of markup alone; comments are left out."""
    kept = _COMMENT.sub(
        lambda comment: _REMOVED * comment[0].count("\n"), text.replace(_REMOVED, "")
    )
    lines: list[Line] = []
    number = 0
    for raw in kept.split("\n"):
        number += 1 + raw.count(_REMOVED)
        for part in _markdown(raw.replace(_REMOVED, "").replace("\r", "").expandtabs(4)).split(
            "\n"
        ):
            _append(lines, number, part)
    return tuple(lines)


def _append(lines: list[Line], number: int, raw: str) -> None:
    underline = _UNDERLINE.fullmatch(raw)
    if underline and lines and lines[-1].kind is LineKind.TEXT:
        # A line of dashes under a heading makes it one, unless a paragraph stands above it.
        if len(lines) == 1 or lines[-2].kind is not LineKind.TEXT:
            level = 1 if underline["first"] else 2
            lines[-1] = replace(lines[-1], kind=LineKind.HEADING, level=level)
        return
    if raw.strip() and _RULE.fullmatch(raw):
        return
    lines.append(_line(number, raw))


def _markdown(raw: str) -> str:
    """Return a line of HTML or LaTeX as Markdown, which may be several lines."""
    if "<" in raw:
        raw = _TAG.sub(_tag, raw)
    if "&" in raw:
        raw = html.unescape(raw)
    if "\\" in raw:
        raw = _LATEX_HEADING.sub(lambda found: f"\n{_depth(found['level'])} {found['text']}\n", raw)
        raw = _LATEX_DROPPED.sub("", raw)
        raw = _LATEX_ITEM.sub(
            lambda found: f"\n- **{found['name']}** " if found["name"] else "\n- ", raw
        )
        raw = _LATEX_EMPHASIS.sub(
            lambda found: f"**{found['text']}**" if found["how"] == "textbf" else found["text"], raw
        )
    if raw.lstrip().startswith("|") and raw.count("|") > 1:
        raw = _table_row(raw) if not _RULE.fullmatch(raw) else raw
    return raw.removeprefix("\n") if raw.strip() else raw.strip("\n")


def _table_row(raw: str) -> str:
    """Return a row of a table as a list item, its first cell as the name."""
    cells = [cell.strip() for cell in raw.strip().strip("|").split("|")]
    return (
        f"- {cells[0]}: {', '.join(filter(None, cells[1:]))}" if any(cells[1:]) else f"- {cells[0]}"
    )


def _tag(tag: re.Match[str]) -> str:
    name, ends = tag["name"].lower(), bool(tag["end"])
    if re.fullmatch("h[1-6]", name):
        return "\n" if ends else f"\n{'#' * int(name[1])} "
    if name in {"li", "tr", "dt"}:
        return "" if ends else "\n- "
    if name in {"b", "strong"}:
        return "**"
    return (
        "\n"
        if name in {"p", "br", "div", "ul", "ol", "table", "hr", "dl"}
        else " "
        if name in {"td", "th", "dd"}
        else ""
    )


def _depth(level: str) -> str:
    return "#" * (1 + level.count("sub") + (level == "paragraph") * 3)


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
        return Line(number, LineKind.HEADING, plain(found["text"]) + found["colon"], BOLD_LINE)
    numbered = _NUMBER.fullmatch(raw)
    bullet = numbered or _BULLET.fullmatch(raw) or _symbol(raw)
    indent = len(raw) - len(raw.lstrip())
    text = _CHECKBOX.sub("", bullet["text"], count=1) if bullet else raw.strip()
    lead = _LEAD.match(text)
    kind = LineKind.ITEM if bullet else LineKind.TEXT
    return Line(
        number, kind, plain(text), indent, bool(numbered), plain(lead["lead"]) if lead else ""
    )


def _symbol(raw: str) -> re.Match[str] | None:
    """Match an emoji or another symbol as a bullet."""
    first = raw.lstrip()[:1]
    if unicodedata.category(first) != "So":
        return None
    return re.fullmatch(r"(?P<indent>\s*)\S\ufe0f?\s*(?P<text>.*)", raw)


def plain(text: str) -> str:
    """Drop emphasis, code marks and the addresses of links; collapse whitespace."""
    text = _LINK.sub(lambda found: found["text"] or found["address"], text)
    return " ".join(_EMPHASIS.sub("", text).split())
