"""Why a paper has to wait for a batch, in words. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from paperlark.domain.job import Job, JobState, Miss


def why_waiting(
    job: Job, misses: Sequence[Miss], now: datetime, *, ours: bool, trouble: str
) -> str:
    """Say where it waits, since when, what is in the way, and what came of it before.

    `ours` is a job that this profile collects itself; `trouble` is empty where there is none.
    """
    since = _moment(job.at, now)
    if job.state is JobState.LEAVING:
        where = f"in a batch that may have been left {since}"
    elif ours:
        where = f"in a batch left {since}, not answered yet"
    else:
        page = f"the page of {job.asking.day} of {job.asking.profile!r}"
        where = f"in a batch left {since} for {page}, not answered yet"
    before = f"; before that: {misses[-1].reason}" if misses else ""
    return f"{where} ({trouble}){before}" if trouble else f"{where}{before}"


def _moment(at: datetime, now: datetime) -> str:
    day = "" if at.date() == now.date() else f"on {at:%Y-%m-%d} "
    return f"{day}at {at:%H:%M} UTC"
