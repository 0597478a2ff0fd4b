"""Read the digests of the pages made so far."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import TYPE_CHECKING

from paperlark.domain.digest import Digest
from paperlark.domain.errors import StoreError
from paperlark.settings import Settings
from paperlark.store.database import open_existing
from paperlark.store.digests import DigestStore

if TYPE_CHECKING:
    from paperlark.ports import Archive


@contextmanager
def open_archive(settings: Settings) -> Iterator[Archive]:
    """Open the digests made so far; raises StoreError where there is no database."""
    with open_existing(settings.database, settings.profile.name) as connection:
        yield DigestStore(connection, settings.database)


def find_digest(archive: Archive, profile: str, day: date | None = None) -> Digest:
    """Return the digest of a day, the latest if None; raises StoreError where there is none."""
    days = archive.days(profile)
    wanted = day or (days[-1] if days else None)
    digest = archive.digest(profile, wanted) if wanted else None
    if digest is None:
        which = f"of {day}" if day else "yet"
        raise StoreError(
            f"{profile!r} has no page {which}",
            hint="list the days that have one with --days" if days else "make one: paperlark today",
        )
    return digest
