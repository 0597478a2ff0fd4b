"""Untrusted text with TeX to safe HTML or plain text.

Formulas become MathML restricted to an allowlist of elements and attributes, or stay as written.
"""

from __future__ import annotations

import re
import sys
from functools import lru_cache
from io import StringIO
from xml.etree.ElementTree import Element, ParseError, tostring

from markupsafe import Markup, escape

from paperlark.domain.plain_text import clean, one_line, paragraphs
from paperlark.renderers import tex
from paperlark.renderers.tex import LONGEST_FORMULA


def html(text: str) -> Markup:
    """Return one line, such as a title, as HTML."""
    return _html(tex.parse(one_line(text)))


def html_paragraphs(text: str) -> tuple[Markup, ...]:
    """Return each paragraph as HTML."""
    return tuple(_html(tex.parse(paragraph)) for paragraph in paragraphs(text))


def plain(text: str) -> str:
    """Return one line as plain text; formulas stay as written."""
    return tex.plain(tex.parse(one_line(text)))


def plain_paragraphs(text: str) -> tuple[str, ...]:
    """Return each paragraph as plain text."""
    return tuple(tex.plain(tex.parse(paragraph)) for paragraph in paragraphs(text))


def html_unlinked(text: str) -> Markup:
    """Return one line as HTML for use inside a link."""
    return _html(tex.parse(one_line(text)), linked=False)


def _html(pieces: tuple[tex.Piece, ...], *, linked: bool = True) -> Markup:
    return Markup().join(_piece(piece, linked=linked) for piece in pieces)


def _piece(piece: tex.Piece, *, linked: bool) -> Markup:
    match piece:
        case tex.Prose(text):
            return escape(text)
        case tex.Formula(source, body):
            return mathml(body) or Markup("<code>{}</code>").format(source)
        case tex.Styled(element, pieces):
            return _element(element, _html(pieces, linked=linked))
        case tex.Link(url, words) if linked:
            return Markup('<a href="{}" rel="noreferrer">{}</a>').format(url, words)
        case tex.Link(_, words):
            return escape(words)


def _element(name: str, content: Markup) -> Markup:
    if name == "span":
        return content
    return Markup("<{name}>{content}</{name}>").format(name=name, content=content)


_NAMESPACE = "{http://www.w3.org/1998/Math/MathML}"
_DEEPEST = 60
"""Levels of nesting, well below the recursion limit of the converter."""
_ELEMENTS = frozenset(
    {"math", "mrow", "mi", "mn", "mo", "mtext", "mspace", "mstyle", "mpadded", "mphantom"}
    | {"msub", "msup", "msubsup", "munder", "mover", "munderover", "mfrac", "msqrt", "mroot"}
    | {"mtable", "mtr", "mtd"}
)
_WORDS = r"[a-z -]{1,40}"
_LENGTH = r"-?[0-2]?(?:\.\d{1,4})?(?:em|ex)|0"  # a longer one could cover other parts of the page
_ATTRIBUTES = {
    name: re.compile(values)
    for values, names in {
        r"true|false": "stretchy fence separator accent accentunder displaystyle movablelimits "
        "symmetric largeop",
        _WORDS: "mathvariant form columnalign rowalign columnlines rowlines",
        r"-?\d": "scriptlevel",
        _LENGTH: "width height depth lspace rspace voffset linethickness minsize maxsize",
        rf"(?:(?:{_LENGTH}) ?){{1,20}}": "rowspacing columnspacing",
    }.items()
    for name in names.split()
}
_DROPPED = frozenset({"mathcolor", "mathbackground", "display"})
"""Attributes removed: the page sets colours, and every formula is inline."""
# Browsers do not break MathML into lines, so a formula that could be wider than its column is put
# into a box that scrolls. Widths are generous estimates in em.
_WIDTHS = {"mo": 1, "mspace": 2, "mtd": 2}
_LONG = 13  # of a phone's column
_LONGER = 30  # of any
_BOX = Markup('<span class="{}">{}</span>')
# Commands that the converter lacks, and their replacements.
_SPELLINGS = {
    "textsc": "text",
    "textsf": "text",
    "textnormal": "text",
    "emph": "textit",
    "bm": "boldsymbol",
    "mathbfcal": "mathcal",
    "mathds": "mathbb",
    "operatorname": "mathrm",
    "varmathbb": "mathbb",
    "Bbb": "mathbb",
    "sim": "thicksim",  # it spaces "sim" as a sign, not as a relation
}
_UNICODE = re.compile(r"\\unicode\{x([0-9A-Fa-f]{1,6})\}")
_SPELLED = re.compile(rf"\\({'|'.join(_SPELLINGS)})\*?(?![A-Za-z])")


class _NotMathematicsError(Exception):
    """The output of the converter contains something outside the allowlist."""


@lru_cache(maxsize=8_192)
def mathml(formula: str) -> Markup | None:
    """Convert a formula without its delimiters; None if that fails."""
    if len(formula) > LONGEST_FORMULA:
        return None
    markup = _converted(_UNICODE.sub(_character, _SPELLED.sub(_respell, formula)))
    try:
        return _checked(markup) if markup else None
    except (ParseError, ValueError, _NotMathematicsError):
        return None


def _converted(formula: str) -> str | None:
    # Slow to import, and a day may have no formula at all.
    from latex2mathml.converter import convert  # noqa: PLC0415

    try:
        markup: str = convert(formula)
    except Exception:  # noqa: BLE001 - third-party code with untrusted input; the reader sees the source
        return None
    return markup


def _respell(found: re.Match[str]) -> str:
    return "\\" + _SPELLINGS[found[1]]


def _character(found: re.Match[str]) -> str:
    code = int(found[1], 16)
    return clean(chr(code)) if code <= sys.maxunicode else found[0]


def _checked(markup: str) -> Markup:
    """Parse the output of the converter, check it against the allowlist, and serialize it again.

    Raises _NotMathematicsError, ParseError, or a ValueError for what defusedxml forbids.
    """
    from defusedxml.ElementTree import iterparse  # noqa: PLC0415 - with the converter

    depth = width = 0
    for event, element in iterparse(StringIO(markup), events=("start", "end")):
        depth += 1 if event == "start" else -1
        if depth > _DEEPEST:
            raise _NotMathematicsError("nested too deep")
        if event == "end":
            _check(element)
            width += len(element.text or "") + _WIDTHS.get(element.tag, 0)
    math = Markup(tostring(element, encoding="unicode"))  # noqa: S704 - allowlisted names only
    if width <= _LONG:
        return math
    return _BOX.format("long" if width <= _LONGER else "long longer", math)


def _check(element: Element) -> None:
    element.tag = element.tag.removeprefix(_NAMESPACE)
    if element.tag not in _ELEMENTS:
        raise _NotMathematicsError(element.tag)
    for name, value in element.items():
        if name in _DROPPED:
            del element.attrib[name]
        elif name not in _ATTRIBUTES or not _ATTRIBUTES[name].fullmatch(value):
            raise _NotMathematicsError(f"{element.tag} {name}={value}")
    for place, row in enumerate(element):
        if row.tag == "mrow" and len(row) == 1:
            element[place] = row[0]  # a row of one element is redundant, and a page has thousands
    if (element.text or "").startswith("\\"):
        raise _NotMathematicsError(f"an unknown command: {element.text}")
