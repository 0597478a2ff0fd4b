"""Send to chats and push services through Apprise, which knows a hundred kinds."""

from __future__ import annotations

import json
import logging
import re
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeout
from contextvars import copy_context
from http import HTTPStatus
from threading import Thread
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from paperlark.channels import server_words
from paperlark.channels._recorded_requests import HttpCall, record_requests
from paperlark.domain.delivery import Message, MessageFormat, Style
from paperlark.domain.errors import ChannelBusy, ChannelRefused, DeliveryError, MaybeDelivered
from paperlark.http.connecting import cut_off

if TYPE_CHECKING:
    from apprise import NotifyBase

_log = logging.getLogger(__name__)
_SECONDS = 60.0
"""Seconds for a whole message: connecting, and every byte of every answer."""
_TO_HANG_UP = 2.0
"""Seconds in which requests that are cut off come back."""
_SHORTEST = 300
"""Characters. A shorter message has no room for a paper."""
_COMFORTABLE = 12_000
"""Characters. Longer messages are not read, even where the service takes them."""
_ROOM = 0.9
"""Share of the service's limit that is used: Apprise escapes some characters."""
_SUBJECT = 200
_PLAIN = frozenset({"DingTalk"})
"""Services with a Markdown dialect of their own, which get plain text."""
_SECRET = 6
"""Characters. Shorter parts of an address are not secret: a port, a mode."""
_GATEWAY_GAVE_UP = frozenset({408, 502, 504, 520, 522, 524})
"""A gateway answers with these when it lost the connection to the service."""
_ANSWERS_IN_JSON = frozenset({"DingTalk", "Feishu", "Lark (Feishu)", "WeCom Bot", "Telegram"})
"""Services that report failures in the body of an answer with status 200."""
_CODES = ("errcode", "code", "StatusCode")
_TOO_OFTEN = frozenset({9499, 11232, 45009, 45011, 130101, 410100, 660026})
"""Codes of theirs that mean: too many messages, try later."""
_MAIL = frozenset({"mailto", "mailtos"})


