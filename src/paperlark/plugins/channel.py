"""A channel of a plug-in: late or broken, it may have delivered, and the message says so."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from paperlark.domain import plain_text
from paperlark.domain.delivery import Message, MessageFormat
from paperlark.domain.errors import (
    ChannelBusy,
    ChannelRefused,
    DeliveryError,
    MaybeDelivered,
    PaperlarkError,
    PluginError,
)
from paperlark.plugins.watched import call
from paperlark.ports import Channel

_LONGEST = 300
_LONGEST_WAIT = 86_400.0
_LEAST_TEXT = 200
"""Characters that a message must hold at least."""


class PluginChannel:
    """Implements Channel by that of a plug-in, which it calls for at most so many seconds."""

    def __init__(self, channel: Channel, plugin: str, at_most: float) -> None:
        self._channel, self._plugin, self._at_most = channel, plugin, at_most

        def look() -> tuple[object, object]:
            return channel.message_format, channel.deduplicates

        wanted, deduplicates = call(plugin, look, at_most)
        if not isinstance(wanted, MessageFormat) or wanted.longest < _LEAST_TEXT:
            raise PluginError(
                f"the channel plug-in {plugin} states no MessageFormat of at least"
                f" {_LEAST_TEXT} characters"
            )
        # What measures a text is called for each part of it, and no plug-in's.
        self._format = replace(wanted, measure=len)
        self._deduplicates = deduplicates is True

    @property
    def message_format(self) -> MessageFormat:
        """The format of its messages, in characters."""
        return self._format

    @property
    def deduplicates(self) -> bool:
        """Whether a message sent twice under one name is delivered once."""
        return self._deduplicates

    def send(self, message: Message, name: str) -> None:
        """Send a message; what is no DeliveryError leaves unknown whether it was delivered."""
        try:
            call(self._plugin, lambda: self._channel.send(message, name), self._at_most)
        except DeliveryError as error:
            raise _bounded(error) from error
        except PaperlarkError as error:
            raise MaybeDelivered(_short(error.problem), hint=error.hint) from error


def _bounded(error: DeliveryError) -> DeliveryError:
    """Return the same kind of error, with a text and a wait that are bounded."""
    problem = _short(error.problem)
    hint = _short(error.hint) if error.hint else None
    if isinstance(error, ChannelBusy):
        wait: Any = error.retry_after
        sound = isinstance(wait, int | float) and 0 <= wait <= _LONGEST_WAIT  # which NaN is not
        return ChannelBusy(problem, hint=hint, retry_after=float(wait) if sound else None)
    if isinstance(error, ChannelRefused):
        return ChannelRefused(problem, hint=hint)
    return MaybeDelivered(problem, hint=hint)


def _short(text: str) -> str:
    return plain_text.one_line(text)[:_LONGEST]
