"""The outcome of each delivery, reported after a run."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from paperlark.delivery.due import RecentDays, is_postponed
from paperlark.domain.delivery import MessageStatus, Occasion, Parcel

_DAY = timedelta(days=1)


class DeliveryResult(StrEnum):
    """The result of one delivery in this run."""

    DELIVERED = "delivered"
    KNOWN = "already handled"
    WAITING = "not delivered yet"
    UNKNOWN = "delivery not confirmed"
    POSTPONED = "postponed"


@dataclass(frozen=True, slots=True)
class DeliveryOutcome:
    """The outcome of one delivery on one channel; `problem` is why it failed."""

    channel: str
    occasion: Occasion
    day: date
    result: DeliveryResult
    problem: str | None = None

    @property
    def ok(self) -> bool:
        """Whether no action is needed."""
        return self.result not in {DeliveryResult.WAITING, DeliveryResult.UNKNOWN}


def postponed_pages(channel: str, days: RecentDays) -> Iterator[DeliveryOutcome]:
    """Return the pages whose delivery waits for the answers of a batch."""
    for day, digest in days.digests.items():
        if is_postponed(digest, days.today):
            yield DeliveryOutcome(
                channel,
                Occasion.DAY,
                day,
                DeliveryResult.POSTPONED,
                "its papers are waiting in a batch",
            )


def known_outcome(parcel: Parcel, now: datetime) -> DeliveryOutcome:
    """Return the outcome of a parcel that is not sent again; today's unconfirmed ones are named."""
    unconfirmed = MessageStatus.UNKNOWN in parcel.statuses and now - parcel.at < _DAY
    result = DeliveryResult.UNKNOWN if unconfirmed else DeliveryResult.KNOWN
    return DeliveryOutcome(parcel.channel, parcel.occasion, parcel.day, result, parcel.problem)


def outcome_of(parcel: Parcel) -> DeliveryOutcome:
    """Return the outcome of a parcel after sending."""
    result = DeliveryResult.DELIVERED if parcel.arrived else DeliveryResult.UNKNOWN
    return DeliveryOutcome(
        parcel.channel,
        parcel.occasion,
        parcel.day,
        DeliveryResult.WAITING if parcel.open else result,
        parcel.problem,
    )
