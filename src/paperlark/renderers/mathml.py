"""A formula as MathML, restricted to an allowlist of elements and attributes.

The converter takes untrusted text, so what it returns is parsed, checked and serialized again.
"""

from __future__ import annotations

import re
import sys
from functools import lru_cache
from io import StringIO
from xml.etree.ElementTree import Element, ParseError, tostring

from markupsafe import Markup

from paperlark.domain.plain_text import clean
from paperlark.renderers.author_macros import in_alphabet, macro_text
from paperlark.renderers.tex import LONGEST_FORMULA
from paperlark.renderers.tex_packages import PACKAGE, in_plain_tex

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
        r"true|false": "stretchy accent accentunder displaystyle movablelimits symmetric largeop",
        _WORDS: "mathvariant form columnalign rowalign columnlines rowlines",
        r"-?\d": "scriptlevel",
        _LENGTH: "width height depth lspace rspace voffset linethickness minsize maxsize",
        rf"(?:(?:{_LENGTH}) ?){{1,20}}": "rowspacing columnspacing",
    }.items()
    for name in names.split()
}
_CHILDREN = dict.fromkeys(("msub", "msup", "munder", "mover", "mfrac", "mroot"), 2) | dict.fromkeys(
    ("msubsup", "munderover"), 3
)
"""How many children an element has, where its meaning hangs on that."""
_DROPPED = frozenset({"mathcolor", "mathbackground", "display", "fence", "separator"})
"""Attributes removed: the page sets colours, every formula is inline, and two change nothing."""
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
    "texttt": "text",
    "emph": "textit",
    "bm": "boldsymbol",
    "mathbfcal": "mathcal",
    "mathds": "mathbb",
    "mathbbm": "mathbb",
    "nicefrac": "frac",
    "sfrac": "frac",
    "slashed": "not",
    "cancel": "not",
    "operatorname": "mathrm",
    "varmathbb": "mathbb",
    "Bbb": "mathbb",
    "backslash": "setminus",
    "textless": "lt",
    "textgreater": "gt",
    "Bar": "bar",
    "Hat": "hat",
    "Tilde": "tilde",
    "sim": "thicksim",  # it spaces "sim" as a sign, not as a relation
}
_UNICODE = re.compile(r"\\unicode\{x([0-9A-Fa-f]{1,6})\}")
_SPELLED = re.compile(rf"\\({'|'.join(_SPELLINGS)})\*?(?![A-Za-z])")
_LAYOUT = re.compile(
    r"\\!|\\mkern\s*-?[\d.]+\s*mu|(?<!\\)%\s*"
    r"|\\(?:eqno|nonumber|notag|allowbreak|(?:no|display)?limits|protect|relax|smash|tiny|xspace"
    r"|boldmath)(?![A-Za-z])|\\label\s*\{[^{}]*\}"
)
"""Negative spaces, numbers of equations, ends of lines: nothing that is read."""
_SPACE = re.compile(r"\\[hv]space\*?\s*\{[^{}]*\}|\\thinspace(?![A-Za-z])")
_IN_TEXT = re.compile(r"\\(text|mbox|hbox|textrm)\s*\{([^{}$]*)\$([^$]*)\$")
"""A formula within the words of a formula."""
_MOST_IN_TEXT = 8
_DOLLAR = re.compile(r"(?<!\\)\$")
_ESCAPED = re.compile(r"\\([%&#_${}])")
_BARE_AMPERSAND = re.compile(r"&(?!#?\w{1,32};)")
_BARE_LESS_THAN = re.compile(r"<(?!/?m[a-z]{1,12}[\s/>])")
_ALPHABETS = {
    "bold": "BOLD",
    "double-struck": "DOUBLE-STRUCK",
    "script": "SCRIPT",
    "bold-script": "BOLD SCRIPT",
    "fraktur": "FRAKTUR",
    "sans-serif": "SANS-SERIF",
    "monospace": "MONOSPACE",
}


class _NotMathematicsError(Exception):
    """The output of the converter contains something outside the allowlist."""


