"""The days so far in, those out whose pages a morning has to make. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from paperlark.domain.calendar import expects_announcement, is_weekend
from paperlark.domain.digest import Digest, Status

CAUGHT_UP = timedelta(days=6)
"""A laptop that slept this long finds its pages made; older ones are made by hand."""


def overdue(digests: Mapping[date, Digest], first: date | None, today: date) -> tuple[date, ...]:
    """Give the days whose pages are missing, or may be better by now, oldest first.

    `digests` are those of the last week, `first` is the reader's first day, None before it. What
    came before it nobody waits for. A list of holidays is only a hint for today itself.
    """
    oldest = max(first or today, today - CAUGHT_UP)
    days = (oldest + timedelta(days=n) for n in range((today - oldest).days + 1))
    return tuple(day for day in days if _is_overdue(day, digests.get(day), today))


def _is_overdue(day: date, digest: Digest | None, today: date) -> bool:
    if digest is not None:
        return _may_gain(digest)
    return not is_weekend(day) if day == today else expects_announcement(day)


def _may_gain(digest: Digest) -> bool:
    """Tell whether a page lacks what another run may have; what the budget left, it leaves."""
    funnel = digest.funnel
    lacks = funnel.unjudged or funnel.waiting or not funnel.over_budget
    return digest.status is Status.PARTIAL and bool(lacks)
