"""Who wrote the papers: look up persons, match followed authors, filter by h-index."""

from __future__ import annotations

import logging
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from paperlark.domain.announcement import Announced
from paperlark.domain.authorship import Authorship, KnownAuthors, NotIndexed, NotLookedUp, Person
from paperlark.domain.digest import AuthorMatch, Candidate
from paperlark.domain.followed import fault_advice
from paperlark.domain.judgement import NO_PRECEDENTS, Match, Precedents
from paperlark.domain.name_matching import NameIndex, NameMatch, person_fault
from paperlark.domain.near_names import count_names, near_names
from paperlark.domain.paper import Paper, PaperId
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
    index = _FollowedIndex(followed)
    found = (
        [index.matches(one.paper, authorships.get(one.paper.id)) for one in scanned]
        if followed
        else [()] * len(scanned)  # most readers follow nobody
    )
    return tuple(
        Candidate(announced, named, match, precedents.get(announced.paper.id, ()))
        for announced, named, match in zip(scanned, found, matches, strict=True)
    )


def match_by_name(paper: Paper, followed: Sequence[FollowedAuthor]) -> tuple[AuthorMatch, ...]:
    """Return the followed authors whose name is among the authors of a paper."""
    return _FollowedIndex(followed).matches(paper, None)


def match_papers_by_name(
    papers: Sequence[Paper], followed: Sequence[FollowedAuthor]
) -> tuple[tuple[AuthorMatch, ...], ...]:
    """Return the same of many papers, in their order."""
    index = _FollowedIndex(followed)
    return tuple(index.matches(paper, None) for paper in papers)


class _FollowedIndex:
    """Followed authors, to be found among the authors of papers by name and by id."""

    def __init__(self, followed: Sequence[FollowedAuthor]) -> None:
        self._followed = followed
        self._names = NameIndex([(one.name, *one.aliases) for one in followed])
        self._by_id: dict[str, list[int]] = defaultdict(list)
        for position, one in enumerate(followed):
            if one.id is not None:
                self._by_id[one.id].append(position)

    def matches(self, paper: Paper, authorship: Authorship | None) -> tuple[AuthorMatch, ...]:
        """Return the followed authors of a paper, in the reader's order."""
        if not self._followed:
            return ()  # most readers follow nobody
        persons = authorship.identified if isinstance(authorship, KnownAuthors) else ()
        identified = {
            place for person in persons if person.id for place in self._by_id.get(person.id, ())
        }
        named = self._names.find(author.name for author in paper.authors)
        excluded = self._namesakes(paper, persons, named) if persons else frozenset()
        return tuple(
            AuthorMatch(
                self._followed[place].name,
                by_name_only=place not in identified,
                order_reversed=place not in identified and named[place] is NameMatch.REVERSED,
            )
            for place in sorted(identified | (named.keys() - excluded))
        )

    def _namesakes(
        self, paper: Paper, persons: Sequence[Person], named: Mapping[int, NameMatch]
    ) -> frozenset[int]:
        """Return those followed by id whose name another person is known to have here.

        That is so where the person of that name has an id, or every author has; a person without
        an id may still be the followed author.
        """
        others = self._names.find(person.name for person in persons)
        every = len(persons) >= len(paper.authors)
        by_id = (place for place in named if self._followed[place].id is not None)
        return frozenset(place for place in by_id if every or place in others)


def name_notes(
    followed: Sequence[FollowedAuthor],
    papers: Sequence[Paper],
    earlier: Callable[[], Mapping[str, int]],
) -> Iterator[str]:
    """Yield a note on each followed author whose name cannot match, with names that may be meant.

    Those are printed on the day's papers or, by `earlier`, on the papers of the last month. On a
    day without papers nothing is noted.
    """
    faults = [(one, fault) for one in followed if (fault := person_fault(one.name, one.aliases))]
    if not faults or not papers:
        return
    today = count_names((author.name for author in paper.authors) for paper in papers)
    printed = Counter(today) + Counter(earlier())
    for author, fault in faults:
        near = near_names(author.name, printed)
        them = [one.id for one in papers if any(by.name in near for by in one.authors)]
        papers_of = f" (today: {', '.join(them[:_SHOWN_PAPERS])})" if them else ""
        yield f"followed author {fault_advice(author.name, fault, near)}{papers_of}"


_SHOWN_PAPERS = 3


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