class NotifyChannel:
    """Implements Channel for an Apprise address; `name` is the reader's name for it.

    Raises ChannelRefused where Apprise does not know the address, or it names several places.
    """

    deduplicates = False

    def __init__(self, address: str, name: str, *, seconds: float = _SECONDS) -> None:
        self._seconds = seconds
        self._name = name
        self._address = address
        self._service = self._open(address)
        self.message_format = _form(self._service, name)

    def send(self, message: Message, name: str) -> None:  # noqa: ARG002  # chats do not recognize copies
        """Send a message; raises DeliveryError."""
        from apprise.exception import AppriseException  # noqa: PLC0415  # 0.2 s

        with cut_off(self._seconds) as limit, record_requests(self._service, limit) as calls:
            try:
                arrived = self._notify(message)
            except AppriseException as error:
                raise ChannelRefused(
                    f"{self._name}: Apprise could not send it ({type(error).__name__})"
                ) from error
            if arrived and limit.is_over:
                # An answer that was cut off in its header looks like a whole one to the library.
                raise self._unfinished()
        statuses = ", ".join(
            "no answer" if one.status is None else str(one.status) for one in calls
        )
        _log.info("%s: %s answered: %s", self._name, self._service.service_name, statuses)
        failure = self._failure(calls) if not arrived else self._reported_failure(calls)
        if failure is not None:
            raise failure

    def _notify(self, message: Message) -> bool:
        """Send it in a thread, which is left behind where a service without HTTP never ends."""
        ended: Future[bool] = Future()
        context = copy_context()

        def work() -> None:
            try:
                ended.set_result(
                    bool(
                        context.run(
                            self._service.notify,
                            body=message.text,
                            title=message.subject,
                            body_format=self.message_format.style.value,
                        )
                    )
                )
            except BaseException as error:  # noqa: BLE001  # raised where it is waited for
                ended.set_exception(error)

        Thread(target=work, daemon=True, name="a message under way").start()
        try:
            return ended.result(self._seconds + _TO_HANG_UP)
        except FutureTimeout:
            raise self._unfinished() from None

    def _unfinished(self) -> MaybeDelivered:
        service = self._service.service_name
        return MaybeDelivered(f"{self._name}: {service} did not finish within {self._seconds:g} s")

    def _open(self, address: str) -> NotifyBase:
        import apprise  # noqa: PLC0415  # 0.2 s

        if address.partition(":")[0].lower() in _MAIL:
            raise ChannelRefused(
                f"{self._name}: its secret is an Apprise mail address",
                hint="use `mail` and a table [mail]: then each mail arrives once",
            )
        # No pictures from elsewhere beside the message, and nothing kept on disk.
        asset = apprise.AppriseAsset(
            app_id="paperlark", app_desc="paperlark", image_url_mask="", image_url_logo=""
        )
        service = apprise.Apprise.instantiate(address, asset=asset, suppress_exceptions=True)
        if not isinstance(service, apprise.NotifyBase):
            raise ChannelRefused(
                f"{self._name}: its secret is not an address that Apprise knows",
                hint="write it as in https://appriseit.com/services/",
            )
        if len(service) > 1:
            raise ChannelRefused(
                f"{self._name}: its address names {len(service)} places",
                hint="give each a table [[deliver]] of its own, so that each has its receipts",
            )
        return service

    def _failure(self, calls: list[HttpCall]) -> DeliveryError:
        """Classify a failure as one of three kinds."""
        if not calls:
            # Services that do not use HTTP are not recorded.
            return MaybeDelivered(f"{self._name}: Apprise reports a failure without a reason")
        last = calls[-1]
        problem = f"{self._name}: {self._describe(last)}"
        if any(call.accepted for call in calls[:-1]) or _lost(last):
            return MaybeDelivered(problem)
        busy = (HTTPStatus.TOO_MANY_REQUESTS, *range(500, 600))
        if last.status is None or last.status in busy:
            return ChannelBusy(problem, retry_after=last.retry_after)
        return ChannelRefused(problem, hint="check the channel's address")

    def _reported_failure(self, calls: list[HttpCall]) -> DeliveryError | None:
        """Find a failure in an answer that Apprise took for a success."""
        if not calls or str(self._service.service_name) not in _ANSWERS_IN_JSON:
            return None
        code = _code(calls[-1].text)
        if code == 0:
            return None
        problem = f"{self._name}: {self._describe(calls[-1])}"
        if code in _TOO_OFTEN:
            return ChannelBusy(problem)
        return ChannelRefused(problem, hint="check the channel's address")

    def _describe(self, call: HttpCall) -> str:
        """Describe what came back, without any part of the secret."""
        if call.status is None:
            return "the answer was lost" if call.sent else "it cannot be reached"
        parts = {part for part in re.split(r"[/?&=:@#]+", self._address) if len(part) >= _SECRET}
        words = server_words(call.text, parts | {unquote(part) for part in parts})
        return f"it answered {call.status}" + (f": {words}" if words else "")


def _code(text: str) -> int:
    """Read the error code in an answer; 0 for success, -1 for a failure without a code."""
    try:
        answer = json.loads(text)
    except ValueError:
        return 0
    if not isinstance(answer, dict) or answer.get("ok") is True:
        return 0
    if answer.get("ok") is False:
        return -1
    codes = (answer.get(name) for name in _CODES)
    return next((code for code in codes if isinstance(code, int) and code), 0)


def _lost(call: HttpCall) -> bool:
    return (call.status is None and call.sent) or call.status in _GATEWAY_GAVE_UP


def _form(service: Any, name: str) -> MessageFormat:  # noqa: ANN401  # Apprise's classes share no typed limits
    longest = int(min(service.body_maxlen * _ROOM, _COMFORTABLE))
    if longest < _SHORTEST:
        raise ChannelRefused(
            f"{name}: this service takes at most {service.body_maxlen} characters per message",
            hint="choose one with room for a paper",
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
    """Count as the strictest services do: in bytes of UTF-8."""
    return len(text.encode("utf-8", "replace"))
