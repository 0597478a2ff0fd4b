"""Who wrote a paper, as a service that tells people apart knows it: persons, not names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Person:
    """One author of one paper; `id` and `h_index` are None where the service does not say."""

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
        """The highest among the persons; None where that of any of them is unknown."""
        known = [person.h_index for person in self.persons if person.h_index is not None]
        return max(known, default=None) if len(known) == len(self.persons) else None


@dataclass(frozen=True, slots=True)
class NotIndexed:
    """The service was asked and does not know the paper's authors yet."""


@dataclass(frozen=True, slots=True)
class NotLookedUp:
    """The service could not be asked about the paper, or its answer could not be used."""

    reason: str


Authorship: TypeAlias = KnownAuthors | NotIndexed | NotLookedUp
"""What the look-up of one paper gave."""
