"""Who wrote a paper, according to a service that tells namesakes apart: persons, not names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Person:
    """One author of one paper; `id` and `h_index` are None where the service has none."""

    name: str
    id: str | None
    h_index: int | None


@dataclass(frozen=True, slots=True)
class KnownAuthors:
    """The persons who wrote a paper, in the order of its authors."""

    persons: tuple[Person, ...]

    @property
    def identified(self) -> tuple[Person, ...]:
        """Those who have an id."""
        return tuple(person for person in self.persons if person.id is not None)

    @property
    def highest_h_index(self) -> int | None:
        """The highest h-index of the persons; None where any of them is unknown."""
        known = [person.h_index for person in self.persons if person.h_index is not None]
        return max(known, default=None) if len(known) == len(self.persons) else None


@dataclass(frozen=True, slots=True)
class NotIndexed:
    """The service was queried and does not know the paper's authors yet."""


@dataclass(frozen=True, slots=True)
class NotLookedUp:
    """The service could not be queried about the paper, or its response was unusable."""

    reason: str


Authorship: TypeAlias = KnownAuthors | NotIndexed | NotLookedUp
"""The result of looking up one paper."""
