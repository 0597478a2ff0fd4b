"""Which news a channel is to have: the reader's wish and the days so far in, what is due out.

Pure: what is due may have been delivered long ago.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from paperlark.domain.calendar import expects_announcement
from paperlark.domain.calendar import today as day_of
from paperlark.domain.delivery import (
    PATIENCE,
    Frequency,
    MessageStatus,
    Occasion,
    Parcel,
    Subscription,
)
from paperlark.domain.digest import Digest, Status

_HELD = timedelta(days=2)
"""A page whose papers wait in a batch is held so long; then it is brought as it is."""
_WEEK, _WEEKEND, _FRIDAY = timedelta(days=7), timedelta(days=3), 4


@dataclass(frozen=True, slots=True)
class Due:
    """Something that a channel is to be told, and the day it is about."""

    occasion: Occasion
    day: date


@dataclass(frozen=True, slots=True)
class RecentDays:
    """What is known of a reader's days.

    `digests` are the pages of the last two weeks, `failed` the days that this run made no page of;
    `first` is the reader's first page, None before it.
    """

    today: date
    digests: Mapping[date, Digest]
    failed: Collection[date] = ()
    first: date | None = None

    def lacks(self, day: date) -> bool:
        """Tell whether a day should have had a page and has none."""
        return (
            self.first is not None
            and day >= self.first
            and day not in self.digests
            and expects_announcement(day)
        )


def due(wish: Subscription, days: RecentDays, earlier: Collection[Parcel]) -> tuple[Due, ...]:
    """Say what a channel is to be told, oldest first.

    `earlier` is what was packed for this channel before. A channel that is new gets no old pages,
    and none gets a day by itself and in its week.
    """
    served = [day_of(one.since) for one in earlier if not one.occasion.transient]
    if wish.frequency is Frequency.WEEKLY:
        return _weekly(wish, days, earlier, PATIENCE if served else _WEEKEND)
    oldest = max(days.today - PATIENCE, min(served, default=days.today))
    in_weeks = {day for one in earlier if _is_week(one) for day in week_of(one.day)}
    pages = (
        Due(Occasion.DAY, day)
        for day, digest in days.digests.items()
        if oldest <= day <= days.today
        and day not in in_weeks
        and _worth_telling(wish, digest)
        and not held(digest, days.today)
    )
    # A day that has an earlier page is not without.
    without = (Due(Occasion.FAILURE, day) for day in days.failed if day not in days.digests)
    return tuple(sorted((*pages, *without), key=lambda one: one.day))


def _weekly(
    wish: Subscription, days: RecentDays, earlier: Collection[Parcel], patience: timedelta
) -> tuple[Due, ...]:
    """Give the last week, once its Friday is over or has its page."""
    friday = days.today - timedelta(days=(days.today.weekday() - _FRIDAY) % 7)
    if friday == days.today and (
        friday not in days.digests or held(days.digests[friday], days.today)
    ):
        friday -= _WEEK
    if days.today - friday > patience:
        return ()
    alone = {one.day for one in earlier if one.occasion is Occasion.DAY}
    week = [day for day in week_of(friday) if day not in alone]
    worth = any(
        days.lacks(day) or (day in days.digests and _worth_telling(wish, days.digests[day]))
        for day in week
    )
    return (Due(Occasion.WEEK, friday),) if worth else ()


def week_of(friday: date) -> tuple[date, ...]:
    """Give the days from Monday to that Friday."""
    return tuple(friday - timedelta(days=back) for back in range(_FRIDAY, -1, -1))


def held(digest: Digest, today: date) -> bool:
    """Tell whether a page waits for the answers of a batch before it is brought to anybody."""
    return bool(digest.funnel.waiting) and today - digest.day < _HELD


def is_moot(parcel: Parcel, days: RecentDays) -> bool:
    """Tell whether there is nothing to bring any more, or not yet.

    An alarm or a trial is over, a day without a page has one by now, or a page is gone.
    """
    if parcel.occasion.transient or parcel.day > days.today:
        return True
    has_page = parcel.day in days.digests
    if parcel.occasion is Occasion.FAILURE:
        return has_page
    return parcel.occasion is Occasion.DAY and not has_page


def lacking(parcels: Collection[Parcel], day: date) -> Parcel | None:
    """Give the first page of before that day which a channel does not have, None where it has all.

    Parcels are in the order of their days. What nobody knows of is told for a few days only.
    """
    pages = (one for one in parcels if one.occasion in {Occasion.DAY, Occasion.WEEK})
    return next(
        (
            one
            for one in pages
            if one.day < day
            and (one.open or (MessageStatus.UNKNOWN in one.statuses and day - one.day <= _WEEKEND))
        ),
        None,
    )


def _is_week(parcel: Parcel) -> bool:
    return parcel.occasion is Occasion.WEEK


def _worth_telling(wish: Subscription, digest: Digest) -> bool:
    """Tell whether there is something to read, or something missing that a reader must know."""
    if digest.status is Status.IMPORTED:
        return False
    lacks = digest.status is Status.PARTIAL
    return wish.quiet or bool(digest.entries) or bool(digest.updated) or lacks
