"""Turn a line of HTML, LaTeX or a table into Markdown, which may be several lines."""

from __future__ import annotations

import html
import re
from collections.abc import Callable

from paperlark.domain.criteria.labels import Part, label_part

_COMMENT = r"<!--(?:[^-]|-(?!->))*+-->"
# A comment alone on its lines is removed with them.
_COMMENTS = re.compile(rf"^[ \t]*+{_COMMENT}[ \t]*+\n|{_COMMENT}", re.MULTILINE)
_REST = re.compile(r"[ \t]*+\n")
RULE = re.compile(
    r"\s*(?:[-*_=~+#\u00b7\u2013\u2014]\s*){3,}"
    r"|\s*\|?(?:\s*:?-{2,}:?\s*\|)+(?:\s*:?-{2,}:?)?\s*|\s*`{3,}.*"
)
"""A line across the page or a table, or the mark of a block of code."""

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
    r"<(?P<end>/?)(?P<name>h[1-6]|li|p|br|div|ul|ol|b|strong|i|em|u|span|html|body|head|table|tr"
    r"|td|th|hr|dl|dt|dd|font|a|code|sub|sup)(?:\s[^<>]{0,300})?/?>",
    re.IGNORECASE,
)
_ITEM_TAGS = frozenset(("li", "tr", "dt"))
_BOLD_TAGS = frozenset(("b", "strong"))
_BREAKS = frozenset(("p", "br", "div", "ul", "ol", "table", "hr", "dl"))
_CELL_TAGS = frozenset(("td", "th", "dd"))


def without_comments(text: str, left: Callable[[str], str] = lambda _: "") -> str:
    """Return the text with what is `left` of each comment; one that does not end is text."""
    end = text.rfind("-->") + len("-->")
    if end < len("<!---->"):
        return text
    # Beyond the last end no comment is looked for, which would take minutes where many begin.
    rest = _REST.match(text, end)
    end = rest.end() if rest else end
    return _COMMENTS.sub(lambda comment: left(comment[0]), text[:end]) + text[end:]


def as_markdown(raw: str) -> str:
    """Return a line as Markdown; what is Markdown or plain text is left as it is."""
    if "<" in raw:
        raw = _TAG.sub(_of_tag, raw)
    if "&" in raw:
        raw = html.unescape(raw)
    if "\\" in raw:
        raw = _of_latex(raw)
    if raw.lstrip().startswith("|") and raw.count("|") > 1 and not RULE.fullmatch(raw):
        raw = _of_row(raw)
    return raw.removeprefix("\n") if raw.strip() else raw.strip("\n")


def _of_tag(tag: re.Match[str]) -> str:
    name, ends = tag["name"].lower(), bool(tag["end"])
    if re.fullmatch("h[1-6]", name):
        return "\n" if ends else f"\n{'#' * int(name[1])} "
    if name in _ITEM_TAGS:
        return "" if ends else "\n- "
    if name in _BOLD_TAGS:
        return "**"
    if name in _BREAKS:
        return "\n"
    return " " if name in _CELL_TAGS else ""


def _of_latex(raw: str) -> str:
    raw = _LATEX_HEADING.sub(lambda found: f"\n{_depth(found['level'])} {found['text']}\n", raw)
    raw = _LATEX_DROPPED.sub("", raw)
    raw = _LATEX_ITEM.sub(
        lambda found: f"\n- **{found['name']}** " if found["name"] else "\n- ", raw
    )
    return _LATEX_EMPHASIS.sub(
        lambda found: f"**{found['text']}**" if found["how"] == "textbf" else found["text"], raw
    )


def _depth(level: str) -> str:
    return "#" * (1 + level.count("sub") + (level == "paragraph") * 3)


def _of_row(raw: str) -> str:
    """Return a row of a table as a list item, its first cell as the name."""
    name, *cells = _cells(raw)
    text = ", ".join(filter(None, cells))
    return f"- {name}: {text}" if text else f"- {name}"


def _cells(raw: str) -> list[str]:
    return [cell.strip() for cell in raw.strip().strip("|").split("|")]


class Columns:
    """The columns of a table that lists what is wanted in one and what is not in another."""

    def __init__(self) -> None:
        self._parts: list[Part | None] = []

    def read(self, raw: str) -> list[str]:
        """Return a row of such a table as list items; nothing for a line of any other kind."""
        if not raw.lstrip().startswith("|"):
            self._parts = []
            return []
        cells, parts = _cells(raw), self._parts
        if not parts and {label_part(cell) for cell in cells if cell} == {Part.FOR, Part.AGAINST}:
            self._parts = [label_part(cell) for cell in cells]
            return [""]
        if not parts or RULE.fullmatch(raw):
            return []
        parts = [*parts, *[None] * len(cells)]
        return [
            ("\N{CROSS MARK} " if part is Part.AGAINST else "- ") + cell
            for part, cell in zip(parts, cells, strict=False)
            if cell
        ]
