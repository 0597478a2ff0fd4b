"""The archive of one profile as its site shows it, and access to whole digests and texts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from itertools import groupby
from typing import TYPE_CHECKING

from paperlark.domain.archive import CacheEntry
from paperlark.domain.digest import Digest, Status
from paperlark.domain.errors import StoreError
from paperlark.domain.paper import Paper, PaperId
from paperlark.domain.profile import ENGLISH
from paperlark.ports import Advance, Archive, Cache, PaperTexts
from paperlark.site.facts import DayFacts, PaperFacts, facts

if TYPE_CHECKING:
    from pydantic import TypeAdapter


WORKING_DAYS = 5
"""Days of a week on which arXiv announces papers, from Monday on."""


class DigestReader:
    """Reads whole digests and texts; keeps the last digest, which several pages of a day need."""

    def __init__(self, archive: Archive, texts: PaperTexts, title: str = "") -> None:
        self._archive = archive
        self._texts = texts
        self._title = title
        self._last: tuple[str, Digest] | None = None

    def digest(self, profile: str, day: date) -> Digest:
        """Return a digest that was planned, under the title of today.

        Raises StoreError if it has been removed since.
        """
        if self._last is None or (self._last[0], self._last[1].day) != (profile, day):
            digest = self._archive.digest(profile, day)
            if digest is None:
                raise StoreError(
                    f"the page of {day} of {profile!r} was removed while the site was being built",
                    hint="build the site again",
                )
            self._last = (profile, replace(digest, profile=self._title or digest.profile))
        return self._last[1]

    def texts(self, papers: Sequence[PaperId]) -> Mapping[PaperId, Paper]:
        """Return the papers whose text is known."""
        return self._texts.find(papers)


@dataclass(frozen=True, slots=True)
class ArchiveDay:
    """One day of an archive; `fingerprint` is a hash of its digest."""

    facts: DayFacts
    fingerprint: str

    @property
    def day(self) -> date:
        """The day itself."""
        return self.facts.day

    @property
    def gap(self) -> bool:
        """Whether it is a weekend on which arXiv announced nothing, as on nearly all of them."""
        return self.facts.status is Status.QUIET and self.day.weekday() >= WORKING_DAYS


@dataclass(frozen=True, slots=True)
class SiteArchivePart:
    """The days of one month or year; `first` is the first calendar day of it."""

    first: date
    days: tuple[ArchiveDay, ...]

    @property
    def facts(self) -> tuple[DayFacts, ...]:
        """What is counted and drawn: its days without gaps."""
        return tuple(one.facts for one in self.days if not one.gap)

    @property
    def fingerprint(self) -> str:
        """The fingerprints of all its days."""
        return " ".join(one.fingerprint for one in self.days)


@dataclass(frozen=True, slots=True)
class SiteArchive:
    """The days of a profile in order, and the papers by the latest vote of its reader.

    `profile` is its id, which addresses are made of. `repository` is the address of a GitHub
    repository whose issues take its votes, None for none. `language` is the tag of its pages'.
    """

    profile: str
    days: tuple[ArchiveDay, ...]
    liked: frozenset[PaperId] = frozenset()
    disliked: frozenset[PaperId] = frozenset()
    title: str = ""
    categories: tuple[str, ...] = ()
    repository: str | None = None
    language: str = ENGLISH

    @property
    def name(self) -> str:
        """What pages call it: the title."""
        return self.title or self.profile

    @property
    def latest(self) -> ArchiveDay | None:
        """The last day that is no gap, or the last; None without a page."""
        announced = [one for one in self.days if not one.gap]
        return next(reversed(announced or self.days), None)

    @property
    def months(self) -> tuple[SiteArchivePart, ...]:
        """The days by month."""
        return tuple(_parts(self.days, 1))

    @property
    def years(self) -> tuple[SiteArchivePart, ...]:
        """The days by year."""
        return tuple(_parts(self.days, 12))

    @property
    def topics(self) -> tuple[str, ...]:
        """The topics of all selected papers, sorted."""
        return tuple(sorted({one.topic for one in self._papers() if one.topic}))

    @property
    def authors(self) -> tuple[str, ...]:
        """The followed authors of all selected papers, sorted."""
        names = (who.name for one in self._papers() for who in one.followed)
        return tuple(sorted({name for name in names if name is not None}))

    def _papers(self) -> Iterator[PaperFacts]:
        return (paper for one in self.days for paper in one.facts.papers)


def _parts(days: Sequence[ArchiveDay], months: int) -> Iterator[SiteArchivePart]:
    def first(one: ArchiveDay) -> date:
        return one.day.replace(day=1, month=(one.day.month - 1) // months * months + 1)

    for name, group in groupby(days, first):
        yield SiteArchivePart(name, tuple(group))


def fill_archive(
    profile: str, archive: Archive, facts_cache: Cache, code: str, advance: Advance
) -> tuple[ArchiveDay, ...]:
    """Read the days of a profile; facts of an unchanged digest and `code` come from the cache."""
    days, new = [], []
    for day, fingerprint in archive.fingerprints(profile).items():
        key, inputs = f"facts/{profile}/{day}", f"{code} {fingerprint}"
        content = facts_cache.find(key, inputs)
        if content is None:
            digest = archive.digest(profile, day)
            if digest is None:  # deleted since its fingerprint was read
                continue
            content = _dumped(digest)
            new.append(CacheEntry(key, inputs, content))
        days.append(ArchiveDay(_adapter().validate_json(content), fingerprint))
        advance()
    facts_cache.keep(new)
    return tuple(days)


def _dumped(digest: Digest) -> bytes:
    return _adapter().dump_json(facts(digest))


@cache
def _adapter() -> TypeAdapter[DayFacts]:
    from pydantic import TypeAdapter  # noqa: PLC0415  # 0.2 s only for building a site

    return TypeAdapter(DayFacts)
