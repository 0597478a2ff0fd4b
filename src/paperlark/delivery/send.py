"""A parcel and its channel in, its messages out, each once; what is learned is kept at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from paperlark.domain.delivery import MessageStatus, Parcel
from paperlark.domain.errors import (
    ChannelBusy,
    ChannelRefused,
    DeliveryError,
    MaybeDelivered,
)
from paperlark.ports import Channel, Outbox

PAUSES = (3.0, 15.0)
"""Seconds before a message is tried a second and a third time, where the channel names none."""
LONGEST_PAUSE = 120.0
"""A channel that wants more is left to the next run."""


@dataclass(frozen=True, slots=True)
class Clock:
    """The time, and waiting for so many seconds."""

    now: Callable[[], datetime]
    sleep: Callable[[float], object]


def deliver(parcel: Parcel, channel: Channel, outbox: Outbox, clock: Clock) -> Parcel:
    """Send what was not sent of a parcel, in order, and give what is known of it then.

    Where a message surely did not arrive, those after it wait too; where nobody knows, they are
    sent. Raises nothing of the channel's: it is told in the parcel's problem.
    """
    parcel = _settled(parcel, channel, clock)
    outbox.keep(parcel)
    for number, fate in enumerate(parcel.statuses):
        if fate in {MessageStatus.DELIVERED, MessageStatus.UNKNOWN}:
            continue
        # Before it goes out: a run that is killed now must not send it as if it never had.
        outbox.keep(_with(parcel, number, MessageStatus.SENDING, clock, parcel.problem))
        became, problem = _send(parcel, number, channel, clock)
        parcel = _with(parcel, number, became, clock, problem)
        outbox.keep(parcel)
        if became in {MessageStatus.WAITING, MessageStatus.REFUSED}:
            break
    return parcel


def _settled(parcel: Parcel, channel: Channel, clock: Clock) -> Parcel:
    """Decide on messages that a run was killed over."""
    if MessageStatus.SENDING not in parcel.statuses:
        return parcel
    became = MessageStatus.WAITING if channel.deduplicates else MessageStatus.UNKNOWN
    statuses = tuple(became if fate is MessageStatus.SENDING else fate for fate in parcel.statuses)
    problem = (
        "a run ended while it was being sent" if became is MessageStatus.UNKNOWN else parcel.problem
    )
    return replace(parcel, statuses=statuses, at=clock.now(), problem=problem)


def _send(
    parcel: Parcel, number: int, channel: Channel, clock: Clock
) -> tuple[MessageStatus, str | None]:
    """Send one message, again where that may help; say what became of it, and why."""
    # What is packed anew is another message; what is only sent again is the same.
    packed = f"{parcel.since:%Y-%m-%dT%H:%M:%S.%f}"
    name = f"{parcel.profile}/{parcel.channel}/{parcel.occasion}/{parcel.day}/{packed}/{number}"
    for pause in (*PAUSES, None):
        try:
            channel.send(parcel.messages[number], name)
        except ChannelRefused as error:
            return MessageStatus.REFUSED, str(error)
        except MaybeDelivered as error:
            if not channel.deduplicates:
                return MessageStatus.UNKNOWN, str(error)
            wait, problem = pause, error.problem
        except DeliveryError as error:
            wait, problem = _wait(error, pause), error.problem
        else:
            # One that may have been lost before stays the news of the parcel.
            return (
                MessageStatus.DELIVERED,
                parcel.problem if MessageStatus.UNKNOWN in parcel.statuses else None,
            )
        if wait is None:
            return MessageStatus.WAITING, problem
        clock.sleep(wait)
    raise AssertionError("the last pause is none")  # pragma: no cover


def _wait(error: DeliveryError, pause: float | None) -> float | None:
    """Say how long to wait before trying again; None leaves it to another run."""
    asked = error.retry_after if isinstance(error, ChannelBusy) else None
    if pause is None or (asked or 0.0) > LONGEST_PAUSE:
        return None
    return max(pause, asked or 0.0)


def _with(
    parcel: Parcel, number: int, fate: MessageStatus, clock: Clock, problem: str | None
) -> Parcel:
    statuses = tuple(fate if n == number else one for n, one in enumerate(parcel.statuses))
    return replace(parcel, statuses=statuses, at=clock.now(), problem=problem)
