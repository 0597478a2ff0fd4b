"""Find printed names that a reader may have meant by a name: namesakes, nicknames, slips."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping

from paperlark.domain.name_matching import is_initial, match_names
from paperlark.domain.person_name import PersonName, Words, parse_name

MOST = 5
"""So many names are suggested at most."""
_ALIKE = 0.85
"""The least similarity (Ratcliff and Obershelp) of a word with a slip in it."""
_SHORTEST_NICKNAME = 3
_LONGEST_SHORT_FORM = 5
_ALWAYS = 3
"""Longer words may have a slip; shorter ones are names of their own."""


def near_names(wanted: str, printed: Mapping[str, int], most: int = MOST) -> tuple[str, ...]:
    """Return printed names that may be meant and that do not match, the likeliest first.

    `printed` counts the papers of each name. First come names that an initial or a lone family name
    stands for, then nicknames and missing middle names, then slips.
    """
    name = parse_name(wanted)
    nearest: dict[tuple[str, ...], tuple[int, int, str]] = {}
    for text, papers in sorted(printed.items(), key=lambda one: -one[1]):
        other = parse_name(text)
        kind = _kind(name, other)
        if kind is None or match_names(name, other):
            continue
        same = tuple(word.rstrip(".") for word in other.spellings[0])
        _, count, shown = nearest.get(same, (kind, 0, text))
        nearest[same] = (kind, count - papers, shown)
    ranked = sorted(nearest.values())
    # A slip is unlikely where a name that needs none is there.
    worst = max(1, ranked[0][0]) if ranked else 0
    return tuple(text for kind, _, text in ranked if kind <= worst)[:most]


def _kind(name: PersonName, other: PersonName) -> int | None:
    """Return how near two names are, 0 being the nearest; None where they are not."""
    kinds = (_nearness(a, b) for a in name.spellings[:2] for b in other.spellings[:2])
    return min((kind for kind in kinds if kind is not None), default=None)


def _nearness(one: Words, other: Words) -> int | None:
    if len(one) == 1 or len(other) == 1:
        lone, whole = (one, other) if len(one) == 1 else (other, one)
        return _lone(lone[0], whole) if len(one) == 1 or one[-1] == other[-1] else None
    if len(_particles(one)) == len(one) - 1 and other[-len(one) :] == one:
        return 0  # `van der Berg`
    same_family, same_given = one[-1] == other[-1], one[0] == other[0]
    if same_family and _initials_of(one, other):
        return 0
    if same_family and (same_given or _nickname(one[0], other[0])):
        return 1
    if (same_family and _may_be_short(one[0], other[0])) or (
        same_given and _alike(one[-1], other[-1])
    ):
        return 2
    return None


def _lone(word: str, whole: Words) -> int | None:
    """Return how near a single word is to a whole name: its family name, or another word of it."""
    if whole[-1] == word:
        return 0
    if word in whole[:-1] or "".join(whole[-2:]) == word:
        return 1
    return 2 if _alike(word, whole[-1]) else None


_PARTICLES = frozenset((
    "van", "von", "der", "den", "de", "del", "della", "di", "da", "dos", "das", "du", "la", "le",
    "ter", "ten", "te", "al", "el",
))  # fmt: skip


def _particles(words: Words) -> Words:
    return tuple(word for word in words[:-1] if word in _PARTICLES)


def _initials_of(one: Words, other: Words) -> bool:
    """Return whether one of the names has initials where the other one begins with these."""
    short, full = (one, other) if is_initial(one[0]) else (other, one)
    return is_initial(short[0]) and full[0].startswith(short[0].rstrip("."))


def _nickname(one: str, other: str) -> bool:
    short, full = sorted((one, other), key=len)
    return len(short) >= _SHORTEST_NICKNAME and full.startswith(short)


def _may_be_short(one: str, other: str) -> bool:
    """Return whether one name may be a slip or a short form of the other: Mike, Michael."""
    short, full = sorted((one, other), key=len)
    begins = len(short) <= _LONGEST_SHORT_FORM < len(full) and short[:2] == full[:2]
    return begins or _alike(one, other)


def _alike(one: str, other: str) -> bool:
    if min(len(one), len(other)) <= _ALWAYS or one == other:
        return one == other
    match = difflib.SequenceMatcher(None, one, other)
    return match.real_quick_ratio() >= _ALIKE and match.quick_ratio() >= _ALIKE and (
        match.ratio() >= _ALIKE
    )  # fmt: skip


def count_names(papers: Iterable[Iterable[str]]) -> Mapping[str, int]:
    """Count the papers of every printed name."""
    counts: dict[str, int] = {}
    for names in papers:
        for name in _distinct(names):
            counts[name] = counts.get(name, 0) + 1
    return counts


def _distinct(names: Iterable[str]) -> Iterator[str]:
    yield from dict.fromkeys(names)
