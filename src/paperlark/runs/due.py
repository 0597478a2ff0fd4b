"""Decide which days' pages are due in the morning, from the pages made so far."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from paperlark.domain.calendar import expects_announcement, is_weekend
from paperlark.domain.digest import Digest, Status
from paperlark.renderers.manifest import failure_path
from paperlark.settings import Settings
from paperlark.store.database import open_existing
from paperlark.store.digests import DigestStore

CAUGHT_UP = timedelta(days=6)
"""How far back missed pages are made; older ones are made by hand."""


def overdue(
    digests: Mapping[date, Digest], failed: Collection[date], today: date
) -> tuple[date, ...]:
    """Return the days whose pages are missing or could be improved by now, oldest first.

    `digests` are those of the last week, `failed` the days that a run left without a page. Days
    before the latest page are not made, except those that failed; without any page only today is
    due. The holiday calendar is not trusted for today itself.
    """
    made = (day for day, one in digests.items() if one.status is not Status.IMPORTED)
    last = max((day for day in made if day < today), default=today)
    days = (today - timedelta(days=back) for back in range(CAUGHT_UP.days, -1, -1))
    return tuple(
        day
        for day in days
        if (day in digests or day in failed or day >= last)
        and _is_overdue(day, digests.get(day), today)
    )


def _is_overdue(day: date, digest: Digest | None, today: date) -> bool:
    if digest is not None:
        return _may_gain(digest)
    return not is_weekend(day) if day == today else expects_announcement(day)


def _may_gain(digest: Digest) -> bool:
    """Return whether another run could improve a page that lacks more than its budget allowed."""
    funnel = digest.funnel
    gaps = funnel.unjudged or funnel.waiting or not funnel.over_budget
    return digest.status is Status.PARTIAL and bool(gaps)


@dataclass(frozen=True, slots=True)
class DueDays:
    """The days whose pages are due, oldest first; `new` if today has no page yet."""

    days: tuple[date, ...]
    new: bool


def due_days(settings: Settings, today: date) -> DueDays:
    """Return which pages are due today; raises StoreError."""
    week = [today - timedelta(days=back) for back in range(CAUGHT_UP.days + 1)]
    failed = [day for day in week if (settings.output / failure_path(day)).exists()]
    if not settings.database.exists():
        return DueDays(overdue({}, failed, today), new=True)
    with open_existing(settings.database, settings.profile.name) as connection:
        archive = DigestStore(connection, settings.database)
        found = {day: archive.digest(settings.profile.name, day) for day in week}
    digests = {day: digest for day, digest in found.items() if digest is not None}
    return DueDays(overdue(digests, failed, today), new=today not in digests)
