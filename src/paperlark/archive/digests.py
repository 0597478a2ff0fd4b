"""Read the digests of the pages made so far."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from paperlark.domain.digest import Digest
from paperlark.domain.errors import StoreError
from paperlark.domain.profile import Profile
from paperlark.settings import Settings
from paperlark.settings.identity import known
from paperlark.store.digests import DigestStore
from paperlark.store.readers import ReaderStore
from paperlark.store.reading import open_existing

if TYPE_CHECKING:
    from paperlark.ports import Archive


_MAKE_ONE = "make one: paperlark today"


@dataclass(frozen=True, slots=True)
class OwnDigests:
    """The digests of one profile."""

    profile: Profile
    archive: Archive

    def days(self) -> tuple[date, ...]:
        """Return the days that have one, in order."""
        return self.archive.days(self.profile.id)

    def find(self, day: date | None = None) -> Digest:
        """Return the digest of a day, the latest if None; raises StoreError where there is none."""
        days = self.days()
        wanted = day or (days[-1] if days else None)
        digest = self.archive.digest(self.profile.id, wanted) if wanted else None
        if digest is None:
            which = f"of {day}" if day else "yet"
            hint = "list the days that have one with --days" if days else _MAKE_ONE
            raise StoreError(f"{self.profile.title!r} has no page {which}", hint=hint)
        return digest


@contextmanager
def open_archive(settings: Settings) -> Iterator[OwnDigests]:
    """Open the digests made so far; raises StoreError where there is no database."""
    path = settings.database
    with open_existing(path, settings.profile.title, settings.output) as connection:
        profile = known(settings, ReaderStore(connection, path)).profile
        yield OwnDigests(profile, DigestStore(connection, path))


def find_page(settings: Settings, day: date | None = None) -> Path:
    """Return the file of the page of a day, the latest if None.

    Raises StoreError where there is no such page, or its file is gone.
    """
    with open_archive(settings) as archive:
        days = archive.days()
    title = settings.profile.title
    if not days:
        raise StoreError(f"{title!r} has no page yet", hint=_MAKE_ONE)
    wanted = day or days[-1]
    if wanted not in days:
        raise StoreError(
            f"{title!r} has no page of {wanted}",
            hint=f"make it: paperlark run --date {wanted}; the latest is of {days[-1]}",
        )
    page = settings.output / f"{wanted}.html"
    if not page.is_file():
        raise StoreError(
            f"the page of {wanted} is not at {page}",
            hint=f"make it again: paperlark run --date {wanted}",
        )
    return page
