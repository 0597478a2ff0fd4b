"""What became of what a channel was to have: said after each run."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from paperlark.day.bulletins import Days, held
from paperlark.domain.delivery import Fate, Occasion, Parcel

_DAY = timedelta(days=1)


class Arrival(StrEnum):
    """What became of something that was due on a channel in this run."""

    BROUGHT = "brought"
    KNOWN = "done before"
    WAITING = "not brought yet"
    UNKNOWN = "nobody knows whether it arrived"
    HELD = "held"


@dataclass(frozen=True, slots=True)
class Brought:
    """One channel's share of a run; `problem` is why something is not there."""

    channel: str
    occasion: Occasion
    day: date
    arrival: Arrival
    problem: str | None = None

    @property
    def well(self) -> bool:
        """Whether nobody has to do anything about it."""
        return self.arrival not in {Arrival.WAITING, Arrival.UNKNOWN}


def held_pages(channel: str, days: Days) -> Iterator[Brought]:
    """Give the pages that wait for the answers of a batch."""
    for day, digest in days.digests.items():
        if held(digest, days.today):
            yield Brought(channel, Occasion.DAY, day, Arrival.HELD, "its papers wait in a batch")


def known(parcel: Parcel, now: datetime) -> Brought:
    """Say of a parcel that is not to be sent what is known; a doubt of today's is told again."""
    doubtful = Fate.UNKNOWN in parcel.fates and now - parcel.at < _DAY
    arrival = Arrival.UNKNOWN if doubtful else Arrival.KNOWN
    return Brought(parcel.channel, parcel.occasion, parcel.day, arrival, parcel.problem)


def told(parcel: Parcel) -> Brought:
    """Say of a parcel that was to be sent what became of it."""
    arrival = Arrival.BROUGHT if parcel.arrived else Arrival.UNKNOWN
    return Brought(
        parcel.channel,
        parcel.occasion,
        parcel.day,
        Arrival.WAITING if parcel.open else arrival,
        parcel.problem,
    )
