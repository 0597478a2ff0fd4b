"""Parser of text with TeX: prose, formulas, styles and links; dollars of money are no formulas."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from paperlark.domain.tex_accents import ACCENT, spelled_at
from paperlark.renderers.prose_commands import LISTS, MATHEMATICS, POINTERS, PRINTS, WRAPPERS

_TEX = re.compile(r"\\[A-Za-z]|\^|_[\w{]")
_COMMAND = re.compile(r"\\[A-Za-z]+\s*(?:\{[^{}]*\})?|\{[^{}]*\}")
_SIGNS_ONLY = re.compile(r"\s*[^\w\s$]+\s*")
_AMOUNT = re.compile(r"\s*\d")
_WORD = re.compile(r"[A-Za-z]{2}")
_WORDS = re.compile(r"[A-Za-z]{2,}[^A-Za-z]{0,2}\s+[A-Za-z]{2,}")


def is_formula(body: str, after: str) -> bool:
    """Return whether the text between two dollar signs is a formula, not prose between amounts.

    Bare signs are a formula, as in 28$-$30, and so is TeX unless it is prose after an amount.
    Other text must not contain two words in a row, nor any word after an amount or a space. A
    digit after the second dollar means that it begins another amount: "$5 and $10".
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


SUPERSCRIPT = str.maketrans("0123456789+-\N{MINUS SIGN}=()ni", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ⁿⁱ")
SUBSCRIPT = str.maketrans("0123456789+-\N{MINUS SIGN}=()", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎")
"""Only the signs that almost every font has."""
_NUMBER = re.compile("[-\N{MINUS SIGN}+]?[0-9]{1,9}[-\N{MINUS SIGN}+]?|[-\N{MINUS SIGN}+]")
LONGEST_FORMULA = 2_000
"""Characters; longer text is not typeset as a formula."""
LONGEST_ADDRESS = 2_000
"""Characters; longer text is not a link."""
_DEEPEST_STYLE = 8


@dataclass(frozen=True, slots=True)
class Prose:
    """Text with its TeX decoded."""

    text: str


@dataclass(frozen=True, slots=True)
class Formula:
    """Mathematics: `source` as written with its delimiters, `body` without them."""

    source: str
    body: str


@dataclass(frozen=True, slots=True)
class Styled:
    """Pieces in the style of an HTML element, such as `em`."""

    element: str
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Link:
    """An http or https address and the words that stand for it."""

    url: str
    words: str


Piece = Prose | Formula | Styled | Link
_Parsed = tuple[Piece, int]
"""A piece and the position after it."""

_STYLES = {
    "emph": "em",
    "textit": "em",
    "textsl": "em",
    "textbf": "strong",
    "texttt": "code",
    "textsuperscript": "sup",
    "textsubscript": "sub",
    "underline": "u",
    "uline": "u",
} | dict.fromkeys(("textsc", "textsf", "textrm", "textnormal", "text", "mbox"), "span")
_SWITCHES = {"em": "em", "it": "em", "sl": "em", "bf": "strong", "tt": "code", "sc": "span"}

_TOKEN = re.compile(
    rf"""(?P<url>https?://[^\s<>"{{}}|\\^`$]+)
    |(?P<dollars>\$+)
    |(?P<bracket>\\[(\[])
    |(?P<accent>{ACCENT.pattern})
    |(?P<switch>\{{\s?\\(?:{"|".join(_SWITCHES)})(?![A-Za-z])\s?)
    |(?P<command>\\[A-Za-z]+)
    |(?P<escape>\\[^A-Za-z])
    |(?P<group>\{{(?=\\))
    |(?P<quotes>``(?=\S)|(?<=\S)''(?!\w))
    |(?P<dash>(?<=\w)---?(?=\w)|(?<=\s)---?(?=\s))
    |(?P<tie>(?<=[A-Za-z.])~(?=[\w\\${{]))""",
    re.VERBOSE,
)
_BEGINNING = re.compile(r"[\\${`'~-]|h(?=ttp)")
"""What a token begins with: such a character is found many times as fast as the next token."""
_BLANK = re.compile(r"(?:\\[,;:! ]|~|\\q?quad(?![A-Za-z])|\s)*(?:\\[,;:! ]|~|\\q?quad)\s*")
"""A formula that only makes a space, as in 10$\\,$km."""
_ARGUMENTS = re.compile(
    r"(?:\s?\[[^\[\]{}$]{0,40}\](?=\{))?(?:\s?\{[^{}$]*\}|\{(?:[^{}$]|\{[^{}$]*\})*+\})*+"
    r"(?:[_^](?:\{[^{}$]*\}|\\[A-Za-z]+|\w))*"
)
_MATHS_ENVIRONMENT = re.compile(
    r"\{((?:equation|align|aligned|alignat|eqnarray|gather|multline|displaymath|math|split)\*?)\}"
)
_ALIGNMENT = re.compile(r"(?<!\\)&|\\(?:label|tag)\{[^{}]*\}|\\(?:nonumber|notag)(?![A-Za-z])")
_GROUP = re.compile(r"(?:\[[^\]]{0,80}\]){0,2}\s?\{([^{}$\\]{0,400})\}")
_BRACE = re.compile(r"\\.|[{}]", re.DOTALL)
_DOLLAR = re.compile(r"(?<!\\)\$")
_DOLLAR_OUTSIDE = re.compile(
    r"(?:\\.|[^\\{}$]|\{(?:\\.|[^\\{}]|\{(?:\\.|[^\\{}])*+\})*+\})*+\$", re.DOTALL
)
_ADDRESS = re.compile(r"\{\s?(https?://[^\s<>\"{}\\^`]{1,2000})\s?\}")
_CHARACTERS = {
    "``": "“",
    "''": "”",
    "---": "—",
    "--": "\N{EN DASH}",
    "~": "\N{NO-BREAK SPACE}",
}


_TOKEN_STARTS = ("\\", "$", "{", "~", "``", "''", "--", "http")
"""Every token begins with one of these; most paragraphs contain none."""


def parse(text: str) -> tuple[Piece, ...]:
    """Parse one paragraph."""
    if not any(sign in text for sign in _TOKEN_STARTS):
        return (Prose(text),)
    return tuple(_joined(_Parser(text).pieces(0, len(text))))


def _joined(pieces: Iterator[Piece]) -> Iterator[Piece]:
    """Merge adjacent prose."""
    prose: list[str] = []
    for piece in pieces:
        if isinstance(piece, Prose):
            prose.append(piece.text)
            continue
        if prose:
            yield Prose("".join(prose))
            prose = []
        yield piece
    if prose:
        yield Prose("".join(prose))


class _Parser:
    """One pass over a paragraph; each kind of token has a method, which returns None to decline."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._closing = _matching_braces(text)
        self._depth = 0

    def pieces(self, start: int, end: int) -> Iterator[Piece]:
        """Parse from `start` to `end`."""
        at = start
        while found := self._token(at, end):
            yield Prose(self._text[at : found.start()])
            method: Callable[[re.Match[str], int], _Parsed | None]
            method = getattr(self, f"_{found.lastgroup}")
            piece, at = method(found, end) or (Prose(found[0]), found.end())
            yield piece
        yield Prose(self._text[at:end])

    def _token(self, start: int, end: int) -> re.Match[str] | None:
        at = start
        while begins := _BEGINNING.search(self._text, at, end):
            at = begins.start()
            if found := _TOKEN.match(self._text, at, end):
                return found
            at += 1
        return None

    def _url(self, found: re.Match[str], _end: int) -> _Parsed | None:
        if len(found[0]) > LONGEST_ADDRESS:
            return None
        address = found[0].rstrip(".,;:!?'*")
        while address.endswith((")", "]")) and address.count("(") < address.count(")"):
            address = address[:-1].rstrip(".,;:!?'")
        return Link(address, address), found.start() + len(address)

    def _dollars(self, found: re.Match[str], end: int) -> _Parsed | None:
        width = len(found[0])
        start = found.end()
        if width > 2:  # noqa: PLR2004 - more than $$ opens nothing: "No $$$"
            return None
        last = min(end, start + LONGEST_FORMULA)
        # One in braces is of a formula within the words of this one: \text{if $x$}.
        close = _DOLLAR_OUTSIDE.match(self._text, start, last)
        close = close or _DOLLAR.search(self._text, start, last)
        if close is None or not self._text.startswith("$" * width, close.end() - 1, end):
            return None
        body = self._text[start : close.end() - 1]
        after = close.end() - 1 + width
        if width == 1 and not is_formula(body, self._text[after : after + 1]):
            return None
        return self._formula(found.start(), body, after)

    def _bracket(self, found: re.Match[str], end: int) -> _Parsed | None:
        closing = r"\)" if found[0] == r"\(" else r"\]"
        start = found.end()
        close = self._text.find(closing, start, min(end, start + LONGEST_FORMULA))
        if close < 0:
            return None
        return self._formula(found.start(), self._text[start:close], close + len(closing))

    def _formula(self, start: int, body: str, end: int) -> _Parsed | None:
        if _BLANK.fullmatch(body):
            return Prose(" "), end
        return (Formula(self._text[start:end], body.strip()), end) if body.strip() else None

    def _group(self, found: re.Match[str], end: int) -> _Parsed | None:
        r"""Braces around a single character, as in `{\'e}` or `{\L}`."""
        close = self._closing.get(found.start(), end)
        if close - found.end() > 16:  # noqa: PLR2004 - longer than any spelling of a character
            return None
        inner = "".join(
            p.text if isinstance(p, Prose) else "\\" for p in self.pieces(found.end(), close)
        )
        return (Prose(inner), close + 1) if len(inner) == 1 and close < end else None

    def _command(self, found: re.Match[str], end: int) -> _Parsed | None:
        if spelled := self._spelling(found, end):
            return spelled
        name = found[0][1:]
        if name in ("url", "href"):
            return self._address(found, name, end)
        if name in MATHEMATICS:
            return self._bare_mathematics(found, end)
        if name == "begin":
            return self._environment(found, end)
        return self._printed(name, found.end(), end) or self._styled(
            _STYLES.get(name), found.end(), found.end(), end
        )

    def _printed(self, name: str, start: int, end: int) -> _Parsed | None:
        """Return what a command of layout, of references or around words prints."""
        if name in PRINTS:
            return Prose(PRINTS[name]), start
        group = _GROUP.match(self._text, start, end)
        if group is None:
            return None
        if name in WRAPPERS:
            inside = tuple(self.pieces(group.start(1), group.end(1)))
            around = (Prose(" ("), *inside, Prose(")")) if name == "footnote" else inside
            return Styled("span", around), group.end()
        if name in POINTERS:
            return Prose(f"[{group[1]}]"), group.end()
        if name == "label" or (name == "end" and group[1] in LISTS):
            return Prose(""), group.end()
        return None

    def _bare_mathematics(self, found: re.Match[str], end: int) -> _Parsed:
        """Parse mathematics outside of dollar signs: a command, its arguments and scripts."""
        last = min(end, found.end() + LONGEST_FORMULA)
        arguments = _ARGUMENTS.match(self._text, found.end(), last)
        after = arguments.end() if arguments else found.end()
        source = self._text[found.start() : after]
        return Formula(source, source), after

    def _environment(self, found: re.Match[str], end: int) -> _Parsed | None:
        """Parse displayed equations, line after line; of a list, only its ends are dropped."""
        name = _MATHS_ENVIRONMENT.match(self._text, found.end(), end)
        if name is None:
            other = _GROUP.match(self._text, found.end(), end)
            if other is None or other[1] not in LISTS:
                return None
            return Prose(""), other.end()
        closing = rf"\end{{{name[1]}}}"
        close = self._text.find(closing, name.end(), min(end, name.end() + LONGEST_FORMULA))
        if close < 0:
            return None
        body = _ALIGNMENT.sub(" ", self._text[name.end() : close]).replace(r"\\", r";\quad ")
        return self._formula(found.start(), body, close + len(closing))

    def _address(self, found: re.Match[str], name: str, end: int) -> _Parsed | None:
        address = _ADDRESS.match(self._text, found.end(), end)
        if address is None:
            return None
        if name == "url":
            return Link(address[1], address[1]), address.end()
        close = self._closing.get(address.end(), end)
        if close >= end or self._depth:
            return None
        # Neither links nor styles in the words of a link, however deep they nest.
        self._depth = _DEEPEST_STYLE
        words = plain(tuple(_joined(self.pieces(address.end() + 1, close))))
        self._depth = 0
        return (Link(address[1], words), close + 1) if words.strip() else None

    def _styled(self, element: str | None, brace: int, start: int, end: int) -> _Parsed | None:
        """Parse the argument of a style, up to the matching closing brace."""
        close = self._closing.get(brace, end)
        if element is None or close >= end or self._depth == _DEEPEST_STYLE:
            return None
        self._depth += 1
        pieces = tuple(_joined(self.pieces(max(start, brace + 1), close)))
        self._depth -= 1
        return Styled(element, pieces), close + 1

    def _switch(self, found: re.Match[str], end: int) -> _Parsed | None:
        element = _SWITCHES[found[0].strip("{\\ ")]
        return self._styled(element, found.start(), found.end(), end)

    def _spelling(self, found: re.Match[str], end: int) -> _Parsed | None:
        spelled = spelled_at(self._text, found.start(), end)
        return None if spelled is None else (Prose(spelled[0]), spelled[1])

    _accent = _escape = _spelling

    def _character(self, found: re.Match[str], _end: int) -> _Parsed:
        return Prose(_CHARACTERS[found[0]]), found.end()

    _quotes = _dash = _tie = _character


def _matching_braces(text: str) -> dict[int, int]:
    """Map each opening brace to its closing brace by position; escaped braces are skipped."""
    closing: dict[int, int] = {}
    opened: list[int] = []
    for brace in _BRACE.finditer(text) if "{" in text else ():
        if brace[0] == "{":
            opened.append(brace.start())
        elif brace[0] == "}" and opened:
            closing[opened.pop()] = brace.start()
    return closing


def _as_written(formula: Formula) -> str:
    return formula.source


def plain(pieces: tuple[Piece, ...], formula: Callable[[Formula], str] = _as_written) -> str:
    """Return plain text: formulas as written, or as `formula` does; an address after its words."""
    return "".join(_plain(piece, formula) for piece in pieces)


def _plain(piece: Piece, formula: Callable[[Formula], str]) -> str:
    match piece:
        case Prose(text):
            return text
        case Formula():
            return formula(piece)
        case Styled(element, pieces):
            text = plain(pieces, formula)
            signs = {"sup": SUPERSCRIPT, "sub": SUBSCRIPT}.get(element)
            return text.translate(signs) if signs and _NUMBER.fullmatch(text) else text
        case Link(url, words):
            return words if words == url else f"{words} ({url})"
