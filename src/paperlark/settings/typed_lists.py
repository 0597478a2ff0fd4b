"""Lists as people type them: separated by commas, semicolons or lines; and lists of names."""

from __future__ import annotations

import re
from collections.abc import Sequence

from paperlark.domain.name_matching import NameFault, name_fault

SEPARATORS = ",;\N{FULLWIDTH COMMA}\N{FULLWIDTH SEMICOLON}\N{IDEOGRAPHIC COMMA}"
_PARTS = re.compile(rf"[{SEPARATORS}\n]")
_PEOPLE = re.compile("[;\N{FULLWIDTH SEMICOLON}\n]|\\s+(?:and|&)\\s+")
_COMMA = re.compile("[,\N{FULLWIDTH COMMA}\N{IDEOGRAPHIC COMMA}]")
_SUFFIX = re.compile(r"(?:jr|sr|ii|iii|iv|ph\.?\s?d|md)\.?", re.IGNORECASE)
_PAIR = 2
"""Texts with a comma between them, of a name that is turned."""
_ADVICE = {
    NameFault.SINGLE: "a single name matches nobody; write it in full, as on papers: Ada Lovelace",
    NameFault.INITIALS: "initials are not enough; write the name in full, as on papers",
    NameFault.TOO_LONG: "that is too long for one name; separate names by semicolons",
    NameFault.EMPTY: "there is no name in that; write it as on papers: Ada Lovelace",
}


def split_list(text: str) -> tuple[str, ...]:
    """Return the parts of a list that are not empty."""
    return tuple(part.strip() for part in _PARTS.split(text) if part.strip())


def continues(line: str) -> bool:
    """Return whether a line ends with a separator, so that the next one belongs to it."""
    return line.rstrip()[-1:] in set(SEPARATORS)


def read_names(answer: str) -> tuple[str, ...]:
    """Read authors' names; raises ValueError with the reason.

    They are separated by semicolons, lines, `and`, or by commas where no name has one. Names are
    turned to how papers print them: `Lovelace, Ada` is Ada Lovelace.
    """
    names = (
        name
        for part in _PEOPLE.split(answer)
        if part.strip()
        for name in _people(" ".join(part.split()))
    )
    return tuple(dict.fromkeys(map(_whole, names)))


def perhaps_one_name(answer: str) -> str | None:
    """Return the one name that two with a comma may be: `García Márquez, Gabriel José`."""
    pieces = _pieces(answer)
    if _PEOPLE.search(answer.strip()) or len(pieces) != _PAIR or not _are_whole(pieces):
        return None
    return f"{pieces[1]} {pieces[0]}"


def _people(text: str) -> Sequence[str]:
    """Return the names in a text without semicolons, which commas may separate or be part of."""
    pieces = _pieces(text)
    if not _COMMA.search(text) or _are_whole(pieces):
        return pieces
    pairs = [pieces[at : at + _PAIR] for at in range(0, len(pieces), _PAIR)]
    if len(pieces) % _PAIR or not all(_is_turned(*pair) for pair in pairs):
        raise ValueError(f"is {text!r} one name? Write First Last, with ; between two names")
    return [f"{first} {last}" for last, first in pairs]


def _is_turned(last: str, first: str) -> bool:
    """Return whether two texts may be the family and the given name of one person."""
    return name_fault(last) is not None or name_fault(first) is not None


def _pieces(text: str) -> list[str]:
    """Return the texts between commas; `Jr.` belongs to the one before."""
    pieces: list[str] = []
    for part in _COMMA.split(text):
        bare = part.strip()
        if pieces and _SUFFIX.fullmatch(bare):
            pieces[-1] += f" {bare}"
        elif bare:
            pieces.append(bare)
    return pieces


def _are_whole(pieces: Sequence[str]) -> bool:
    """Return whether each is a name of its own, so that the comma is between names."""
    return all(name_fault(one) is None for one in pieces)


def _whole(name: str) -> str:
    if not name.isprintable():
        raise ValueError(f"{name!r} has unprintable characters; type it again")
    fault = name_fault(name)
    if fault:
        raise ValueError(f"{name!r}: {_ADVICE[fault]}")
    return name
