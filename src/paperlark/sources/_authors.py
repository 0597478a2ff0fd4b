r"""arXiv's one string of authors, taken apart.

`First Last (affiliation, of several parts), Second Author` is split on the commas outside
parentheses; TeX accents become letters: `{\L}ukasz Ku\'smierz` is Łukasz Kuśmierz.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache, lru_cache

from paperlark.domain.paper import Author

# A degree or generation after a comma belongs to the name before it.
_SUFFIX = re.compile(r"(?:jr|sr|ph\. ?d|m\.? ?d|ii|iii|iv)\.?", re.IGNORECASE)
# Of TeX's own commas, `\,` and `{,}`, none parts authors.
_SIGN = re.compile(r"[()]|(?<![\\{])[,;]")
_MARKS = " \t\n*†‡"
_LEADING = re.compile(r"^(?:and|&)\s+")


def parse_authors(text: str) -> tuple[Author, ...]:
    """Split and decode; an empty string has no authors, and no name is ever dropped."""
    names: list[str] = []
    for piece in _split(text):
        if names and _SUFFIX.fullmatch(piece):
            names[-1] = f"{names[-1]}, {piece}"
        elif any(character.isalnum() for character in piece):
            names.append(piece)
    return tuple(_author(name) for name in names)


def _split(text: str) -> Iterator[str]:
    """Split at commas and semicolons outside parentheses."""
    depth = start = 0
    for found in _SIGN.finditer(text):
        if found[0] == "(":
            depth += 1
        elif found[0] == ")":
            depth = max(0, depth - 1)
        elif depth == 0:
            yield text[start : found.start()].strip()
            start = found.end()
    rest = text[start:]
    # A parenthesis that never closes would swallow everybody after it.
    yield from (piece.strip() for piece in (rest.split(",") if depth else [rest]))


# The same author comes in every feed that lists a paper, and on many days.
@lru_cache(maxsize=2**16)
def _author(raw: str) -> Author:
    found = re.fullmatch(r"(?P<name>[^()]*[^()\s])\s*\((?P<affiliation>.*)\)?", raw)
    if found is None:
        return Author(_clean(raw))
    affiliation = found["affiliation"]
    # `Charlie (Jianzhong) Zhang` has a second name there, not an affiliation.
    if re.search(r"\)\s*\w", affiliation) and affiliation.count("(") < affiliation.count(")"):
        return Author(_clean(raw))
    return Author(_clean(found["name"]), _clean(affiliation.rstrip(") ").lstrip(", ")) or None)


def _clean(text: str) -> str:
    name = " ".join(_LEADING.sub("", decode_tex(text).strip(_MARKS)).split())
    return name.removesuffix(" and").rstrip(_MARKS)


@cache
def _decoder() -> Callable[[str], str]:
    from pylatexenc.latex2text import LatexNodes2Text  # noqa: PLC0415  # only names with TeX need it

    decode: Callable[[str], str] = LatexNodes2Text(math_mode="text").latex_to_text
    return decode


def decode_tex(text: str) -> str:
    r"""Decode TeX accents and letters to Unicode; text without TeX is left as it is."""
    if not re.search(r"[\\{}~$]", text):
        return text
    try:
        # In a name a percent sign is a percent sign, not the start of a comment.
        return _decoder()(text.replace("%", r"\%")) or text
    except Exception:  # noqa: BLE001  # foreign code on foreign text: 3,000 braces end its stack
        return text
