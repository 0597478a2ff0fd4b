"""Which news a channel is to have: the reader's wish and the days so far in, bulletins due out.

Pure: a bulletin that is due is not yet written, and may have been delivered long ago.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from paperlark.domain.delivery import PATIENCE, Occasion, Parcel, Rhythm, Subscription
from paperlark.domain.digest import Digest, Status

_HELD = timedelta(days=2)
"""A page whose papers wait in a batch is held so long; then it is brought as it is."""
_WEEK, _WEEKEND, _FRIDAY = timedelta(days=7), timedelta(days=3), 4


@dataclass(frozen=True, slots=True)
class Due:
    """Something that a channel is to be told, and the day it is about."""

    occasion: Occasion
    day: date


def due(
    wish: Subscription,
    digests: Mapping[date, Digest],
    failed: Collection[date],
    earlier: Collection[Parcel],
    today: date,
) -> tuple[Due, ...]:
    """Say what a channel is to be told, oldest first.

    `digests` are those of the last two weeks, `failed` the days that this run made no page of,
    `earlier` what was packed for this channel before. A channel that is new gets no old pages.
    """
    if wish.rhythm is Rhythm.WEEKLY:
        return _weekly(wish, digests, PATIENCE if earlier else _WEEKEND, today)
    oldest = today - PATIENCE if earlier else today
    return tuple(
        sorted(
            (*_days(wish, digests, oldest, today), *_failures(failed, digests)),
            key=lambda one: one.day,
        )
    )


def _days(
    wish: Subscription, digests: Mapping[date, Digest], oldest: date, today: date
) -> Iterator[Due]:
    for day, digest in digests.items():
        if oldest <= day <= today and _worth_telling(wish, digest) and not held(digest, today):
            yield Due(Occasion.DAY, day)


def _failures(failed: Collection[date], digests: Mapping[date, Digest]) -> Iterator[Due]:
    """Tell of days without a page; one that has an earlier page is not without."""
    yield from (Due(Occasion.FAILURE, day) for day in failed if day not in digests)


def _weekly(
    wish: Subscription, digests: Mapping[date, Digest], patience: timedelta, today: date
) -> tuple[Due, ...]:
    """Give the last week, once its Friday is over or has its page."""
    friday = today - timedelta(days=(today.weekday() - _FRIDAY) % 7)
    if friday == today and (friday not in digests or held(digests[friday], today)):
        friday -= _WEEK
    if today - friday > patience:
        return ()
    worth = any(_worth_telling(wish, digests[day]) for day in week_of(friday) if day in digests)
    return (Due(Occasion.WEEK, friday),) if worth else ()


def week_of(friday: date) -> tuple[date, ...]:
    """Give the days from Monday to that Friday."""
    return tuple(friday - timedelta(days=back) for back in range(_FRIDAY, -1, -1))


def held(digest: Digest, today: date) -> bool:
    """Tell whether a page waits for the answers of a batch before it is brought to anybody."""
    return bool(digest.funnel.waiting) and today - digest.day < _HELD


def _worth_telling(wish: Subscription, digest: Digest) -> bool:
    """Tell whether there is something to read, or something missing that a reader must know."""
    if digest.status is Status.IMPORTED:
        return False
    lacks = digest.status is Status.PARTIAL
    return wish.quiet or bool(digest.entries) or bool(digest.updated) or lacks
