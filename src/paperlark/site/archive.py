"""Where a site's pages take what the volume does not hold: whole digests and texts of papers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from itertools import groupby
from typing import TYPE_CHECKING

from paperlark.domain.archive import CacheEntry
from paperlark.domain.digest import Digest
from paperlark.domain.errors import StoreError
from paperlark.domain.paper import Paper, PaperId
from paperlark.ports import Advance, Archive, Cache, PaperTexts
from paperlark.site.facts import DayFacts, PaperFacts, facts

if TYPE_CHECKING:
    from pydantic import TypeAdapter


class Sources:
    """Reads digests, the last one once for all pages of its day."""

    def __init__(self, archive: Archive, texts: PaperTexts) -> None:
        self._archive = archive
        self._texts = texts
        self._last: Digest | None = None

    def digest(self, profile: str, day: date) -> Digest:
        """Give a digest that was there when the site was planned; raises StoreError."""
        if self._last is None or (self._last.profile, self._last.day) != (profile, day):
            self._last = self._archive.digest(profile, day)
        if self._last is None:
            raise StoreError(
                f"the page of {day} of {profile!r} was removed while the site was being built",
                hint="build the site again",
            )
        return self._last

    def texts(self, papers: Sequence[PaperId]) -> Mapping[PaperId, Paper]:
        """Give the papers whose text is known."""
        return self._texts.find(papers)


@dataclass(frozen=True, slots=True)
class ArchiveDay:
    """One day of a volume; `fingerprint` names its digest by its content."""

    facts: DayFacts
    fingerprint: str

    @property
    def day(self) -> date:
        """The day itself."""
        return self.facts.day


@dataclass(frozen=True, slots=True)
class SiteArchivePart:
    """The days of one month, or of one year; `first` is the first day that it could have."""

    first: date
    days: tuple[ArchiveDay, ...]

    @property
    def fingerprint(self) -> str:
        """Names the days by their content."""
        return " ".join(one.fingerprint for one in self.days)


@dataclass(frozen=True, slots=True)
class SiteArchive:
    """A profile's days, in order, and the papers that its reader voted on and how last."""

    profile: str
    days: tuple[ArchiveDay, ...]
    liked: frozenset[PaperId] = frozenset()
    disliked: frozenset[PaperId] = frozenset()

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
        """Every topic that a selected paper matched, by name."""
        return tuple(sorted({one.topic for one in self._papers() if one.topic}))

    @property
    def authors(self) -> tuple[str, ...]:
        """Every followed author who wrote a selected paper, by name."""
        names = (who.name for one in self._papers() for who in one.followed)
        return tuple(sorted({name for name in names if name is not None}))

    def _papers(self) -> Iterator[PaperFacts]:
        return (paper for one in self.days for paper in one.facts.papers)


def _parts(days: Sequence[ArchiveDay], months: int) -> Iterator[SiteArchivePart]:
    def first(one: ArchiveDay) -> date:
        return one.day.replace(day=1, month=(one.day.month - 1) // months * months + 1)

    for name, among in groupby(days, first):
        yield SiteArchivePart(name, tuple(among))


def fill_archive(
    profile: str, archive: Archive, scratch: Cache, code: str, advance: Advance
) -> tuple[ArchiveDay, ...]:
    """Read a profile's days; a digest that was read before, by the same `code`, is known."""
    days, new = [], []
    for day, fingerprint in archive.fingerprints(profile).items():
        key, made_of = f"facts/{profile}/{day}", f"{code} {fingerprint}"
        known = scratch.find(key, made_of)
        if known is None:
            digest = archive.digest(profile, day)
            if digest is None:  # it went away this very moment
                continue
            known = _dumped(digest)
            new.append(CacheEntry(key, made_of, known))
        days.append(ArchiveDay(_adapter().validate_json(known), fingerprint))
        advance()
    scratch.keep(new)
    return tuple(days)


def _dumped(digest: Digest) -> bytes:
    return _adapter().dump_json(facts(digest))


@cache
def _adapter() -> TypeAdapter[DayFacts]:
    from pydantic import TypeAdapter  # noqa: PLC0415  # 0.2 s that only who builds waits for

    return TypeAdapter(DayFacts)
