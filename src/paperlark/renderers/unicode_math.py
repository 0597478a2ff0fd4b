"""A formula as a line of Unicode text, for mail, chat and terminals: `M_h ≈ 10⁷ M_⊙`.

It is written from the formula's MathML, so whatever the page can show, a mail can.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from xml.etree.ElementTree import Element

from paperlark.renderers.mathml import formula_tree
from paperlark.renderers.tex import SUBSCRIPT, SUPERSCRIPT

_STANDING = frozenset("′″‴⁗∘*∗†‡⋆")
"""Signs that are read as raised wherever they stand."""
_ACCENTS = {
    "^": "\u0302",
    "~": "\u0303",
    "˜": "\u0303",
    "∼": "\u0303",
    "¯": "\u0304",
    "―": "\u0304",
    "‾": "\u0304",
    "˘": "\u0306",
    "˙": "\u0307",
    "¨": "\u0308",
    "⋯": "\u20db",
    "´": "\u0301",
    "`": "\u0300",
    "ˇ": "\u030c",
    "˚": "\u030a",
    "↔": "\u20e1",
    "→": "\u20d7",
    "⃗": "\u20d7",
    "←": "\u20d6",
}
_OVERLINE = "\u0305"
_UNDERLINE = "\u0332"
_BRACES = frozenset("⏞⏟︷︸")
_NEGATION = "⧸"
_ROOTS = {"2": "√", "3": "∛", "4": "∜"}
_LARGE = frozenset("∑∏∐∫∬∭∮⋃⋂⨁⨂⋁⋀⨆")
_JOINED = frozenset("/!.|‖'°%∂∇√∞∘#&_@?…⋯")
"""Operators without a space before them."""
_ALONE = re.compile(r"[\w.′″ℏ∞⊙]*|[(\[{|].*[)\]}|]", re.DOTALL)
"""What needs no brackets in a fraction, a root or a script."""
_SIGNS = frozenset("+-−±∓¬∀∃")
_OPEN_SCRIPT = re.compile(r"[_^][^\s()]+")
"""A script without brackets: a letter after it would be taken for a part of it."""
_THIN = 0.15
"""Width in em from which a space is one."""


_BRA = re.compile(r"(⟨[^⟨⟩∣|]{0,80}?) ?∣ ?")
_KET = re.compile(r" ?∣ ?(?=[^⟨⟩∣|]{0,80}⟩)")
"""Bars of ⟨a|b⟩, which are no relation between two things."""


@lru_cache(maxsize=8_192)
def unicode_math(formula: str) -> str | None:
    """Return a formula without its delimiters as one line of text; None if it cannot be read."""
    math = formula_tree(formula)
    if math is None:
        return None
    text = re.sub(r"\s+", " ", _text(math)).strip()
    text = re.sub(r"([(\[{⟨]) | ([)\]},;⟩])", r"\1\2", text)
    text = _KET.sub("|", _BRA.sub(r"\1|", text))
    return unicodedata.normalize("NFC", text) or None


def _text(element: Element) -> str:
    write = _WRITERS.get(element.tag)
    return write(element) if write else _row(list(element))


def _own(element: Element) -> str:
    return element.text or ""


def _operator(element: Element) -> str:
    return _own(element).strip("\N{FUNCTION APPLICATION}\N{INVISIBLE TIMES}")


def _space(element: Element) -> str:
    found = re.match(r"(-?[\d.]+)em", element.get("width", ""))
    return " " if found and float(found[1]) >= _THIN else ""


def _fraction(element: Element) -> str:
    over, under = map(_text, element)
    if element.get("linethickness") == "0":
        return f"{over} choose {under}"
    return f"{_bracketed(over)}/{_bracketed(under)}"


def _root(element: Element) -> str:
    text, degree = map(_text, element)
    sign = _ROOTS.get(degree) or f"{_raised(degree)}√"
    return f"{sign}{_bracketed(text)}"


def _table(element: Element) -> str:
    return "; ".join(", ".join(_text(cell).strip() for cell in row) for row in element)


def _base(element: Element) -> str:
    return _text(element).rstrip() if element.tag == "mo" else _text(element)


def _row(parts: Sequence[Element]) -> str:
    """Return neighbours in a line, with spaces where mathematics is set with one."""
    line = ""
    negated = False
    for at, one in enumerate(parts):
        # Inside padding it would negate nothing.
        text = _NEGATION if _is_negation(one) else _text(one)
        if text == _NEGATION:
            negated = True
            continue
        if negated and text:
            text, negated = _negated(text), False
        line = _appended(line, text, one, parts[:at])
    return line


def _appended(line: str, text: str, element: Element, before: Sequence[Element]) -> str:
    if not text:
        return line
    if text == "=" and line.rstrip().endswith(":"):
        return f"{line.rstrip()[:-1].rstrip()} := "
    if _is_infix(text, line, element):
        return f"{line.rstrip()} {text} "
    if (text in {",", ";"} and element.tag != "mtext") or (text == ":" and not line[-1:].isdigit()):
        return f"{line.rstrip()}{text} "
    previous = before[-1] if before else None
    apart = previous is not None and (
        (_is_word(previous) and text[0].isalnum())
        or (_is_function(element) and line[-1:].isalnum())
        or (_is_word(element) and line[-1:].isdigit())
        or (_is_power(previous) and text[0].isalpha())
        or (
            _is_large(previous)
            and text[0] not in (")]}" if _text(previous)[0] in _LARGE else "()[]{}")
        )
        or (text[0].isalnum() and _ends_in_script(line))
    )
    return f"{line}{' ' if apart else ''}{text}"


def _is_infix(text: str, line: str, element: Element) -> bool:
    """Return whether a sign stands between two things; a fence, or a sign before a number, not."""
    if element.tag != "mo" and unicodedata.category(text[0]) != "Sm":
        return False
    if (
        element.get("form") in {"prefix", "postfix"}
        or element.get("stretchy") == "false"
        or text[0] in _JOINED
    ):
        return False
    if (len(text) > 1 and text.isalpha()) or unicodedata.category(text[0]) in {"Ps", "Pe"}:
        return False
    if text[0] in _LARGE:
        return False
    # "−5", and "= −5".
    return not (text in _SIGNS and (not line.strip() or line.endswith((" ", "("))))


def _ends_in_script(line: str) -> bool:
    return _OPEN_SCRIPT.fullmatch(line[max(line.rfind("_"), line.rfind("^"), 0) :]) is not None


def _is_function(element: Element) -> bool:
    """Return whether an element is a function written as a word, such as sin."""
    return element.tag in {"mi", "mo"} and _is_word(element)


def _is_word(element: Element) -> bool:
    """Return whether an element is a name of several letters, such as sin or Myr."""
    if element.tag == "mrow":
        return len(element) > 1 and all(
            one.tag == "mi" and one.get("mathvariant") == "normal" for one in element
        )
    text = element.text or ""
    return element.tag in {"mi", "mo", "mtext"} and len(text) > 1 and text.isalpha()


def _is_power(element: Element) -> bool:
    """Return whether an element is a number with a power, as in 10⁷."""
    return element.tag == "msup" and element[0].tag == "mn"


def _is_large(element: Element) -> bool:
    """Return whether an element is a sum, with its limits or without."""
    bare = element if element.tag == "mo" or not len(element) else element[0]
    limited = element.tag in {"msub", "msup", "msubsup", "munder", "munderover"}
    return limited and ((bare.text or " ")[0] in _LARGE or _is_word(bare))


def _tight(text: str) -> str:
    """Return a script without spaces, except between two words."""
    return re.sub(r" (?!\w)|(?<!\w) ", "", text)


def _raised(text: str) -> str:
    text = _tight(text).replace("′′", "″")
    if not text or all(one in _STANDING for one in text):
        return text.replace("∘", "°").replace("∗", "*")
    if _has_all(text, SUPERSCRIPT):
        return text.translate(SUPERSCRIPT)
    return f"^{_bracketed(text)}"


def _lowered(text: str) -> str:
    text = _tight(text)
    if not text:
        return ""
    return text.translate(SUBSCRIPT) if _has_all(text, SUBSCRIPT) else f"_{_bracketed(text)}"


def _has_all(text: str, table: dict[int, int]) -> bool:
    return all(ord(one) in table for one in text)


def _over(element: Element) -> str:
    text, accent = (_text(one) for one in element)
    return _accented(text, accent.strip())


def _accented(text: str, accent: str) -> str:
    combining = _ACCENTS.get(accent)
    letters = list(text.replace(" ", ""))
    if combining and len(letters) == 1:
        return f"{letters[0]}{combining}"
    if combining == "\u0304":
        return "".join(f"{one}{_OVERLINE}" for one in letters)
    if combining:
        return f"{_bracketed(text)}{combining}"
    # Words over an arrow, limits over a sum.
    return f"{text}{_raised(accent)}" if accent not in _BRACES else text


def _under(element: Element) -> str:
    text, under = _base(element[0]), _text(element[1]).strip()
    if under in _BRACES:
        return text
    if under in {"―", "_", "̲"}:
        return "".join(one if one == " " else f"{one}{_UNDERLINE}" for one in text)
    return text + _lowered(under)


def _is_negation(element: Element) -> bool:
    return element.tag == "mpadded" and len(element) == 1 and element[0].text == _NEGATION


def _negated(text: str) -> str:
    return unicodedata.normalize("NFC", f"{text[0]}\u0338") + text[1:]


def _bracketed(text: str) -> str:
    text = text.strip()
    return text if _ALONE.fullmatch(text) and not _parted(text) else f"({text})"


def _parted(text: str) -> bool:
    """Return whether brackets at both ends are of two pairs, as in (a)(b)."""
    if not text or text[0].isalnum():
        return False
    depth = 0
    for one in text[:-1]:
        depth += (one in "([{") - (one in ")]}")
        if depth == 0:
            return True
    return False


_WRITERS: Mapping[str, Callable[[Element], str]] = {
    "mi": _own,
    "mn": _own,
    "mtext": _own,
    "mo": _operator,
    "mspace": _space,
    "mphantom": lambda _: "",
    "mfrac": _fraction,
    "msqrt": lambda one: f"√{_bracketed(_row(list(one)))}",
    "mroot": _root,
    "msup": lambda one: _base(one[0]) + _raised(_text(one[1])),
    "msub": lambda one: _base(one[0]) + _lowered(_text(one[1])),
    "munder": _under,
    "msubsup": lambda one: _base(one[0]) + _lowered(_text(one[1])) + _raised(_text(one[2])),
    "munderover": lambda one: _base(one[0]) + _lowered(_text(one[1])) + _raised(_text(one[2])),
    "mover": _over,
    "mtable": _table,
}
"""How each element is written; another is a row of what is in it."""
