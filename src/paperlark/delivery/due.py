"""Decides which messages are due on a channel, from its subscription and the recent days.

Pure. What is due may already have been delivered; the outbox knows.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import chain

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
from paperlark.domain.paper import PaperId

_POSTPONED = timedelta(days=2)
"""A page with papers waiting in a batch is postponed this long, then delivered as it is."""
_FORTNIGHT = timedelta(days=14)
"""A weekly channel's last week may have begun that long ago."""
_WEEK, _WEEKEND, _FRIDAY = timedelta(days=7), timedelta(days=3), 4


@dataclass(frozen=True, slots=True)
class Due:
    """A message that is due: its occasion and the day it is about."""

    occasion: Occasion
    day: date


@dataclass(frozen=True, slots=True)
class RecentDays:
    """The recent days of a profile.

    `digests` are the pages of the last two weeks, `failed` the days without a page in this run;
    `first` is the day of the first page, None before it.
    """

    today: date
    digests: Mapping[date, Digest]
    failed: Collection[date] = ()
    first: date | None = None

    @classmethod
    def until(
        cls, today: date, days: Collection[date], digest: Callable[[date], Digest | None]
    ) -> RecentDays:
        """Return the days of the archive up to today; `digest` returns the page of a day."""
        recent = {day: digest(day) for day in days if today - _FORTNIGHT <= day <= today}
        pages = {day: page for day, page in recent.items() if page is not None}
        return cls(today, pages, first=min(days, default=None))

    def lacks(self, day: date) -> bool:
        """Return whether a day should have a page and has none."""
        return (
            self.first is not None
            and day >= self.first
            and day not in self.digests
            and expects_announcement(day)
        )


def due(
    subscription: Subscription, days: RecentDays, earlier: Collection[Parcel]
) -> tuple[Due, ...]:
    """Return what is due on a channel, oldest first.

    `earlier` are the parcels of this channel so far. A new channel gets no old pages, and no
    channel gets a day both by itself and in its week.
    """
    served = [day_of(one.since) for one in earlier if not one.occasion.transient]
    if subscription.frequency is Frequency.WEEKLY:
        return _weekly(subscription, days, earlier, PATIENCE if served else _WEEKEND)
    oldest = max(days.today - PATIENCE, min(served, default=days.today))
    in_weeks = {day for one in earlier if _is_week(one) for day in week_of(one.day)}
    pages = (
        Due(Occasion.DAY, day)
        for day, digest in days.digests.items()
        if oldest <= day <= days.today
        and day not in in_weeks
        and _worth_sending(subscription, digest)
        and not is_postponed(digest, days.today)
    )
    completed = (
        Due(Occasion.COMPLETION, one.day)
        for one in earlier
        if one.occasion is Occasion.DAY and oldest <= one.day and _to_be_completed(one, days)
    )
    # A day with an earlier page has one to show.
    without_page = (Due(Occasion.FAILURE, day) for day in days.failed if day not in days.digests)
    return tuple(sorted((*pages, *completed, *without_page), key=lambda one: one.day))


def new_parcels(
    profile: str,
    subscription: Subscription,
    days: RecentDays,
    earlier: Sequence[Parcel],
    now: datetime,
) -> tuple[Parcel, ...]:
    """Return a parcel, without messages yet, for all that is due on a channel and has none."""
    known = {Due(one.occasion, one.day) for one in earlier}
    return tuple(
        replace(unwritten(profile, subscription.name, one, now), incomplete=_sent(one, earlier))
        for one in due(subscription, days, earlier)
        if one not in known
    )


def unwritten(profile: str, channel: str, one: Due, now: datetime) -> Parcel:
    """Return a parcel whose messages are not written yet."""
    return Parcel(profile, channel, one.occasion, one.day, (), (MessageStatus.WAITING,), now, now)


def _sent(wanted: Due, earlier: Iterable[Parcel]) -> tuple[PaperId, ...] | None:
    """Return the papers that a channel got of pages that are complete now; None for other parcels.

    A day and its week may both have been sent.
    """
    if wanted.occasion is not Occasion.COMPLETION:
        return None
    papers = (one.incomplete or () for one in earlier if one.day == wanted.day)
    return tuple(dict.fromkeys(chain.from_iterable(papers)))


