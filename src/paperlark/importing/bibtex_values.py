r"""Read BibTeX values: concatenation, abbreviations, and TeX as plain text; formulas stay TeX."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from paperlark.domain.tex_accents import decode_letters

LONGEST_VALUE = 250_000
"""Characters of one value that are read: 5,000 authors and the longest abstract have fewer."""

_BRACES = re.compile(r"((?<!\\)[{}])")
_COMMAND = re.compile(r"\\[A-Za-z]{1,40}$")
_FORMULA = re.compile(
    # No formula opens inside another: what never closes is looked through once, not from each.
    r"((?<!\\)\$(?:[^$\\]|\\.)*+\$|\\\((?:[^\\]|\\[^()])*+\\\))",
    re.DOTALL,
)
_STYLE = re.compile(
    r"\\(?:emph|uline|underline|(?:text(?:it|sl|bf|tt|sc|sf|rm|normal|up|md|quotesingle)?"
    r"|mbox|hbox|textsubscript|textsuperscript|url|path|enquote|mkbibquote|mkbibemph|protect"
    r"|em|it|sl|bf|tt|sc|rm|sf|bfseries|itshape|normalfont|relax|NoCaseChange|texorpdfstring))"
    r"(?![A-Za-z])[ \t]*"
)
_LINK = re.compile(r"\\href[ \t]*\{[^{}]{0,2000}\}")
_ESCAPED = re.compile(r"\\([%&#_ ])")
_SPACE = re.compile(r"(?<!\\)~")


def read_value(raw: str, strings: Mapping[str, str]) -> str:
    """Read `{one}`, `"one " # "two"`, a number or the name of a `@string`, within bounds."""
    joined, size = [], 0
    for part in _parts(raw.strip()):
        value = part[1:-1] if part[0] in '{"' else strings.get(part.lower(), part)
        joined.append(value[: LONGEST_VALUE - size])
        size += len(joined[-1])
    return "".join(joined)


def _parts(raw: str) -> Iterator[str]:
    """Split at each `#` that is outside braces and quotes."""
    if raw[:1] == "{" and raw.find("#") < 0:
        yield raw
        return
    depth, quoted, start = 0, False, 0
    for found in re.finditer(r'(?<!\\)[{}"#]', raw):
        sign = found[0]
        depth += (sign == "{") - (sign == "}")
        if sign == '"' and depth == 0:
            quoted = not quoted
        if sign == "#" and depth == 0 and not quoted:
            if part := raw[start : found.start()].strip():
                yield part
            start = found.end()
    if part := raw[start:].strip():
        yield part


def plain_tex(text: str) -> str:
    r"""Decode letters, drop styles and grouping braces; formulas and other commands stay.

    `{\textit{Escherichia}} in {\L}{\'o}d{\'z}` becomes Escherichia in Łódź.
    """
    if "\\" not in text and "{" not in text and "~" not in text:
        return text
    # Every second part is a formula.
    parts = _FORMULA.split(text)
    return "".join(part if at % 2 else _plain(part) for at, part in enumerate(parts))


def _plain(text: str) -> str:
    # Braces tell where a letter ends, so they are dropped last.
    decoded = _STYLE.sub("", _LINK.sub("", decode_letters(text)))
    return _without_grouping(_ESCAPED.sub(r"\1", _SPACE.sub(" ", decoded)))


def _without_grouping(text: str) -> str:
    r"""Drop each pair of braces that does not follow a command, as those of `\frac{…}{…}` do."""
    parts = _BRACES.split(text)
    keeps: list[bool] = []
    kept: list[str] = []
    closed = False  # whether a kept brace has just been closed
    for at, part in enumerate(parts):
        if part == "{":
            keeps.append(closed or _COMMAND.search(parts[at - 1][-50:]) is not None)
            kept.append(part if keeps[-1] else "")
        elif part == "}":
            closed = keeps.pop() if keeps else False
            kept.append(part if closed else "")
            continue
        else:
            kept.append(part)
        closed = closed and not part
    return "".join(kept)
