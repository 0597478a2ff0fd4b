"""Ranked papers in, candidates out, with the followed authors who wrote them.

An author followed by id is that person and no namesake, where the paper's persons are known.
Elsewhere names are compared, not people, and the match says so. `Geoffrey Hinton` and
`Geoffrey E. Hinton` are one name, because a middle initial may be left out; `G. Hinton` is
another and needs an alias.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from functools import cache

from paperlark.domain.announcement import Announced
from paperlark.domain.digest import AuthorMatch, Candidate
from paperlark.domain.judgement import NO_PRECEDENTS, Match, Precedents
from paperlark.domain.paper import Paper, PaperId
from paperlark.domain.people import Authorship, Known
from paperlark.domain.profile import FollowedAuthor

Name = tuple[str, ...]


def follow(
    scanned: Sequence[Announced],
    matches: Sequence[Match],
    followed: Sequence[FollowedAuthor],
    authorships: Mapping[PaperId, Authorship],
    precedents: Precedents = NO_PRECEDENTS,
) -> tuple[Candidate, ...]:
    """Join papers and matches (in the same order) and mark those of followed authors."""
    return tuple(
        Candidate(
            announced,
            tuple(_writers(announced.paper, followed, authorships.get(announced.paper.id))),
            match,
            precedents.get(announced.paper.id, ()),
        )
        for announced, match in zip(scanned, matches, strict=True)
    )


def by_name(paper: Paper, followed: Sequence[FollowedAuthor]) -> tuple[AuthorMatch, ...]:
    """Mark the followed authors who wrote a paper where nothing but names can tell."""
    return tuple(_writers(paper, followed, None))


def _writers(
    paper: Paper, followed: Sequence[FollowedAuthor], authorship: Authorship | None
) -> Iterable[AuthorMatch]:
    for author in followed:
        if _is_among(author, authorship):
            yield AuthorMatch(author.name, by_name_only=False)
        elif _bears(author, (one.name for one in paper.authors)) and not (
            _is_somebody_else(author, paper, authorship)
        ):
            yield AuthorMatch(author.name, by_name_only=True)


def _is_among(author: FollowedAuthor, authorship: Authorship | None) -> bool:
    return (
        author.id is not None
        and isinstance(authorship, Known)
        and any(person.id == author.id for person in authorship.persons)
    )


def _is_somebody_else(author: FollowedAuthor, paper: Paper, authorship: Authorship | None) -> bool:
    """Tell whether a namesake is known to be one, for an author who is not among the persons.

    So it is where the name's bearer has an id, or everybody has; a person without an id may
    still be the author.
    """
    if author.id is None or not isinstance(authorship, Known):
        return False
    identified = authorship.identified
    return len(identified) >= len(paper.authors) or _bears(
        author, (person.name for person in identified)
    )


def _bears(author: FollowedAuthor, names: Iterable[str]) -> bool:
    """Tell whether one of the names is the author's."""
    folded = [_fold(name) for name in names]
    spellings = (_fold(name) for name in (author.name, *author.aliases))
    return any(_same(own, name) for own in spellings for name in folded)


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
