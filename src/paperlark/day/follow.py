"""Ranked papers in, candidates out, with the followed authors who wrote them.

Names are compared, not people: a namesake matches too. `Geoffrey Hinton` and `Geoffrey E.
Hinton` are one name, because a middle initial may be left out; `G. Hinton` is another and
needs an alias.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import cache

from paperlark.domain.announcement import Announced
from paperlark.domain.digest import Candidate
from paperlark.domain.judgement import Match
from paperlark.domain.profile import FollowedAuthor

Name = tuple[str, ...]


def follow(
    scanned: Sequence[Announced], matches: Sequence[Match], followed: Sequence[FollowedAuthor]
) -> tuple[Candidate, ...]:
    """Join papers and matches (in the same order) and mark those of followed authors."""
    names = [
        (author.name, [_fold(name) for name in (author.name, *author.aliases)])
        for author in followed
    ]
    return tuple(
        Candidate(announced, _writers(announced, names), match)
        for announced, match in zip(scanned, matches, strict=True)
    )


def _writers(
    announced: Announced, followed: Sequence[tuple[str, Sequence[Name]]]
) -> tuple[str, ...]:
    if not followed:
        return ()
    written = [_fold(author.name) for author in announced.paper.authors]
    return tuple(
        name
        for name, spellings in followed
        if any(_same(own, printed) for own in spellings for printed in written)
    )


@cache
def _fold(name: str) -> Name:
    """Compare without accents, case and points; a hyphen parts as a blank does."""
    plain = unicodedata.normalize("NFKD", name.replace("ł", "l").replace("Ł", "L")).casefold()
    letters = "".join(c for c in plain if not unicodedata.combining(c))
    return tuple(re.findall(r"\w+", re.sub(r"['\u2019`]", "", letters)))


def _same(one: Name, other: Name) -> bool:
    """Tell whether two folded names agree, where one may leave out middle initials."""
    if one == other:
        return bool(one)
    short, full = sorted((one, other), key=len)
    if len(short) < 2 or short[0] != full[0] or short[-1] != full[-1]:  # noqa: PLR2004  # first, last
        return False
    middle = list(short[1:-1])
    for word in full[1:-1]:
        if middle and word == middle[0]:
            middle.pop(0)
        elif len(word) > 1:
            return False
    return not middle
