"""What an HTTP exchange ends with: a response, or one of these errors.

HttpError
├── InvalidRequest      it cannot be sent as it is: address, headers, redirects
│   └── SettingsInvalid a proxy or certificates that the environment names cannot be used
├── ConnectionFailed    no connection, or one that broke
├── TimedOut            no complete response before the deadline
├── ResponseTooLarge    more bytes than the caller accepts
└── ResponseBroken      bytes that are not HTTP, or cannot be decompressed

This module needs no HTTP library, so that adapters can be imported without loading one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from paperlark.domain.redaction import redacted


@dataclass(frozen=True, slots=True)
class Response:
    """A complete response, whatever its status; names of headers are case-insensitive.

    `content` is decompressed. `url` is the address that answered, after any redirects.
    """

    status: int
    headers: Mapping[str, str] = field(repr=False)
    content: bytes = field(repr=False)
    url: str


class HttpError(Exception):
    """There is no complete response.

    `reason` may repeat what the server sent, without known secrets. `sent` is False where the
    server surely received nothing.
    """

    def __init__(self, reason: str, *, sent: bool = True) -> None:
        self.reason = redacted(reason)
        self.sent = sent
        super().__init__(self.reason)


class InvalidRequest(HttpError):
    """The request cannot be sent as it is; sending it again will not help."""


class SettingsInvalid(InvalidRequest):
    """A variable of the environment is wrong; `reason` names it, and may be shown to anybody."""


class ConnectionFailed(HttpError):
    """The server or its proxy could not be reached, or the connection broke."""


class TimedOut(HttpError):
    """The deadline, or the time limit of a single step, passed first."""


class ResponseTooLarge(HttpError):
    """The body is larger than the caller accepts."""


class ResponseBroken(HttpError):
    """What came is not HTTP, or its body cannot be decompressed."""
