"""Which days are due, and waiting until an announcement is out."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from paperlark.domain.calendar import expects_announcement, is_weekend, today
from paperlark.domain.digest import Digest, Status
from paperlark.domain.errors import FeedNotFound, NoNetwork
from paperlark.ports import Progress
from paperlark.renderers.manifest import failure_path
from paperlark.runs.make_page import MadePage, PageMaker
from paperlark.settings import Settings
from paperlark.settings.environment import Environment
from paperlark.settings.identity import known
from paperlark.store.database import exists
from paperlark.store.digests import DigestStore
from paperlark.store.readers import ReaderStore
from paperlark.store.reading import open_existing

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
    # Where not even one paper fitted the budget, another month may have begun since.
    gaps = funnel.unjudged or funnel.waiting or not funnel.over_budget or not funnel.judged
    return digest.status is Status.PARTIAL and bool(gaps)


def lacks_only_judgements(digest: Digest) -> bool:
    """Return whether a page lacks nothing but what only the model can give."""
    confirmed = all(batch.confirmed is not None for batch in digest.batches)
    return confirmed and bool(digest.funnel.unjudged)


def judged_nothing(made: MadePage, before: Digest | None) -> bool:
    """Return whether the model failed for a page, and judged no more than was known `before`."""
    now = made.digest.funnel
    known = before.funnel.judged if before else 0
    return bool(now.unjudged) and (now.judged or 0) <= (known or 0)


@dataclass(frozen=True, slots=True)
class DueDays:
    """The days whose pages are due, oldest first; `new` if today has no page yet."""

    days: tuple[date, ...]
    new: bool


def due_days(settings: Settings, today: date) -> DueDays:
    """Return which pages are due today; raises StoreError."""
    week = [today - timedelta(days=back) for back in range(CAUGHT_UP.days + 1)]
    failed = [day for day in week if (settings.output / failure_path(day)).exists()]
    if not exists(settings.database):
        return DueDays(overdue({}, failed, today), new=True)
    with open_existing(settings.database, settings.profile.title, settings.output) as connection:
        archive = DigestStore(connection, settings.database)
        profile = known(settings, ReaderStore(connection, settings.database)).profile.id
        found = {day: archive.digest(profile, day) for day in week}
    digests = {day: digest for day, digest in found.items() if digest is not None}
    return DueDays(overdue(digests, failed, today), new=today not in digests)


_log = logging.getLogger(__name__)

PAUSE = timedelta(minutes=15)
LONGEST = timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class Waiter:
    """Waits in pauses of 15 minutes; `tell` is told why, and when it gives up."""

    environment: Environment
    tell: Callable[[str], object]

    def deadline(self) -> datetime:
        """Return when waiting that begins now has to end."""
        return self.environment.now() + LONGEST

    def pause(self, deadline: datetime, reason: str) -> bool:
        """Wait for one pause and return True, or return False if it would end after `deadline`."""
        if self.environment.now() + PAUSE > deadline:
            self.tell(f"{reason}; not waiting any longer")
            return False
        minutes = PAUSE // timedelta(minutes=1)
        self.tell(f"{reason}; asking again in {minutes} minutes")
        self.environment.sleep(PAUSE.total_seconds())
        return True

    def for_announcement(self, day: date, missing: Callable[[], str]) -> None:
        """Return when nothing of the announcement is missing, or after the longest wait.

        `missing` says what is waited for, "" if nothing is. When the next day has begun in New
        York, that day's announcement is the one to wait for, so this one is given up.
        """
        deadline = self.deadline()
        while today(self.environment.now()) == day and (lacking := missing()):
            if not self.pause(deadline, lacking):
                _log.info("%s: gave up waiting for the announcement", day)
                return


def missing_parts(
    open_pages: Callable[[], AbstractContextManager[PageMaker]], day: date, progress: Progress
) -> str:
    """Return what the day's announcement is waited for, "" if nothing of it is missing."""
    with open_pages() as maker:
        try:
            lacking = "; ".join(maker.lacking(day, progress))
        except NoNetwork as error:
            return error.problem
        except FeedNotFound as error:
            lacking = error.problem
    return f"not out yet ({lacking})" if lacking else ""
