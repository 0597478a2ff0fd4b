"""Patterns of collections, such as `Thesis/**` and `!*old*`: which ones are meant. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import lru_cache

from paperlark.domain.redaction import quoted

_LIBRARY = re.compile(r"(?P<library>(?:users|groups)/[0-9]{1,12}):(?P<rest>.*)", re.DOTALL)
_ANY_DEPTH = "**"
_LONGEST, _MOST_NAMES = 500, 20


@dataclass(frozen=True, slots=True)
class CollectionPattern:
    """One pattern: names from the top to a collection, in lower case; `*` is part of a name.

    `library` None is the profile's. `leaves_out` is whether it began with `!`.
    """

    names: tuple[str, ...]
    library: str | None = None
    leaves_out: bool = False

    def matches(self, path: Sequence[str]) -> bool:
        """Return whether a collection is meant; one that is left out is so with all below it.

        A pattern of one name means a collection of that name at any depth.
        """
        names = self.names
        if len(names) == 1 and names[0] != _ANY_DEPTH:
            names = (_ANY_DEPTH, *names)
        if self.leaves_out:
            names = (*names, _ANY_DEPTH)
        return _matches(names, tuple(name.casefold() for name in path))


def parse_pattern(text: str) -> CollectionPattern:
    """Parse a pattern; raises ValueError where it can mean no collection."""
    leaves_out = text.startswith("!")
    rest = text.removeprefix("!").strip()
    found = _LIBRARY.fullmatch(rest)
    library, path = (found["library"], found["rest"]) if found else (None, rest)
    names = tuple(name.strip().casefold() for name in path.strip("/ ").split("/"))
    if not all(names) or len(text) > _LONGEST or len(names) > _MOST_NAMES:
        raise ValueError(f'{quoted(text)} names no collection; write it like "Thesis/**"')
    return CollectionPattern(names, library, leaves_out)


def are_meant(patterns: Iterable[CollectionPattern], path: Sequence[str]) -> bool:
    """Return whether a collection is meant by any of the patterns, and none leaves it out."""
    every = tuple(patterns)
    return any(one.matches(path) for one in every if not one.leaves_out) and not any(
        one.matches(path) for one in every if one.leaves_out
    )


@lru_cache(maxsize=10_000)
def _matches(names: tuple[str, ...], path: tuple[str, ...]) -> bool:
    if not names:
        return not path
    first, rest = names[0], names[1:]
    if first == _ANY_DEPTH:
        return _matches(rest, path) or (bool(path) and _matches(names, path[1:]))
    # Only * and ? are signs: names have brackets.
    literal = first.replace("[", "[[]")
    return bool(path) and fnmatchcase(path[0], literal) and _matches(rest, path[1:])
