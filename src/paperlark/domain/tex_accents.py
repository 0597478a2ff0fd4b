"""TeX spellings of single characters, in names and titles alike: accents, letters, signs."""

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
"""Letters inside a word: the space that ends the command is dropped, as TeX does."""

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
"""Signs between words: the space after the command is kept, as its author meant it."""

ESCAPES = {char: char for char in "%&_#${}"} | {
    " ": " ",
    ",": "\N{THIN SPACE}",
    ";": " ",
    "-": "",
}
"""Characters after a backslash; the hyphenation hint `\\-` prints nothing."""

_STYLES = (
    "emph textit textsl textbf texttt textsc textsf textrm textnormal textup textmd text mbox "
    "mathrm mathbf mathit mathsf em it sl bf tt sc rm"
)

_MARK = r"""\\(?:['"`^~=.]|[uvHckrdb](?![A-Za-z]))\s?"""
_LETTER = rf"""(?:\{{\s?\\?[A-Za-z]\s?\}}|\\[ij](?![A-Za-z])|[A-Za-z]
    |\{{\\(?:{"|".join(LETTERS)})\}})"""
_ONE = rf"{_MARK}{_LETTER}"

ACCENT = re.compile(rf"{_MARK}(?:\{{\s?{_ONE}\s?\}}|{_ONE}|{_LETTER})", re.VERBOSE | re.ASCII)
r"""One or two accents and their letter: `\'e`, `\"{o}`, `\c{c}`, `\v s`, `\'\i`, `\'{\^a}`."""

_SPELLING = re.compile(
    rf"""(?P<accent>{ACCENT.pattern})
    |\\(?P<letter>{"|".join(LETTERS)})(?![A-Za-z])(?:\{{\}}|[ ])?
    |\\(?P<sign>{"|".join(SIGNS)})(?![A-Za-z])(?:\{{\}})?
    |\\(?P<bare>[~^])\{{\}}
    |\\(?P<escape>[^A-Za-z])""",
    re.VERBOSE | re.ASCII | re.DOTALL,
)
_ANY_LETTER = re.compile(
    rf"{ACCENT.pattern}|\\(?:{'|'.join(LETTERS)})(?![A-Za-z])(?:\{{\}}|[ ])?", re.VERBOSE | re.ASCII
)
_MARKUP = re.compile(
    rf"(?P<style>\\(?:{'|'.join(_STYLES.split())})(?![A-Za-z])\s?)"
    r"|(?P<command>\\[A-Za-z]+)|[\\~{}$]"
)
_GROUPING = frozenset("{}$")


def compose(spelled: str) -> str | None:
    """Return the letter that ACCENT matched; None where Unicode has no such letter."""
    marks = re.findall(_MARK, spelled, re.ASCII)
    rest = re.sub(_MARK, "", spelled, flags=re.ASCII).strip("{} ")
    name = rest.removeprefix("\\")
    letter = name if name in {"i", "j"} or name == rest else LETTERS.get(name, name)
    accents = "".join(_COMBINING[mark[1]] for mark in reversed(marks))
    composed = unicodedata.normalize("NFC", letter + accents)
    return composed if len(composed) == 1 else None


def spelled_at(text: str, start: int, end: int) -> tuple[str, int] | None:
    """Decode the spelling that begins at `start`; also return where it ends. None: there is none.

    Takes constant time.
    """
    found = _SPELLING.match(text, start, end)
    if found is None:
        return None
    kind = found.lastgroup or ""
    tables = {"letter": LETTERS, "sign": SIGNS, "escape": ESCAPES}
    match kind:
        case "accent":
            decoded = compose(found[kind])
        case "bare":
            decoded = found[kind]
        case _:
            decoded = tables[kind].get(found[kind])
    return None if decoded is None else (decoded, found.end())


def decode_letters(text: str) -> str:
    """Decode accents and letters alone; braces and all other TeX stay as written."""

    def decode(found: re.Match[str]) -> str:
        spelled = spelled_at(found[0], 0, len(found[0]))
        return spelled[0] if spelled else found[0]

    return _ANY_LETTER.sub(decode, text) if "\\" in text else text


def decode_accents(text: str) -> str:
    r"""Decode TeX in a name or another text without formulas; text without TeX stays as it is.

    Grouping braces, dollar signs and style commands are dropped, unless the text holds a command
    that is not known: `\frac{a}` stays as written. One pass, without recursion: time is linear in
    the length, however deep braces are nested.
    """
    if not re.search(r"[\\{}~$]", text):
        return text
    bare: list[str] = []
    grouped: list[str] = []
    known = True
    at = 0
    while found := _MARKUP.search(text, at):
        before = text[at : found.start()]
        spelled = spelled_at(text, found.start(), len(text)) if found[0][0] == "\\" else None
        known = known and (spelled is not None or found["command"] is None)
        printed, at = spelled or (found[0], found.end())
        dropped = spelled is None and (found["style"] or found[0] in _GROUPING)
        printed = " " if printed == "~" and spelled is None else printed
        bare += (before, "" if dropped else printed)
        grouped += (before, printed)
    return "".join((*(bare if known else grouped), text[at:]))
