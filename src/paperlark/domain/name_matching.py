"""Match names of authors by key and then word by word; tell which names match next to nothing."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from functools import lru_cache

from paperlark.domain.person_name import LONGEST, PersonName, Words, parse_name
from paperlark.domain.plain_text import is_east_asian


class NameMatch(StrEnum):
    """How two names agree."""

    SAME = "same"
    REVERSED = "reversed"
    """They agree where one has its family name first: perhaps one person, perhaps two."""


def is_initial(word: str) -> bool:
    """Return whether a word of a name is an initial; in Chinese one character is a name."""
    letter = word.rstrip(".")
    return len(letter) == 1 and (letter.upper() != letter.lower())


class NameIndex:
    """Names to look for, found by the letters that every form of a name shares.

    `names` are the names of each person; a person is known by their position.
    """

    def __init__(self, names: Sequence[Sequence[str]]) -> None:
        self._by_key: dict[str, list[tuple[int, PersonName]]] = defaultdict(list)
        for position, own in enumerate(names):
            for name in dict.fromkeys(map(parse_name, own)):
                for key in name_keys(name):
                    self._by_key[key].append((position, name))

    def find(self, printed: Iterable[str]) -> Mapping[int, NameMatch]:
        """Return the persons who are among printed names, by position, and how they match."""
        found: dict[int, NameMatch] = {}
        for text in printed:
            name = parse_name(text)
            for position, own in self._candidates(name):
                if found.get(position) is not NameMatch.SAME and (how := match_names(own, name)):
                    found[position] = how
        return found

    def _candidates(self, name: PersonName) -> Iterator[tuple[int, PersonName]]:
        for key in name_keys(name):
            yield from self._by_key.get(key, ())


@lru_cache(maxsize=2**16)
def name_keys(name: PersonName) -> tuple[str, ...]:
    """Return the keys of a name: its letters in alphabetical order, without initials.

    So neither hyphens and blanks nor the order of the names matter. First and last name alone are
    a key as well, for names whose middle name the other one abbreviates.
    """
    keys: dict[str, None] = {}
    for words in name.spellings:
        long = [word for word in words if not is_initial(word)]
        keys[_letters(long or words)] = None
        if len(long) > 2:  # noqa: PLR2004  # more than first and last
            keys[_letters((long[0], long[-1]))] = None
        if any(word in _ELIDED for word in words[:-1]):
            keys[_letters([word for word in words if word in _ELIDED or not is_initial(word)])] = (
                None
            )
    return tuple(keys)


def _letters(words: Iterable[str]) -> str:
    return "".join(sorted("".join(words)))


def match_names(one: PersonName, other: PersonName) -> NameMatch | None:
    """Return how two names agree, None where they are different names; symmetric."""
    if one.group != other.group or not _may_be_one(one.generation, other.generation):
        return None
    pairs = [(a, b) for a in one.spellings for b in other.spellings]
    if any(_agree(a, b) for a, b in pairs):
        return NameMatch.SAME
    if not one.group and any(_agree_turned(a, b) or _agree_turned(b, a) for a, b in pairs):
        return NameMatch.REVERSED
    return None


def _may_be_one(generation: str | None, other: str | None) -> bool:
    return generation is None or other is None or generation == other


def _agree_turned(words: Words, other: Words) -> bool:
    """Return whether they agree with the first words last: `He Kaiming`, `van der Berg Anna`."""
    for first in range(1, len(words)):
        turned, seam = words[first:] + words[:first], len(words) - first
        if _covers(turned, other, seam=seam) or _covers(other, turned, other_seam=seam):
            return True
    return False


def _agree(one: Words, other: Words) -> bool:
    return one == other or _covers(one, other) or _covers(other, one)


def _covers(full: Words, short: Words, *, seam: int = 0, other_seam: int = 0) -> bool:
    """Return whether two names agree, where `short` may leave out middle initials of `full`.

    An initial in the middle stands for a middle name that begins with it. Words may be written as
    one, as in `Le Cun` and `LeCun`; not the whole name, and not the words on both sides of a seam,
    where a name was turned.
    """
    if min(len(full), len(short)) < 2:  # noqa: PLR2004  # one word agrees with itself only
        return False
    reached, waiting = {(0, 0)}, [(0, 0)]
    while waiting:
        for step in _steps(full, short, *waiting.pop(), (seam, other_seam)):
            if step not in reached:
                reached.add(step)
                waiting.append(step)
    return (len(full), len(short)) in reached


def _steps(
    full: Words, short: Words, i: int, j: int, seams: tuple[int, int]
) -> Iterator[tuple[int, int]]:
    """Yield how far two names agree one step further than their first i and j words."""
    if i == len(full) or j == len(short):
        return
    one, other = full[i], short[j]
    inside, other_inside = 0 < i < len(full) - 1, 0 < j < len(short) - 1
    if _bare(one) == _bare(other) or (inside and other_inside and _abbreviates(one, other)):
        yield i + 1, j + 1
    if inside and is_initial(one):
        yield i + 1, j
    yield from ((i + count, j + 1) for count in _joined(full, i, other, seams[0]))
    yield from ((i + 1, j + count) for count in _joined(short, j, one, seams[1]))


def _abbreviates(one: str, other: str) -> bool:
    return (is_initial(one) and other.startswith(_bare(one))) or (
        is_initial(other) and one.startswith(_bare(other))
    )


_ELIDED = frozenset("odl")
"""What `O'Brien`, `D'Angelo` and `L'Ecuyer` begin with, where a blank stands for the apostrophe."""


def _joined(words: Words, start: int, whole: str, seam: int) -> Iterator[int]:
    """Yield how many words from `start` on, two or more, make `whole` when written as one."""
    written = words[start]
    if is_initial(written) and written not in _ELIDED:
        return
    end = seam if start < seam else len(words)
    for count, word in enumerate(words[start + 1 : end], start=2):
        if is_initial(word) or not whole.startswith(written):
            return
        written += word
        if written == whole:
            yield count


def _bare(word: str) -> str:
    return word.rstrip(".")


class NameFault(StrEnum):
    """Why a name as a reader writes it matches next to nothing."""

    EMPTY = "there is no name in it"
    TOO_LONG = "it is too long for a name"
    SINGLE = "a single name"
    INITIALS = "initials are not enough"


def person_fault(name: str, aliases: Sequence[str] = ()) -> NameFault | None:
    """Return why a person matches next to nothing; None where the name or an alias is whole.

    A name that is repeated among the aliases is meant as it is printed.
    """
    if name in aliases:
        return None
    faults = [name_fault(one) for one in (name, *aliases)]
    return faults[0] if all(faults) else None


_LONE = re.compile(
    r"(?:(?:van|von|der|den|de|del|della|di|da|dos|das|du|la|le|ter|ten|te|zu|zur|al|el|af|av)[\s-]+)*"
    r"(?P<name>[^\s]+)"
)


def name_fault(text: str) -> NameFault | None:
    """Return why a name is not enough to recognize an author by; None where it is."""
    if len(text) > LONGEST:
        return NameFault.TOO_LONG
    name = parse_name(text)
    if not name.spellings:
        return NameFault.EMPTY
    words = name.spellings[0]
    if len(words) == 1:
        whole = is_east_asian(words[0]) and len(words[0]) > 1
        return None if whole else NameFault.SINGLE
    lone = _LONE.fullmatch(text.strip())
    if lone and lone["name"][:1].isupper() and not name.group:
        return NameFault.SINGLE
    long = [word for word in words if not is_initial(word)]
    return NameFault.INITIALS if len(long) <= 1 and not _is_letter_family(words) else None


def _is_letter_family(words: Words) -> bool:
    """Return whether the family name is one letter, such as E, O or U."""
    return len(words) == 2 and words[1] in {"e", "o", "u"} and not is_initial(words[0])  # noqa: PLR2004
