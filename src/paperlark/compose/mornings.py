"""What a morning has to do: the profile's archive in, the days whose pages are due out."""

from __future__ import annotations

from datetime import date

from paperlark.compose.open import open_archive
from paperlark.day.overdue import CAUGHT_UP, overdue
from paperlark.settings import Settings


def days_due(settings: Settings, today: date) -> tuple[date, ...]:
    """Give the days that a morning makes pages of, oldest first; raises StoreError."""
    if not settings.database.exists():
        return overdue({}, None, today)
    profile = settings.profile.name
    with open_archive(settings) as archive:
        days = archive.days(profile)
        recent = (day for day in days if today - CAUGHT_UP <= day <= today)
        found = {day: archive.digest(profile, day) for day in recent}
    digests = {day: digest for day, digest in found.items() if digest is not None}
    return overdue(digests, min(days, default=None), today)