@lru_cache(maxsize=8_192)
def mathml(formula: str) -> Markup | None:
    """Convert a formula without its delimiters; None if that fails."""
    math = formula_tree(formula)
    if math is None:
        return None
    width = sum(len(one.text or "") + _WIDTHS.get(one.tag, 0) for one in math.iter())
    markup = Markup(tostring(math, encoding="unicode"))  # noqa: S704 - allowlisted names only
    if width <= _LONG:
        return markup
    return _BOX.format("long" if width <= _LONGER else "longer", markup)


def formula_tree(formula: str) -> Element | None:
    """Return a formula without its delimiters as a checked MathML element; None if that fails."""
    if len(formula) > LONGEST_FORMULA:
        return None
    markup = _converted(_spelled(formula))
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
    # It writes "\\text{S\\&P}" with bare signs of XML.
    return _BARE_LESS_THAN.sub("&lt;", _BARE_AMPERSAND.sub("&amp;", markup))


def _spelled(formula: str) -> str:
    """Return the formula in commands that the converter knows."""
    plain = in_plain_tex(formula) if PACKAGE.search(formula) else formula
    text = _SPACE.sub(r"\\quad ", _LAYOUT.sub(" ", plain))
    for _ in range(_MOST_IN_TEXT):
        text, changed = _IN_TEXT.subn(r"\\\1{\2}\3\\\1{", text)
        if not changed:
            break
    text = _DOLLAR.sub(" ", text)
    return _UNICODE.sub(_character, _SPELLED.sub(_respell, text))


def _respell(found: re.Match[str]) -> str:
    return "\\" + _SPELLINGS[found[1]]


def _character(found: re.Match[str]) -> str:
    code = int(found[1], 16)
    return clean(chr(code)) if code <= sys.maxunicode else found[0]


def _checked(markup: str) -> Element:
    """Parse the output of the converter and check it against the allowlist.

    Raises _NotMathematicsError, ParseError, or a ValueError for what defusedxml forbids.
    """
    from defusedxml.ElementTree import iterparse  # noqa: PLC0415 - with the converter

    depth = 0
    for event, element in iterparse(StringIO(markup), events=("start", "end")):
        depth += 1 if event == "start" else -1
        if depth > _DEEPEST:
            raise _NotMathematicsError("nested too deep")
        if event == "end":
            _check(element)
    root: Element = element
    if len(root) == 1 and root[0].tag == "mrow":
        root[:] = list(root[0])  # the whole is a row already, and a page has hundreds of formulas
    return root


def _alphabet(element: Element) -> str | None:
    """Return the alphabet that an element asks for; bold digits stay digits."""
    found = _ALPHABETS.get(element.get("mathvariant", ""))
    return found if element.tag == "mi" or found == "DOUBLE-STRUCK" else None


def _check(element: Element) -> None:
    element.tag = element.tag.removeprefix(_NAMESPACE)
    if element.tag not in _ELEMENTS or len(element) != _CHILDREN.get(element.tag, len(element)):
        raise _NotMathematicsError(element.tag)
    for name, value in element.items():
        if name in _DROPPED:
            del element.attrib[name]
        elif name not in _ATTRIBUTES or not _ATTRIBUTES[name].fullmatch(value):
            raise _NotMathematicsError(f"{element.tag} {name}={value}")
    for place, row in enumerate(element):
        if row.tag == "mrow" and len(row) == 1:
            element[place] = row[0]  # a row of one element is redundant, and a page has thousands
    text = element.text or ""
    if text.startswith("\\"):
        # The converter does not know this command, or it is a brace.
        element.text = macro_text(text[1:])
    elif element.tag == "mtext":
        element.text = _ESCAPED.sub(r"\1", text)
    elif alphabet := _alphabet(element):
        # Browsers know the attribute for upright letters alone, and lines of text for none.
        element.text = "".join(in_alphabet(alphabet, one) for one in text)
        del element.attrib["mathvariant"]
