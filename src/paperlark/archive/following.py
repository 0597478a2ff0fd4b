"""Follow authors: look for their names in the archive, and change the profile's list."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from paperlark.domain.archive import ScannedPaper
from paperlark.domain.errors import UnclearName
from paperlark.domain.followed import (
    MONTH,
    AuthorPaper,
    AuthorReport,
    FollowingReport,
)
from paperlark.domain.name_matching import NameIndex, NameMatch, match_names, person_fault
from paperlark.domain.near_names import count_names, near_names
from paperlark.domain.paper import PaperId
from paperlark.domain.person_name import parse_name
from paperlark.domain.plain_text import one_line
from paperlark.domain.profile import FollowedAuthor
from paperlark.ports import ScannedPapers
from paperlark.settings import Settings
from paperlark.settings.follow_file import following, unfollowing
from paperlark.settings.profile_edit import ProfileEdit
from paperlark.store.connection import DatabaseConnection
from paperlark.store.database import exists
from paperlark.store.digests import DigestStore
from paperlark.store.reading import open_existing
from paperlark.store.scanned import ScannedStore

WriteEdit = Callable[[ProfileEdit], object]
"""Makes an edit where the profile is kept: in its file, or in its row."""
SHOWN = 5
"""So many papers of each author are found, the latest ones."""
LOOKED_BACK = 60_000
"""Papers; older ones are not looked through for an author without a recent paper."""


@dataclass(frozen=True, slots=True)
class Followed:
    """The author who is followed now, and what the archive has of them.

    `already` is the name under which the author was followed before, None where it was added.
    """

    report: FollowingReport
    already: str | None = None


def report_following(settings: Settings, followed: Sequence[FollowedAuthor]) -> FollowingReport:
    """Look for followed authors in the papers announced to the reader; raises StoreError.

    No database is made where there is none.
    """
    if not exists(settings.database):
        return FollowingReport(
            tuple(AuthorReport(one, person_fault(one.name, one.aliases)) for one in followed)
        )
    with open_existing(settings.database, settings.profile.title, settings.output) as connection:
        return look_for_authors(connection, settings, followed)


def look_for_authors(
    connection: DatabaseConnection, settings: Settings, followed: Sequence[FollowedAuthor]
) -> FollowingReport:
    """Look for authors in an open database, which is only read; raises StoreError."""
    profile = settings.profile.id
    days = DigestStore(connection, settings.database).days(profile)
    if not days:
        return FollowingReport(
            tuple(AuthorReport(one, person_fault(one.name, one.aliases)) for one in followed)
        )
    return _look(ScannedStore(connection, settings.database), profile, days, followed)


def _look(
    scanned: ScannedPapers, profile: str, days: Sequence[date], followed: Sequence[FollowedAuthor]
) -> FollowingReport:
    first, last = days[0], days[-1]
    month = list(scanned.between(profile, last - MONTH, last))
    found = _Search(followed)
    found.look(month)
    in_month = found.counts()
    printed = _names(month)
    looked, until = len(month), last - MONTH
    while not found.complete and until > first and looked < LOOKED_BACK:
        earlier = list(scanned.between(profile, until - MONTH, _day_before(until)))
        found.look(earlier)
        looked, until = looked + len(earlier), until - MONTH

    def report(place: int, author: FollowedAuthor) -> AuthorReport:
        fault, count = person_fault(author.name, author.aliases), in_month.get(place, 0)
        near = near_names(author.name, printed) if fault or not count else ()
        return AuthorReport(author, fault, found.papers(place), count, near)

    authors = tuple(report(place, author) for place, author in enumerate(followed))
    month_days = sum(day >= last - MONTH for day in days)
    return FollowingReport(authors, first, last, len(month), month_days, looked)


def _day_before(day: date) -> date:
    return date.fromordinal(day.toordinal() - 1)


def _names(papers: Iterable[ScannedPaper]) -> Mapping[str, int]:
    return count_names([who.name for who in one.paper.authors] for one in papers if one.paper)


def printed_names(scanned: ScannedPapers, settings: Settings, day: date) -> Mapping[str, int]:
    """Return the names of authors in the month before a day, with their counts of papers."""
    return _names(scanned.between(settings.profile.id, day - MONTH, _day_before(day)))


class _Search:
    """Papers of followed authors, found in papers given latest first; each paper counts once."""

    def __init__(self, followed: Sequence[FollowedAuthor]) -> None:
        self._index = NameIndex([(one.name, *one.aliases) for one in followed])
        self._count = len(followed)
        self._found: dict[int, dict[PaperId, AuthorPaper]] = defaultdict(dict)

    def look(self, papers: Sequence[ScannedPaper]) -> None:
        for one in papers:
            for place, paper in self._authors(one):
                self._found[place].setdefault(one.paper_id, paper)

    def _authors(self, one: ScannedPaper) -> Iterator[tuple[int, AuthorPaper]]:
        paper = one.paper
        names = [author.name for author in paper.authors] if paper else []
        for place, how in self._index.find(names).items():
            printed = next(name for name in names if self._index.find([name]).get(place) is how)
            if paper:
                turned = how is NameMatch.REVERSED
                yield place, AuthorPaper(one.day, paper, printed, turned, one.selected)

    @property
    def complete(self) -> bool:
        """Whether every author has as many papers as are shown."""
        return all(len(self._found[place]) >= SHOWN for place in range(self._count))

    def counts(self) -> Mapping[int, int]:
        """Return how many papers each author has so far."""
        return {place: len(papers) for place, papers in self._found.items() if papers}

    def papers(self, place: int) -> tuple[AuthorPaper, ...]:
        """Return the latest papers of an author."""
        return tuple(self._found[place].values())[:SHOWN]


def follow_author(
    settings: Settings, write: WriteEdit, author: FollowedAuthor, *, as_printed: bool
) -> Followed:
    """Add an author to the profile, unless followed already, and look for the name.

    `as_printed` follows a single name or initials all the same. Raises UnclearName, ProfileError
    or StoreError, and then the profile is unchanged.
    """
    aliases = tuple(filter(None, map(one_line, author.aliases)))
    wanted = replace(author, name=one_line(author.name), aliases=aliases)
    already = _followed_as(settings.profile.followed, wanted)
    report = report_following(settings, [already or wanted])
    if already is not None:
        return Followed(report, already.name)
    [found] = report.authors
    if found.advice:
        if not (as_printed and parse_name(wanted.name).spellings):
            raise UnclearName(found.advice)
        wanted = replace(wanted, aliases=(wanted.name, *wanted.aliases))
    write(following(settings.file or settings.profile.title, wanted))
    return Followed(report)


def _followed_as(
    followed: Sequence[FollowedAuthor], author: FollowedAuthor
) -> FollowedAuthor | None:
    name = parse_name(author.name)
    for one in followed:
        names = (one.name, *one.aliases)
        if author.name in names or any(match_names(name, parse_name(own)) for own in names):
            return one
    return None


def unfollow_author(settings: Settings, write: WriteEdit, name: str) -> FollowedAuthor:
    """Remove an author from the profile.

    Raises UnclearName where nobody is followed under that name, or more than one is.
    """
    followed = settings.profile.followed
    wanted, parsed = one_line(name), parse_name(one_line(name))
    literal = [n for n, one in enumerate(followed) if wanted in {one.name, *one.aliases}]
    alike = [
        n for n, one in enumerate(followed)
        if any(match_names(parsed, parse_name(own)) for own in (one.name, *one.aliases))
    ]  # fmt: skip
    found = literal[:1] or alike
    if not found:
        near = near_names(wanted, {one.name: 1 for one in followed})
        hint = (
            f"did you mean {' or '.join(near)}?" if near else "list them: paperlark follow --list"
        )
        raise UnclearName(f'nobody is followed as "{wanted[:80]}"', hint=hint)
    if len(found) > 1:
        names = " and ".join(followed[n].name for n in found)
        raise UnclearName(f'"{wanted[:80]}" may be {names}', hint="name one of them in full")
    write(unfollowing(found[0]))
    return followed[found[0]]
