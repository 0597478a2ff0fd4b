"""TeX's spelling of single characters: accented letters, letters of other alphabets, signs."""

from __future__ import annotations

import re
import unicodedata

_COMBINING = {
    "'": "\u0301",
    "`": "\u0300",
    "^": "\u0302",
    '"': "\u0308",
    "~": "\u0303",
    "=": "\u0304",
    ".": "\u0307",
    "u": "\u0306",
    "v": "\u030c",
    "H": "\u030b",
    "c": "\u0327",
    "k": "\u0328",
    "r": "\u030a",
    "d": "\u0323",
    "b": "\u0331",
}

LETTERS = {
    "L": "Ł",
    "l": "ł",
    "O": "Ø",
    "o": "ø",
    "AA": "Å",
    "aa": "å",
    "AE": "Æ",
    "ae": "æ",
    "OE": "Œ",
    "oe": "œ",
    "ss": "ß",
    "DH": "Ð",
    "dh": "ð",
    "DJ": "Đ",
    "dj": "đ",
    "TH": "Þ",
    "th": "þ",
    "NG": "Ŋ",
    "ng": "ŋ",
    "i": "\N{LATIN SMALL LETTER DOTLESS I}",
    "j": "ȷ",
}
"""Letters inside a word: TeX drops the space behind the command, and so do we."""

_GREEK = (
    "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi pi rho sigma tau "
    "upsilon phi chi psi omega Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega"
)
_GREEK_NAMES = {"lambda": "lamda"}  # as Unicode spells it


def _greek(name: str) -> str:
    case = "CAPITAL" if name[0].isupper() else "SMALL"
    spelled = _GREEK_NAMES.get(name.lower(), name.lower())
    return unicodedata.lookup(f"GREEK {case} LETTER {spelled}")


SIGNS = {name: _greek(name) for name in _GREEK.split()} | {
    "varepsilon": "ε",
    "varphi": "φ",
    "infty": "∞",
    "times": "\N{MULTIPLICATION SIGN}",
    "pm": "±",
    "leq": "≤",
    "le": "≤",
    "geq": "≥",
    "ge": "≥",
    "neq": "≠",
    "approx": "≈",
    "sim": "\N{TILDE OPERATOR}",
    "to": "→",
    "rightarrow": "→",
    "leftarrow": "←",
    "leftrightarrow": "↔",
    "cdot": "·",
    "deg": "°",
    "degree": "°",
    "ldots": "…",
    "dots": "…",
    "textellipsis": "…",
    "textemdash": "—",
    "textendash": "\N{EN DASH}",
    "textquoteright": "\N{RIGHT SINGLE QUOTATION MARK}",
    "textquoteleft": "\N{LEFT SINGLE QUOTATION MARK}",
    "textquotedblleft": "“",
    "textquotedblright": "”",
    "textbackslash": "\\",
    "textasciitilde": "~",
    "textregistered": "®",
    "texttrademark": "™",
    "textdegree": "°",
    "textmu": "µ",
    "copyright": "©",
    "pounds": "£",
    "euro": "€",
    "S": "§",
    "P": "¶",
    "dag": "†",
    "LaTeX": "LaTeX",
    "TeX": "TeX",
}
"""Signs between words: the space behind the command is what its author meant to print."""

ESCAPES = {char: char for char in "%&_#${}"} | {
    " ": " ",
    ",": "\N{THIN SPACE}",
    ";": " ",
    "-": "",
}
"""A backslash before one of these; the hyphenation hint prints nothing."""

ACCENT = re.compile(
    r"""\\(?:['"`^~=.]|[uvHckrdb](?![A-Za-z]))\s?
        (?:\{\s?\\?[A-Za-z]\s?\}|\\[ij](?![A-Za-z])|[A-Za-z])""",
    re.VERBOSE | re.ASCII,
)
r"""An accent and its letter: `\'e`, `\"{o}`, `\c{c}`, `\v s`, `\'\i`."""


def compose(spelled: str) -> str | None:
    """Give the letter that ACCENT matched; None where no such letter exists."""
    letter = spelled.rstrip("} ")[-1]
    composed = unicodedata.normalize("NFC", letter + _COMBINING[spelled[1]])
    return composed if len(composed) == 1 else None
