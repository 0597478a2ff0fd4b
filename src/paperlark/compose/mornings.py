"""What a morning has to do: the profile's archive in, the days whose pages are due out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from paperlark.compose.open import open_archive
from paperlark.day.overdue import CAUGHT_UP, overdue
from paperlark.renderers.manifest import failure_path
from paperlark.settings import Settings


@dataclass(frozen=True, slots=True)
class Morning:
    """The days whose pages are due, oldest first; `new` has no page of today yet."""

    days: tuple[date, ...]
    new: bool


def morning_of(settings: Settings, today: date) -> Morning:
    """Say which pages a morning makes; raises StoreError."""
    week = [today - timedelta(days=back) for back in range(CAUGHT_UP.days + 1)]
    failed = [day for day in week if (settings.output / failure_path(day)).exists()]
    if not settings.database.exists():
        return Morning(overdue({}, failed, today), new=True)
    with open_archive(settings) as archive:
        found = {day: archive.digest(settings.profile.name, day) for day in week}
    digests = {day: digest for day, digest in found.items() if digest is not None}
    return Morning(overdue(digests, failed, today), new=today not in digests)
