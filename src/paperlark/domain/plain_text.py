"""Plain text: drop characters that could change a page; fold letters for comparison.

`fold` is for words: accents and case. `spellings` is for names: every Latin letter, with the usual
transliterations.
"""

from __future__ import annotations

import html
import re
import unicodedata
from functools import lru_cache
from itertools import product
from math import prod
from typing import Literal

# Bidi embeddings, overrides, isolates and marks; controls but tab and newline; tag characters,
# which are invisible ASCII; what XML and UTF-8 cannot carry. Right-to-left scripts need none
# of these to be read.
_UNWANTED = re.compile(
    "[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
    "\x00-\x08\x0b-\x1f\x7f-\x84\x86-\x9f\ufeff\ufffe\uffff\U000e0000-\U000e007f]"
)
_SURROGATE = re.compile("[\ud800-\udfff]")
_LONG_NUMBER = re.compile(r"&#(?:[0-9]{9,}+|[xX][0-9a-fA-F]{9,}+);?")
"""A character that is none; Python refuses to read numbers of 4,300 digits."""
_GAP = re.compile(r"\n\s*\n")


def clean(text: str) -> str:
    """Drop invisible control characters; replace lone surrogates, which no encoding has."""
    # Most texts have none, and that is found in a quarter of the time. A value of a page that was
    # tampered with may be no text at all: that is a TypeError here as below.
    if str.isascii(text) and str.isprintable(text):
        return text
    return _SURROGATE.sub("\N{REPLACEMENT CHARACTER}", _UNWANTED.sub("", text))


def unescape(text: str) -> str:
    """Decode HTML entities; a number that no character has becomes a replacement character."""
    return html.unescape(_LONG_NUMBER.sub("\N{REPLACEMENT CHARACTER}", text))


def one_line(text: str) -> str:
    """Drop control characters and collapse any whitespace to single spaces."""
    return " ".join(clean(text).split())


def paragraphs(text: str) -> tuple[str, ...]:
    """Split at blank lines; each paragraph becomes one line."""
    lines = (one_line(part) for part in _GAP.split(text))
    return tuple(line for line in lines if line)


MOST_MARKS = 30
"""Combining marks in a row, as in Unicode's stream-safe text: no language writes more."""
_SHORT = 1_000
_MANY_LETTERS = re.compile(rf"[^\x00-\x7f]{{{MOST_MARKS + 1}}}")
"""So many beyond ASCII in a row, as all marks are: without them there is no flood."""


def normalize(form: Literal["NFC", "NFKC", "NFD", "NFKD"], text: str) -> str:
    """Normalize to a Unicode form in linear time; more marks on one letter than 30 are dropped.

    They are sorted, and a flood of 100,000 marks would take minutes.
    """
    if len(text) > _SHORT and _MANY_LETTERS.search(text):
        text = _without_floods(text)
    return unicodedata.normalize(form, text)


def _without_floods(text: str) -> str:
    kept: list[str] = []
    marks = 0
    for letter in text:
        marks = marks + 1 if unicodedata.combining(letter) else 0
        if marks <= MOST_MARKS:
            kept.append(letter)
    return "".join(kept)


def strip_accents(text: str) -> str:
    """Drop diacritics: decompose (Unicode NFKD) and drop the combining marks."""
    return _without_marks(normalize("NFKD", text))


def fold(text: str) -> str:
    """Fold accents and case, to compare names."""
    return _without_marks(normalize("NFKD", text).casefold())


def _without_marks(decomposed: str) -> str:
    if decomposed.isascii():
        return decomposed
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


MOST_SPELLINGS = 16
"""Names with more possible spellings are written with all letters folded, or all transliterated."""

_APOSTROPHES = frozenset(
    "'\N{RIGHT SINGLE QUOTATION MARK}\N{LEFT SINGLE QUOTATION MARK}\N{PRIME}"
    "\N{FULLWIDTH APOSTROPHE}\N{SINGLE HIGH-REVERSED-9 QUOTATION MARK}"
    "\N{MIDDLE DOT}\N{HYPHENATION POINT}"
)
"""Marks inside a word that may be left out, the dot of Catalan `l·l` among them."""

