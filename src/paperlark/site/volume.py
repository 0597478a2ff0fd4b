"""One profile's days as the site needs them, bound in order: what is known of each, and whence."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from itertools import groupby
from typing import TYPE_CHECKING

from paperlark.domain.archive import Scrap
from paperlark.domain.digest import Digest
from paperlark.domain.paper import PaperId
from paperlark.ports import Advance, Archive, Scratch
from paperlark.site.facts import DayFacts, PaperFacts, facts

if TYPE_CHECKING:
    from pydantic import TypeAdapter


@dataclass(frozen=True, slots=True)
class Leaf:
    """One day of a volume; `fingerprint` names its digest by its content."""

    facts: DayFacts
    fingerprint: str

    @property
    def day(self) -> date:
        """The day itself."""
        return self.facts.day


@dataclass(frozen=True, slots=True)
class Part:
    """The days of one month, or of one year; `first` is the first day that it could have."""

    first: date
    days: tuple[Leaf, ...]

    @property
    def fingerprint(self) -> str:
        """Names the days by their content."""
        return " ".join(one.fingerprint for one in self.days)


@dataclass(frozen=True, slots=True)
class Volume:
    """A profile's days, in order, and the papers that its reader voted on and how last."""

    profile: str
    days: tuple[Leaf, ...]
    liked: frozenset[PaperId] = frozenset()
    disliked: frozenset[PaperId] = frozenset()

    @property
    def months(self) -> tuple[Part, ...]:
        """The days by month."""
        return tuple(_parts(self.days, 1))

    @property
    def years(self) -> tuple[Part, ...]:
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


def _parts(days: Sequence[Leaf], months: int) -> Iterator[Part]:
    def first(one: Leaf) -> date:
        return one.day.replace(day=1, month=(one.day.month - 1) // months * months + 1)

    for name, among in groupby(days, first):
        yield Part(name, tuple(among))


def fill(
    profile: str, archive: Archive, scratch: Scratch, code: str, advance: Advance
) -> tuple[Leaf, ...]:
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
            new.append(Scrap(key, made_of, known))
        days.append(Leaf(_adapter().validate_json(known), fingerprint))
        advance()
    scratch.keep(new)
    return tuple(days)


def _dumped(digest: Digest) -> bytes:
    return _adapter().dump_json(facts(digest))


@cache
def _adapter() -> TypeAdapter[DayFacts]:
    from pydantic import TypeAdapter  # noqa: PLC0415  # 0.2 s that only who builds waits for

    return TypeAdapter(DayFacts)
