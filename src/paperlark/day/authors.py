"""Who wrote the papers: look up persons, match followed authors, filter by h-index."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

from paperlark.domain.announcement import Announced
from paperlark.domain.authorship import Authorship, KnownAuthors, NotIndexed, NotLookedUp
from paperlark.domain.digest import AuthorMatch, Candidate
from paperlark.domain.judgement import NO_PRECEDENTS, Match, Precedents
from paperlark.domain.paper import Paper, PaperId
from paperlark.domain.plain_text import fold
from paperlark.domain.profile import FollowedAuthor, Profile
from paperlark.ports import AuthorService, Progress


@dataclass(frozen=True, slots=True)
class LookedUpAuthors:
    """What is known of each paper's authors; empty where nobody was asked."""

    authorships: Mapping[PaperId, Authorship] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def look_up_authors(
    scanned: Sequence[Announced], profile: Profile, people: AuthorService | None, progress: Progress
) -> LookedUpAuthors:
    """Ask who wrote the papers; what is not known stays to be decided by names."""
    if people is None or not profile.needs_people or not scanned:
        return LookedUpAuthors()
    with progress.step("looking up authors", len(scanned)) as advance:
        authorships = people.look_up([announced.paper for announced in scanned])
        advance(len(scanned))
    return LookedUpAuthors(authorships, tuple(_notes(people.name, authorships)))


def _notes(service: str, authorships: Mapping[PaperId, Authorship]) -> Iterator[str]:
    """Say what names had to decide, and why; the first reason stands for all."""
    of = f"of {len(authorships)} papers"
    found = authorships.values()
    reasons = [one.reason for one in found if isinstance(one, NotLookedUp)]
    if reasons:
        about = "" if len(reasons) == len(authorships) else f" about {len(reasons)} {of}"
        yield f"{service} could not be asked{about} ({reasons[0]}): authors are matched by name"
    missing = sum(isinstance(one, NotIndexed) for one in found)
    if missing:
        yield f"{service}: {missing} {of} {_are(missing)} not indexed yet"
    unnamed = sum(
        isinstance(one, KnownAuthors) and len(one.identified) < len(one.persons) for one in found
    )
    if unnamed:
        yield f"{service}: {unnamed} {of} {_have(unnamed)} authors without an id"


def _are(count: int) -> str:
    return "is" if count == 1 else "are"


def _have(count: int) -> str:
    return "has" if count == 1 else "have"


Name = tuple[str, ...]


def match_followed(
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
        and isinstance(authorship, KnownAuthors)
        and any(person.id == author.id for person in authorship.persons)
    )


def _is_somebody_else(author: FollowedAuthor, paper: Paper, authorship: Authorship | None) -> bool:
    """Tell whether a namesake is known to be one, for an author who is not among the persons.

    So it is where the name's bearer has an id, or everybody has; a person without an id may
    still be the author.
    """
    if author.id is None or not isinstance(authorship, KnownAuthors):
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
    letters = fold(name.replace("ł", "l").replace("Ł", "L"))
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


def filter_by_h_index(
    candidates: Sequence[Candidate], authorships: Mapping[PaperId, Authorship], least: int | None
) -> tuple[Candidate, ...]:
    """Leave out a paper only where the h-index of each of its authors is known and too low.

    Followed authors always pass, and so does everybody where there is no gate.
    """
    return tuple(
        candidate
        for candidate in candidates
        if least is None
        or candidate.followed
        or not _falls_short(candidate, authorships.get(candidate.paper.id), least)
    )


def _falls_short(candidate: Candidate, authorship: Authorship | None, least: int) -> bool:
    if not isinstance(authorship, KnownAuthors):
        return False
    highest = authorship.highest_h_index
    whole = len(authorship.persons) >= len(candidate.paper.authors)
    return whole and highest is not None and highest < least