def days_to_read(
    subscriptions: Iterable[Subscription],
    today: date,
    days: Collection[date],
    sent: Sequence[Parcel],
) -> frozenset[date]:
    """Return the days whose pages decide what is due on any of these channels today.

    `days` are those with a page, `sent` the parcels so far. A page or week that a channel has a
    parcel of decides nothing any more, unless it was incomplete.
    """
    needed = {today}
    for one in subscriptions:
        own = [parcel for parcel in sent if parcel.channel == one.name]
        for parcel in own:
            if parcel.incomplete is not None:
                needed.update(days_of(parcel, one))
        if one.frequency is Frequency.WEEKLY:
            friday = today - timedelta(days=(today.weekday() - _FRIDAY) % 7)
            known = {parcel.day for parcel in own if _is_week(parcel)}
            for last in {friday, friday - _WEEK} - known if friday == today else {friday} - known:
                needed.update(week_of(last))
        else:
            known = {parcel.day for parcel in own if parcel.occasion is Occasion.DAY}
            needed.update(
                day for day in days if today - PATIENCE <= day <= today and day not in known
            )
    return frozenset(needed)


def _weekly(
    subscription: Subscription, days: RecentDays, earlier: Collection[Parcel], patience: timedelta
) -> tuple[Due, ...]:
    """Return the last week, once its Friday is over or has its page, and what completes a week."""
    completed = tuple(
        Due(Occasion.COMPLETION, one.day)
        for one in earlier
        if _is_week(one) and days.today - one.day <= PATIENCE and _to_be_completed(one, days)
    )
    friday = days.today - timedelta(days=(days.today.weekday() - _FRIDAY) % 7)
    if friday == days.today and (
        friday not in days.digests or is_postponed(days.digests[friday], days.today)
    ):
        friday -= _WEEK
    if days.today - friday > patience:
        return completed
    sent_alone = {one.day for one in earlier if one.occasion is Occasion.DAY}
    week = [day for day in week_of(friday) if day not in sent_alone]
    worth_sending = any(
        days.lacks(day) or (day in days.digests and _worth_sending(subscription, days.digests[day]))
        for day in week
    )
    return (*completed, Due(Occasion.WEEK, friday)) if worth_sending else completed


def week_of(friday: date) -> tuple[date, ...]:
    """Return the days from Monday to that Friday."""
    return tuple(friday - timedelta(days=back) for back in range(_FRIDAY, -1, -1))


def is_postponed(digest: Digest, today: date) -> bool:
    """Return whether delivery of a page waits for the answers of a batch."""
    return bool(digest.funnel.waiting) and today - digest.day < _POSTPONED


def days_of(parcel: Parcel, subscription: Subscription) -> tuple[date, ...]:
    """Return the days that a parcel is about; a completion is about what its channel gets."""
    weekly = subscription.frequency is Frequency.WEEKLY
    completes_week = parcel.occasion is Occasion.COMPLETION and weekly
    return week_of(parcel.day) if completes_week or _is_week(parcel) else (parcel.day,)


def is_completed(parcel: Parcel, days: RecentDays) -> bool:
    """Return whether the pages that a parcel was written from lacked something and no longer do."""
    if parcel.incomplete is None or parcel.occasion not in {Occasion.DAY, Occasion.WEEK}:
        return False
    about = week_of(parcel.day) if _is_week(parcel) else (parcel.day,)
    made = [days.digests[day] for day in about if day in days.digests]
    return bool(made) and all(one.status is not Status.PARTIAL for one in made)


def _to_be_completed(parcel: Parcel, days: RecentDays) -> bool:
    """Return whether a channel has an incomplete page by now that is complete."""
    return not parcel.open and is_completed(parcel, days)


def is_obsolete(parcel: Parcel, days: RecentDays) -> bool:
    """Return whether a parcel must not be sent: no longer, or not yet.

    Alarms and test messages are never sent again; a missing page was made; a page is gone.
    """
    if parcel.occasion.transient or parcel.day > days.today:
        return True
    has_page = parcel.day in days.digests
    if parcel.occasion is Occasion.FAILURE:
        return has_page
    return parcel.occasion is Occasion.DAY and not has_page


def first_missing_page(parcels: Collection[Parcel], day: date) -> Parcel | None:
    """Return the first page before that day that a channel did not get, None if it got all.

    Parcels are in the order of their days. Unconfirmed ones count for a few days only.
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


def _worth_sending(subscription: Subscription, digest: Digest) -> bool:
    """Return whether a page has something to read, or misses something the reader must know."""
    if digest.status is Status.IMPORTED:
        return False
    partial = digest.status is Status.PARTIAL
    return subscription.quiet or bool(digest.entries) or bool(digest.updated) or partial
