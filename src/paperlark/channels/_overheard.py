"""What came of each HTTP request that Apprise made.

Apprise tells only whether a message arrived. Whether one that did not may be sent again depends on
how it failed, so its requests are listened to while it sends, at the two places they all pass:
where requests sends one, and where its bytes go out.
"""

from __future__ import annotations

import http.client
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

_ONE_AT_A_TIME = threading.Lock()
_LONGEST = 64 * 1024
_TO_THE_PROXY = b"CONNECT "
"""So begins what a proxy is asked; the service hears nothing of it."""


@dataclass(frozen=True, slots=True)
class Call:
    """One request: the answer's status, its Retry-After in seconds and its text.

    `status` None: no answer came. `sent` False: nothing of the request went to the service.
    """

    status: int | None
    retry_after: float | None = None
    text: str = ""
    sent: bool = True

    @property
    def accepted(self) -> bool:
        """Whether the service took what was asked."""
        return self.status is not None and HTTPStatus(200) <= self.status < HTTPStatus(300)


@contextmanager
def overheard() -> Iterator[list[Call]]:
    """Give a list that every request made meanwhile is added to, in order."""
    import requests  # noqa: PLC0415  # comes with Apprise, which only who delivers waits for

    calls: list[Call] = []
    sent = False
    usual_send, usual_bytes = requests.Session.send, http.client.HTTPConnection.send

    def send_bytes(connection: Any, data: Any) -> None:  # noqa: ANN401  # as there
        nonlocal sent
        try:
            usual_bytes(connection, data)
        finally:
            # Without a socket there was no connection, and nothing could go out.
            if connection.sock is not None and not _is_to_the_proxy(data):
                sent = True

    def send(session: Any, request: Any, **options: Any) -> Any:  # noqa: ANN401  # as there
        nonlocal sent
        if calls and calls[-1].status == HTTPStatus.TOO_MANY_REQUESTS:
            # Some of Apprise's services ask again at once; a service that wants a pause gets it.
            raise requests.ConnectionError("the service asked for a pause")
        sent = False
        try:
            reply = usual_send(session, request, **options)
        except requests.RequestException:
            calls.append(Call(None, sent=sent))
            raise
        wait = _seconds(reply.headers.get("Retry-After", ""))
        calls.append(Call(reply.status_code, wait, reply.text[:_LONGEST]))
        return reply

    with (
        _ONE_AT_A_TIME,
        _in_place(requests.Session, "send", send),
        _in_place(http.client.HTTPConnection, "send", send_bytes),
    ):
        yield calls


@contextmanager
def _in_place(owner: type, name: str, other: object) -> Iterator[None]:
    """Put something in the place of a method, and the method back at the end."""
    usual = getattr(owner, name)
    setattr(owner, name, other)
    try:
        yield
    finally:
        setattr(owner, name, usual)


def _is_to_the_proxy(data: object) -> bool:
    return isinstance(data, bytes) and data.startswith(_TO_THE_PROXY)


def _seconds(text: str) -> float | None:
    try:
        return max(0.0, float(text))
    except ValueError:
        return None
