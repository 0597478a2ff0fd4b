"""What became of what a channel was to have: said after each run."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from paperlark.delivery.due import RecentDays, held
from paperlark.domain.delivery import MessageStatus, Occasion, Parcel

_DAY = timedelta(days=1)


class DeliveryResult(StrEnum):
    """What became of something that was due on a channel in this run."""

    DELIVERED = "delivered"
    KNOWN = "already handled"
    WAITING = "not delivered yet"
    UNKNOWN = "delivery not confirmed"
    POSTPONED = "postponed"


@dataclass(frozen=True, slots=True)
class DeliveryOutcome:
    """One channel's share of a run; `problem` is why something is not there."""

    channel: str
    occasion: Occasion
    day: date
    arrival: DeliveryResult
    problem: str | None = None

    @property
    def well(self) -> bool:
        """Whether nobody has to do anything about it."""
        return self.arrival not in {DeliveryResult.WAITING, DeliveryResult.UNKNOWN}


def held_pages(channel: str, days: RecentDays) -> Iterator[DeliveryOutcome]:
    """Give the pages that wait for the answers of a batch."""
    for day, digest in days.digests.items():
        if held(digest, days.today):
            yield DeliveryOutcome(
                channel,
                Occasion.DAY,
                day,
                DeliveryResult.POSTPONED,
                "its papers are waiting in a batch",
            )


def known_outcome(parcel: Parcel, now: datetime) -> DeliveryOutcome:
    """Say of a parcel that is not to be sent what is known; a doubt of today's is told again."""
    doubtful = MessageStatus.UNKNOWN in parcel.statuses and now - parcel.at < _DAY
    arrival = DeliveryResult.UNKNOWN if doubtful else DeliveryResult.KNOWN
    return DeliveryOutcome(parcel.channel, parcel.occasion, parcel.day, arrival, parcel.problem)


def outcome_of(parcel: Parcel) -> DeliveryOutcome:
    """Say of a parcel that was to be sent what became of it."""
    arrival = DeliveryResult.DELIVERED if parcel.arrived else DeliveryResult.UNKNOWN
    return DeliveryOutcome(
        parcel.channel,
        parcel.occasion,
        parcel.day,
        DeliveryResult.WAITING if parcel.open else arrival,
        parcel.problem,
    )
