"""Chats and push services, through Apprise: one address, a hundred kinds."""

from __future__ import annotations

import json
import re
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from paperlark.channels._overheard import Call, overheard
from paperlark.channels._words import fit
from paperlark.domain.delivery import Message, MessageFormat, Style
from paperlark.domain.errors import ChannelBusy, ChannelRefused, DeliveryError, MaybeDelivered

if TYPE_CHECKING:
    from apprise import NotifyBase

_SHORTEST = 300
"""A message shorter than this holds no paper."""
_COMFORTABLE = 12_000
"""Longer ones nobody scrolls through, even where the service takes them."""
_ROOM = 0.9
"""Of what the service takes: Apprise escapes some characters in its way."""
_SUBJECT = 200
_PLAIN = frozenset({"DingTalk"})
"""Their Markdown is another one."""
_SECRET = 6
"""Shorter parts of an address are no secrets: a port, a mode."""
_GATEWAY_GAVE_UP = frozenset({408, 502, 504, 520, 522, 524})
"""What stands before a service answers so when it lost the service on the way."""
_ANSWERS_IN_JSON = frozenset({"DingTalk", "Feishu", "Lark (Feishu)", "WeCom Bot", "Telegram"})
"""Services that say no with a number in what looks like a yes."""
_VERDICTS = ("errcode", "code", "StatusCode")
_TOO_OFTEN = frozenset({9499, 11232, 45009, 45011, 130101, 410100, 660026})
"""Those numbers of theirs that mean: later."""
_MAIL = frozenset({"mailto", "mailtos"})


class NotifyChannel:
    """Implements Channel for an Apprise address; `name` is the reader's name for it.

    Raises ChannelRefused where the address is none that Apprise knows, or names several places.
    """

    deduplicates = False

    def __init__(self, address: str, name: str) -> None:
        self._name = name
        self._address = address
        self._service = self._open(address)
        self.message_format = _form(self._service, name)

    def send(self, message: Message, name: str) -> None:  # noqa: ARG002  # a chat tells no copies
        """Send a message."""
        from apprise.exception import AppriseException  # noqa: PLC0415  # 0.2 s

        with overheard() as calls:
            try:
                arrived = self._service.notify(
                    body=message.text,
                    title=message.subject,
                    body_format=self.message_format.style.value,
                )
            except AppriseException as error:
                raise ChannelRefused(
                    f"{self._name}: Apprise does not send it ({type(error).__name__})"
                ) from error
        trouble = self._trouble(calls) if not arrived else self._hidden_trouble(calls)
        if trouble is not None:
            raise trouble

    def _open(self, address: str) -> NotifyBase:
        import apprise  # noqa: PLC0415  # 0.2 s

        if address.partition(":")[0].lower() in _MAIL:
            raise ChannelRefused(
                f"{self._name}: its secret is a mail address for Apprise",
                hint="use `mail` and a table [mail]: then each mail comes once",
            )
        # No pictures from elsewhere beside the message, and nothing kept on disk.
        asset = apprise.AppriseAsset(
            app_id="paperlark", app_desc="paperlark", image_url_mask="", image_url_logo=""
        )
        service = apprise.Apprise.instantiate(address, asset=asset, suppress_exceptions=True)
        if not isinstance(service, apprise.NotifyBase):
            raise ChannelRefused(
                f"{self._name}: its secret is no address that Apprise knows",
                hint="write it as in https://appriseit.com/services/",
            )
        if len(service) > 1:
            raise ChannelRefused(
                f"{self._name}: its address names {len(service)} places",
                hint="give each a table [[deliver]] of its own, so that each has its receipts",
            )
        return service

    def _trouble(self, calls: list[Call]) -> DeliveryError:
        """Say which of the three kinds of failure it was."""
        if not calls:
            # Some services are spoken to in other ways, which nobody overhears.
            return MaybeDelivered(f"{self._name}: Apprise says no more than that it failed")
        last = calls[-1]
        problem = f"{self._name}: {self._said(last)}"
        if any(call.accepted for call in calls[:-1]) or _lost(last):
            return MaybeDelivered(problem)
        busy = (HTTPStatus.TOO_MANY_REQUESTS, *range(500, 600))
        if last.status is None or last.status in busy:
            return ChannelBusy(problem, retry_after=last.retry_after)
        return ChannelRefused(problem, hint="check the channel's address")

    def _hidden_trouble(self, calls: list[Call]) -> DeliveryError | None:
        """Find a no in an answer that Apprise takes for a yes."""
        if not calls or str(self._service.service_name) not in _ANSWERS_IN_JSON:
            return None
        verdict = _verdict(calls[-1].text)
        if verdict == 0:
            return None
        problem = f"{self._name}: {self._said(calls[-1])}"
        if verdict in _TOO_OFTEN:
            return ChannelBusy(problem)
        return ChannelRefused(problem, hint="check the channel's address")

    def _said(self, call: Call) -> str:
        """Tell what came back, without any part of the secret."""
        if call.status is None:
            return "the answer was lost" if call.sent else "it cannot be reached"
        parts = {part for part in re.split(r"[/?&=:@#]+", self._address) if len(part) >= _SECRET}
        words = fit(call.text, parts | {unquote(part) for part in parts})
        return f"it answered {call.status}" + (f": {words}" if words else "")


def _verdict(text: str) -> int:
    """Read the number of an answer, 0 where all is well; -1 stands for a bare no."""
    try:
        answer = json.loads(text)
    except ValueError:
        return 0
    if not isinstance(answer, dict) or answer.get("ok") is True:
        return 0
    if answer.get("ok") is False:
        return -1
    numbers = (answer.get(name) for name in _VERDICTS)
    return next((number for number in numbers if isinstance(number, int) and number), 0)


def _lost(call: Call) -> bool:
    return (call.status is None and call.sent) or call.status in _GATEWAY_GAVE_UP


def _form(service: Any, name: str) -> MessageFormat:  # noqa: ANN401  # Apprise's classes share no typed limits
    longest = int(min(service.body_maxlen * _ROOM, _COMFORTABLE))
    if longest < _SHORTEST:
        raise ChannelRefused(
            f"{name}: such a channel takes messages of {service.body_maxlen} characters",
            hint="choose one that has room for a paper",
        )
    subject = min(service.title_maxlen, _SUBJECT)
    plain = str(service.service_name) in _PLAIN
    style = Style.TEXT if plain else _style(service.notify_format)
    return MessageFormat(style, longest, subject, measure=_bytes)


def _style(formats: Any) -> Style:  # noqa: ANN401  # one, or several in order
    known = [str(getattr(one, "value", one)) for one in _several(formats)]
    if known[0] == Style.HTML:
        return Style.HTML
    return next((style for style in (Style.MARKDOWN, Style.HTML) if style in known), Style.TEXT)


def _several(formats: Any) -> tuple[Any, ...]:  # noqa: ANN401
    return tuple(formats) if isinstance(formats, tuple | list) else (formats,)


def _bytes(text: str) -> int:
    """Count as the strictest services do; nobody counts a text as longer."""
    return len(text.encode("utf-8", "replace"))
