"""A printed name parted as citations want it: Josef van der Berg is one of the van der Bergs."""

from __future__ import annotations

import re
from dataclasses import dataclass

_PARTICLES = frozenset(
    """
    af al bin da dal de degli dei del della den der des di do dos du el la le ten ter van vande
    vanden vander von zu zum zur
    """.split()  # noqa: SIM905  # a word list reads best as text
)
_SUFFIX = re.compile(r"(?:[JS]r\.?|I{2,3}|IV)")
_GROUP = re.compile(
    r"\b(?:collaborations?|consortium|team|group|project|network|survey|institute|laboratory|and)\b",
    re.IGNORECASE,
)
"""Words of no person's name; with an `and` in it, BibTeX would read two."""


@dataclass(frozen=True, slots=True)
class Name:
    """A person's name in parts, or a group's whole name as `family` with nothing given."""

    family: str
    given: str = ""
    suffix: str = ""
    group: bool = False

    @property
    def reversed(self) -> str:
        """The family first, as catalogues have it."""
        return ", ".join(filter(None, (self.family, self.given, self.suffix)))


def split(printed: str) -> Name:
    """Part a printed name; who has one word only, or is a group, has no given name."""
    if _GROUP.search(printed):
        return Name(printed, group=True)
    words = printed.replace(",", " ").split()
    suffix = words.pop() if len(words) > 2 and _SUFFIX.fullmatch(words[-1]) else ""  # noqa: PLR2004
    if len(words) < 2:  # noqa: PLR2004  # a single name is a family's
        return Name(" ".join(words))
    family = len(words) - 1
    # The first word is given even where it looks like a particle: Van Nguyen, Al Smith.
    while family > 1 and words[family - 1].lower() in _PARTICLES:
        family -= 1
    return Name(" ".join(words[family:]), " ".join(words[:family]), suffix)