# Letters without a decomposition that are not simply their base letter with a stroke or a hook.
_LETTERS = {
    "æ": ("ae",),
    "œ": ("oe",),
    "ø": ("o", "oe"),
    "đ": ("d", "dj"),
    "ð": ("d", "dh"),
    "þ": ("th",),
    "ŋ": ("ng", "n"),
    "ə": ("e", "a"),
    "ĸ": ("k",),
    "\N{LATIN SMALL LETTER LONG S}": ("s",),
    "ƿ": ("w",),
    "ʒ": ("z",),
    "ɛ": ("e",),
    "ɔ": ("o",),
    "ʃ": ("s",),
    "\N{LATIN SMALL LETTER GAMMA}": ("g",),
    "\N{LATIN SMALL LETTER ALPHA}": ("a",),
    "ʊ": ("u",),
    "\N{LATIN LETTER GLOTTAL STOP}": ("",),
    "ɂ": ("",),
    "\N{LATIN SMALL LETTER SALTILLO}": ("",),
    "\N{LATIN SMALL LETTER OU}": ("ou",),
    "ɵ": ("o",),
    "ʉ": ("u",),
    "ʀ": ("r",),
    "ȝ": ("y",),
    "ƣ": ("gh",),
    "ƛ": ("l",),
    "\N{LATIN SMALL LETTER TURNED DELTA}": ("d",),
    "ƹ": ("z",),
    "ƺ": ("z",),
    "ƨ": ("s",),
    "ƪ": ("s",),
    "ǝ": ("e",),
    "ỻ": ("ll",),
    "ỽ": ("v",),
    "\N{LATIN SMALL LETTER Y WITH LOOP}": ("y",),
    "\N{LATIN SMALL LETTER IOTA}": ("i",),
    "\N{LATIN SMALL LETTER V WITH HOOK}": ("v",),
    "ʌ": ("v",),
    "ƕ": ("hv",),
    "ƅ": ("b",),
    "ɋ": ("q",),
    "ȸ": ("db",),
    "ȹ": ("qp",),
}
_BASE = re.compile(r"LATIN SMALL LETTER (?:DOTLESS |AFRICAN |TURNED |LONG )?([A-Z])(?: WITH .*)?")

_UMLAUT, _RING, _DOUBLE_ACUTE = "\u0308", "\u030a", "\u030b"
_MODIFIERS = range(0x2B0, 0x300)
"""Letter-like marks, such as the half rings of transliterated Arabic."""
_ACCENTS_FROM = 200
"""Canonical combining classes of accents; lower ones are parts of letters in Indic and Thai."""
_POINTS = range(10, 37)
"""Combining classes of Hebrew points and Arabic vowel signs, which need not be written."""
_OVERLAY = 1


def spellings(text: str) -> tuple[str, ...]:
    """Return the ways to write a name in plain lower-case letters, the shortest one first.

    `Jürgen` is `jurgen` or `juergen`. Only letters, marks of letters, digits, dots and single
    blanks are left; apostrophes and accents are dropped.
    """
    plain = normalize("NFC", normalize("NFC", text).casefold())
    if plain.isascii():
        choices = [_options(letter) for letter in plain]
    else:
        choices = [_in_context(plain, place) for place in range(len(plain))]
    if prod(map(len, choices)) <= MOST_SPELLINGS:
        written = ("".join(parts) for parts in product(*choices))
    else:
        written = ("".join(parts[end] for parts in choices) for end in (0, -1))
    return tuple(dict.fromkeys(" ".join(one.split()) for one in written))


def _in_context(text: str, place: int) -> tuple[str, ...]:
    """Return how a letter can be written; the Chinese names Lü and Nü have two ways more."""
    letter = text[place]
    if letter == "ü" and text[place - 1 : place] in {"l", "n"}:
        before, after = text[place - 2 : place - 1], text[place + 1 : place + 2]
        if not (place > 1 and before.isalpha()) and not after.isalpha():
            return ("u", "ue", "v", "yu")
    return _options(letter)


@lru_cache(maxsize=2**14)
def _options(letter: str) -> tuple[str, ...]:
    """Return the ways to write one lower-case letter; a blank for what separates words."""
    if letter == "." or (letter.isascii() and letter.isalnum()):
        return (letter,)
    if letter in _APOSTROPHES or ord(letter) in _MODIFIERS:
        return ("",)
    kind = unicodedata.category(letter)
    if kind in {"Cf", "Sk"}:
        return ("",)
    if kind[0] in "PZSC":
        return (" ",)
    if kind[0] == "M":
        return ("",) if _is_accent(letter) else (letter,)
    return _LETTERS.get(letter) or _unaccented(letter)


def _unaccented(letter: str) -> tuple[str, ...]:
    parts = normalize("NFKD", letter).casefold()
    marks = {one for one in parts if _is_accent(one)}
    base = normalize("NFC", "".join(one for one in parts if one not in marks))
    plain = "".join(map(_plain, base))
    if (marks & {_UMLAUT, _DOUBLE_ACUTE} and plain in {"a", "o", "u"}) or (
        _RING in marks and plain == "a"
    ):
        return (plain, plain + ("a" if _RING in marks else "e"))
    return (plain,)


def _plain(letter: str) -> str:
    """Return a letter without an accent in plain letters, by its name: `L WITH STROKE` is an l."""
    found = _BASE.fullmatch(unicodedata.name(letter, ""))
    if found:
        return found[1].lower()
    kind = unicodedata.category(letter)
    if letter in _APOSTROPHES or kind in {"Cf", "Sk"}:
        return ""
    return " " if kind[0] in "PZSC" else _LETTERS.get(letter, (letter,))[0]


def _is_accent(mark: str) -> bool:
    """Return whether a character is a mark that a name can be written without."""
    place = unicodedata.combining(mark)
    return place >= _ACCENTS_FROM or place in _POINTS or place == _OVERLAY


def is_east_asian(text: str) -> bool:
    """Return whether a text is in Chinese, Japanese or Korean, where blanks mean nothing."""
    return bool(text) and all(
        "\u2e80" <= letter <= "\ud7ff" or "\uf900" <= letter <= "\ufaff" or letter >= "\U00020000"
        for letter in text
        if letter != " "
    )
