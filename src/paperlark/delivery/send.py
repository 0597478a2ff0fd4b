"""Sends a parcel through its channel: each message once, each status stored at once."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from paperlark.domain.delivery import Message, MessageStatus, Parcel
from paperlark.domain.errors import (
    ChannelBusy,
    ChannelRefused,
    DeliveryError,
    MaybeDelivered,
)
from paperlark.domain.redaction import redacted
from paperlark.ports import Channel, Outbox

PAUSES = (3.0, 15.0)
"""Seconds before the second and third attempt, unless the channel asks for more."""
LONGEST_PAUSE = 120.0
"""Seconds; a channel that asks for more is left to the next run."""
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Clock:
    """The current time, and waiting for a number of seconds."""

    now: Callable[[], datetime]
    sleep: Callable[[float], object]


def send_parcel(parcel: Parcel, channel: Channel, outbox: Outbox, clock: Clock) -> Parcel:
    """Send the unsent messages of a parcel in order, and return the parcel with their statuses.

    After a message that did not arrive the rest waits; after an unconfirmed one it is sent. Where
    copies are recognized, an unconfirmed message is sent again, and is SENDING until then.
    Errors of the channel are not raised but kept as the problem of the parcel.
    """
    parcel = _resolve_interrupted(parcel, channel, clock)
    outbox.keep(parcel)
    for number, known in enumerate(parcel.statuses):
        if known in {MessageStatus.DELIVERED, MessageStatus.UNKNOWN}:
            continue
        # Stored before sending: after a kill, the next run must know that it may have been sent.
        outbox.keep(_with(parcel, number, MessageStatus.SENDING, clock, parcel.problem))
        status, problem = _send(parcel, number, channel, clock)
        if known is MessageStatus.SENDING and status is not MessageStatus.DELIVERED:
            # This attempt says nothing of the earlier one, which may have arrived.
            status = MessageStatus.SENDING
        parcel = _with(parcel, number, status, clock, problem)
        if status is MessageStatus.DELIVERED:
            outbox.note_delivered(parcel)
        else:
            outbox.keep(parcel)
        if status not in {MessageStatus.DELIVERED, MessageStatus.UNKNOWN}:
            break
    return parcel


def _resolve_interrupted(parcel: Parcel, channel: Channel, clock: Clock) -> Parcel:
    """Abandon messages that were being sent when a run was killed, where copies would show."""
    if MessageStatus.SENDING not in parcel.statuses or channel.deduplicates:
        return parcel
    statuses = tuple(
        MessageStatus.UNKNOWN if one is MessageStatus.SENDING else one for one in parcel.statuses
    )
    problem = "a run was interrupted while sending it"
    return replace(parcel, statuses=statuses, at=clock.now(), problem=problem)


def _send(
    parcel: Parcel, number: int, channel: Channel, clock: Clock
) -> tuple[MessageStatus, str | None]:
    """Send one message, retrying with growing pauses; return its status and the problem."""
    # The name identifies a message across retries; a newly written one gets another.
    written = f"{parcel.since:%Y-%m-%dT%H:%M:%S.%f}"
    name = f"{parcel.profile}/{parcel.channel}/{parcel.occasion}/{parcel.day}/{written}/{number}"
    failed = MessageStatus.WAITING
    for pause in (*PAUSES, None):
        try:
            channel.send(_public(parcel.messages[number]), name)
        except ChannelRefused as error:
            refused = failed is MessageStatus.WAITING
            return MessageStatus.REFUSED if refused else failed, str(error)
        except MaybeDelivered as error:
            if not channel.deduplicates:
                return MessageStatus.UNKNOWN, str(error)
            failed = MessageStatus.SENDING
            wait, problem = pause, error.problem
        except DeliveryError as error:
            wait, problem = _wait(error, pause), error.problem
        else:
            # The problem of an earlier unconfirmed message is kept.
            return (
                MessageStatus.DELIVERED,
                parcel.problem if MessageStatus.UNKNOWN in parcel.statuses else None,
            )
        if wait is None:
            return failed, problem
        _log.info("channel %s: attempt failed, next in %.0f s", parcel.channel, wait)
        clock.sleep(wait)
    raise AssertionError("the last pause is none")  # pragma: no cover


def _public(message: Message) -> Message:
    """Return the message without any known secret."""
    return replace(
        message,
        subject=redacted(message.subject),
        text=redacted(message.text),
        html=redacted(message.html) if message.html else message.html,
    )


def _wait(error: DeliveryError, pause: float | None) -> float | None:
    """Return the seconds to wait before the next attempt; None leaves it to another run."""
    requested = error.retry_after if isinstance(error, ChannelBusy) else None
    if pause is None or (requested or 0.0) > LONGEST_PAUSE:
        return None
    return max(pause, requested or 0.0)


def _with(
    parcel: Parcel, number: int, status: MessageStatus, clock: Clock, problem: str | None
) -> Parcel:
    statuses = tuple(status if n == number else one for n, one in enumerate(parcel.statuses))
    return replace(parcel, statuses=statuses, at=clock.now(), problem=problem)
