"""A webhook: one signed request for each saved paper, and for each that has changed since.

Headers and signature are those of Standard Webhooks: HMAC-SHA256 over id, time and body.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import ipaddress
import json
import logging
import socket
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from urllib.parse import urlsplit
from uuid import uuid4

from paperlark.domain.errors import SavingError
from paperlark.domain.saving import CopyState, SavedCopy, SavedPaper
from paperlark.http.client import BoundedClient
from paperlark.http.connecting import in_time
from paperlark.http.network_settings import proxy_for
from paperlark.http.response import HttpError, InvalidRequest, Response
from paperlark.http.retry_after import retry_after
from paperlark.ports import SavedCopies

NAME = "webhook"
SAVED, UPDATED = "paper.saved", "paper.updated"
PAUSES = (3.0, 15.0)
"""Seconds before the second and the third attempt, unless the service asks for more."""
LONGEST_PAUSE = 120.0
"""Seconds; a service that asks for more is left to the next run."""
_SECONDS = 30.0
_LARGEST = 64 * 1024
"""Bytes of an answer, of which only the status counts."""
_SECRET_PREFIX = "whsec_"  # noqa: S105  # what every such secret begins with
_FEWEST_BYTES, _MOST_BYTES = 24, 64
_OF_THE_PAPER = frozenset({400, 413, 415, 422})
"""Statuses that refuse one paper; others than these refuse all."""
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class WebhookClock:
    """The current time in UTC, and waiting for a number of seconds."""

    now: Callable[[], datetime]
    sleep: Callable[[float], object]


class _PaperRefused(Exception):
    """The service does not take this paper; the text says how it answered."""


def signing_key(secret: str) -> bytes:
    """Return the key in a secret such as `whsec_MfKQ…`; raises SavingError where it is none."""
    try:
        key = base64.b64decode(secret.removeprefix(_SECRET_PREFIX), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if not secret.startswith(_SECRET_PREFIX) or not _FEWEST_BYTES <= len(key) <= _MOST_BYTES:
        raise SavingError(
            "the secret of the webhook is not whsec_ and base64 of 24 to 64 bytes",
            hint='make one: echo "whsec_$(openssl rand -base64 32)"',
        )
    return key


def signature(key: bytes, event: str, timestamp: int, body: bytes) -> str:
    """Return the header webhook-signature of a body."""
    signed = f"{event}.{timestamp}.".encode() + body
    digest = hmac.new(key, signed, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(digest).decode()}"


class WebhookSaver:
    """Implements Saver for an address; `payload` returns what is told of a paper.

    `place` is the address without its secrets.

    Every event has an id, which is stored before it is sent and sent again with it: a service that
    remembers ids has each event once, others may have it twice. `private` allows addresses of this
    machine and of local networks. Raises SavingError where the secret is none.
    """

    name = NAME

    def __init__(
        self,
        url: str,
        secret: str,
        payload: Callable[[SavedPaper], Mapping[str, object]],
        clock: WebhookClock,
        *,
        place: str,
        private: bool = False,
        user_agent: str = "paperlark",
    ) -> None:
        self._url = url
        self._key = signing_key(secret)
        self._payload = payload
        self._clock = clock
        self._place = place
        self._private = private
        self._user_agent = user_agent

    @property
    def place(self) -> str:
        """The address as the profile has it: another secret is no other place."""
        return self._place

    def bring(self, papers: Sequence[SavedPaper], copies: SavedCopies) -> None:
        """Send what is new or has changed; raises SavingError where the service takes nothing."""
        known = copies.all()
        due = [
            (saved, body)
            for saved in papers
            if not _is_there(known.get(saved.paper.id), body := self._body(saved))
        ]
        if not due:
            return
        self.check()
        with BoundedClient(
            largest=_LARGEST, seconds=_SECONDS, user_agent=self._user_agent
        ) as client:
            for saved, body in due:
                self._bring(client, saved, body, known.get(saved.paper.id), copies)

    def check(self) -> None:
        """Raise SavingError where the address is private and that was not allowed."""
        parts = urlsplit(self._url)
        host = parts.hostname or ""
        if self._private or proxy_for(parts.scheme, host, parts.port) is not None:
            return
        try:
            found = in_time(
                lambda: socket.getaddrinfo(host, parts.port or 443, type=socket.SOCK_STREAM),
                _SECONDS,
            )
        except OSError as error:
            raise self._problem("its name was not found") from error
        if not all(
            ipaddress.ip_address(str(one[4][0]).partition("%")[0]).is_global for one in found
        ):
            raise SavingError(
                f"the webhook at {host} is an address of this machine or of a local network",
                hint="if that is meant: private_addresses = true in [webhook]",
            )

    def _body(self, saved: SavedPaper) -> str:
        return json.dumps(self._payload(saved), ensure_ascii=False, sort_keys=True)

    def _bring(
        self,
        client: BoundedClient,
        saved: SavedPaper,
        body: str,
        copy: SavedCopy | None,
        copies: SavedCopies,
    ) -> None:
        paper = saved.paper.id
        event, content = _event(copy, body)
        copies.keep([SavedCopy(paper, CopyState.SENDING, self._clock.now(), event, content)])
        try:
            self._send(client, event, self._envelope(event, saved, body))
        except _PaperRefused as error:
            after = SavedCopy(
                paper, CopyState.FAILED, self._clock.now(), event, content, str(error)
            )
        else:
            after = SavedCopy(paper, CopyState.THERE, self._clock.now(), event, content)
        copies.keep([after])

    def _envelope(self, event: str, saved: SavedPaper, body: str) -> bytes:
        kind = UPDATED if event.startswith(_UPDATE) else SAVED
        # The moment of the save, so that an event has the same body each time it is sent.
        return json.dumps(
            {
                "type": kind,
                "timestamp": f"{saved.saved:%Y-%m-%dT%H:%M:%SZ}",
                "data": json.loads(body),
            },
            ensure_ascii=False,
        ).encode("utf-8", "replace")

    def _send(self, client: BoundedClient, event: str, body: bytes) -> None:
        """Send an event, again after a pause where that may help."""
        for pause in (*PAUSES, None):
            problem, asked = self._attempt(client, event, body)
            if problem is None:
                return
            if pause is None or (asked or 0.0) > LONGEST_PAUSE:
                raise self._problem(problem)
            wait = max(pause, asked or 0.0)
            _log.info("webhook: attempt failed (%s), next in %.0f s", problem, wait)
            self._clock.sleep(wait)

    def _attempt(
        self, client: BoundedClient, event: str, body: bytes
    ) -> tuple[str | None, float | None]:
        """Send it once; return why it has to be sent again, and after how many seconds."""
        timestamp = int(self._clock.now().timestamp())
        headers = {
            "Content-Type": "application/json",
            "webhook-id": event,
            "webhook-timestamp": str(timestamp),
            "webhook-signature": signature(self._key, event, timestamp, body),
        }
        try:
            answer = client.request("POST", self._url, content=body, headers=headers)
        except InvalidRequest as error:
            raise self._problem(f"it cannot be asked ({error})") from error
        except HttpError as error:
            return f"no answer ({error})", None
        return self._judged(answer)

    def _judged(self, answer: Response) -> tuple[str | None, float | None]:
        status = answer.status
        if status // 100 == 2:  # noqa: PLR2004  # as HTTP has it
            return None, None
        if status == HTTPStatus.TOO_MANY_REQUESTS or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            return f"it answered {status}", retry_after(answer.headers)
        if status in _OF_THE_PAPER:
            raise _PaperRefused(f"the webhook answered {status}")
        if status // 100 == 3:  # noqa: PLR2004  # as HTTP has it
            raise self._problem(
                f"it answered {status}, a redirect", "write the new address in [webhook]"
            )
        raise self._problem(f"it answered {status}", "check the address and its secret")

    def _problem(self, what: str, hint: str | None = None) -> SavingError:
        host = urlsplit(self._url).hostname
        return SavingError(f"the webhook at {host}: {what}", hint=hint)


_CREATE, _UPDATE = "msg_s", "msg_u"
_KIND = len(_CREATE)


def _event(copy: SavedCopy | None, body: str) -> tuple[str, str]:
    """Return the id of the event that tells of a paper, and what is stored of it.

    What was not confirmed keeps its id, as long as it says the same.
    """
    content = hashlib.sha256(body.encode("utf-8", "replace")).hexdigest()
    if copy is not None and copy.content == content:
        return copy.key, content
    # A first event that never arrived is still the first.
    is_new = copy is None or (copy.state is not CopyState.THERE and copy.key.startswith(_CREATE))
    return f"{_CREATE if is_new else _UPDATE}{uuid4().hex}", content


def _is_there(copy: SavedCopy | None, body: str) -> bool:
    content = hashlib.sha256(body.encode("utf-8", "replace")).hexdigest()
    return copy is not None and copy.state is CopyState.THERE and copy.content == content
