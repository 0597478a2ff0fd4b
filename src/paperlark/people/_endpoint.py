"""One JSON request to Semantic Scholar, bounded in time and size, without showing the key."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus

from paperlark.domain.errors import PeopleError
from paperlark.domain.redaction import redact
from paperlark.http.response import (
    HttpError,
    InvalidRequest,
    Response,
    ResponseTooLarge,
    SettingsInvalid,
    TimedOut,
)
from paperlark.http.retry_after import retry_after

_LARGEST = 32_000_000
_LONGEST_TEXT = 200


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back: JSON (None where it is not JSON), and the error it states, or ""."""

    status: int
    payload: object
    complaint: str
    retry_after: float | None


class Endpoint:
    """An address that takes JSON by POST; a whole reply must come within `timeout` seconds."""

    def __init__(self, url: str, *, key: str | None, user_agent: str, timeout: float) -> None:
        from paperlark.http.client import BoundedClient  # noqa: PLC0415  # loads an HTTP library

        self.server = url.partition("://")[2].partition("/")[0].rpartition("@")[2]
        self._url = url
        self._key = (key or "").strip() or None
        self._client = BoundedClient(largest=_LARGEST, seconds=timeout, user_agent=user_agent)

    @property
    def has_key(self) -> bool:
        """Whether requests carry a key."""
        return self._key is not None

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def post(self, body: Mapping[str, object], **params: str) -> Reply:
        """Send one request; raises PeopleError where no usable reply comes."""
        headers = self._headers()
        content = json.dumps(body).encode()
        try:
            response = self._client.request(
                "POST", self._url, params=params, content=content, headers=headers
            )
        except HttpError as error:
            raise self._failure(error) from error
        return self._read(response)

    def _headers(self) -> dict[str, str]:
        if self._key is None:
            return {"Content-Type": "application/json"}
        if not (self._key.isascii() and self._key.isprintable()):
            # The client's own error would print it.
            raise PeopleError("the key contains characters that are not allowed in a key")
        return {"Content-Type": "application/json", "x-api-key": self._key}

    def _failure(self, error: HttpError) -> PeopleError:
        if isinstance(error, TimedOut):
            return PeopleError(
                f"{self.server} did not answer within {self._client.seconds:g} seconds", retry=True
            )
        if isinstance(error, SettingsInvalid):
            return PeopleError(f"{self.server} cannot be asked: {error.reason}")
        if isinstance(error, InvalidRequest):
            return PeopleError(f"{self.server or 'the address'} cannot be asked")
        if isinstance(error, ResponseTooLarge):
            return PeopleError(f"{self.server} answered with too much data", fewer=True)
        return PeopleError(
            f"{self.server} could not be reached ({_one_line(error.reason)})", retry=True
        )

    def _read(self, response: Response) -> Reply:
        try:
            payload = json.loads(response.content)
        except (ValueError, RecursionError):
            payload = None
        return Reply(
            status=response.status,
            payload=payload,
            complaint=self._complaint(response, payload),
            retry_after=retry_after(response.headers),
        )

    def _complaint(self, response: Response, payload: object) -> str:
        """Find `{"error": "…"}` of the API, or `{"message": "…"}` of the gateway before it."""
        said: object = ""
        if isinstance(payload, Mapping):
            said = payload.get("error") or payload.get("message") or ""
        elif response.status != HTTPStatus.OK:
            said = response.content.decode("utf-8", "replace")
        text = said if isinstance(said, str) else json.dumps(said)
        return _one_line(redact(text, (self._key,)) if self._key else text)


def _one_line(text: str) -> str:
    """Make a server's words fit for a terminal and a page: printable, on one line, short."""
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return line if len(line) <= _LONGEST_TEXT else f"{line[:_LONGEST_TEXT]}…"
