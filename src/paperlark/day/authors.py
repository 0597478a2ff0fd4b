"""Who wrote the papers: look up persons, match followed authors, filter by h-index."""

from __future__ import annotations

import logging
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

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class LookedUpAuthors:
    """What is known of each paper's authors; empty where no service was queried."""

    authorships: Mapping[PaperId, Authorship] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def look_up_authors(
    scanned: Sequence[Announced],
    profile: Profile,
    service: AuthorService | None,
    progress: Progress,
) -> LookedUpAuthors:
    """Look up who wrote the papers; where that is unknown, authors are matched by name."""
    if service is None or not profile.needs_people or not scanned:
        return LookedUpAuthors()
    with progress.step("looking up authors", len(scanned)) as advance:
        authorships = service.look_up([announced.paper for announced in scanned])
        advance(len(scanned))
    notes = tuple(_notes(service.name, authorships))
    _log.info("authors of %d papers looked up; %s", len(scanned), "; ".join(notes) or "all known")
    return LookedUpAuthors(authorships, notes)


def _notes(service: str, authorships: Mapping[PaperId, Authorship]) -> Iterator[str]:
    """Note where authors are matched by name, and why; the first reason stands for all."""
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


def match_followed(
    scanned: Sequence[Announced],
    matches: Sequence[Match],
    followed: Sequence[FollowedAuthor],
    authorships: Mapping[PaperId, Authorship],
    precedents: Precedents = NO_PRECEDENTS,
) -> tuple[Candidate, ...]:
    """Join papers and matches, in the same order, and mark papers of followed authors."""
    return tuple(
        Candidate(
            announced,
            tuple(_by_person(announced.paper, followed, authorships.get(announced.paper.id))),
            match,
            precedents.get(announced.paper.id, ()),
        )
        for announced, match in zip(scanned, matches, strict=True)
    )


def match_by_name(paper: Paper, followed: Sequence[FollowedAuthor]) -> tuple[AuthorMatch, ...]:
    """Return the followed authors whose name is among the authors of a paper."""
    return tuple(_by_person(paper, followed, None))


def _by_person(
    paper: Paper, followed: Sequence[FollowedAuthor], authorship: Authorship | None
) -> Iterable[AuthorMatch]:
    for author in followed:
        if _is_identified(author, authorship):
            yield AuthorMatch(author.name, by_name_only=False)
        elif _has_name(author, (one.name for one in paper.authors)) and not (
            _is_namesake(author, paper, authorship)
        ):
            yield AuthorMatch(author.name, by_name_only=True)


def _is_identified(author: FollowedAuthor, authorship: Authorship | None) -> bool:
    return (
        author.id is not None
        and isinstance(authorship, KnownAuthors)
        and any(person.id == author.id for person in authorship.persons)
    )


def _is_namesake(author: FollowedAuthor, paper: Paper, authorship: Authorship | None) -> bool:
    """Return whether the author of that name is known to be another person.

    That is so where the person of that name has an id, or every author has; a person without an
    id may still be the followed author.
    """
    if author.id is None or not isinstance(authorship, KnownAuthors):
        return False
    identified = authorship.identified
    return len(identified) >= len(paper.authors) or _has_name(
        author, (person.name for person in identified)
    )


def _has_name(author: FollowedAuthor, names: Iterable[str]) -> bool:
    """Return whether one of the names is the author's."""
    folded = [_name_words(name) for name in names]
    spellings = (_name_words(name) for name in (author.name, *author.aliases))
    return any(_same_name(own, name) for own in spellings for name in folded)


@cache
def _name_words(name: str) -> tuple[str, ...]:
    """Split a name into words without accents, case and punctuation; hyphens separate words."""
    letters = fold(name.replace("ł", "l").replace("Ł", "L"))
    return tuple(re.findall(r"\w+", re.sub(r"['\u2019`]", "", letters)))


def _same_name(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Return whether two names agree, where one may leave out middle initials."""
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
    """Leave out papers of which every author's h-index is known and below `least`.

    Papers of followed authors always pass; None lets every paper pass.
    """
    if least is None:
        return tuple(candidates)
    passing = tuple(
        one
        for one in candidates
        if one.followed or not _is_below(one, authorships.get(one.paper.id), least)
    )
    _log.info("h-index below %d: %d papers left out", least, len(candidates) - len(passing))
    return passing


def _is_below(candidate: Candidate, authorship: Authorship | None, least: int) -> bool:
    if not isinstance(authorship, KnownAuthors):
        return False
    highest = authorship.highest_h_index
    whole = len(authorship.persons) >= len(candidate.paper.authors)
    return whole and highest is not None and highest < least
