"""One request to Semantic Scholar: within bounds of time and size, and without telling the key."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus

import httpx

from paperlark.domain.errors import PeopleError

_LARGEST = 32_000_000
_LONGEST_TEXT = 200


@dataclass(frozen=True, slots=True)
class ServiceResponse:
    """What came back: JSON (None where it is none), and the complaint in it, "" without one."""

    status: int
    payload: object
    complaint: str
    retry_after: str


class Endpoint:
    """An address that takes JSON by POST; an answer must come whole in `timeout` seconds."""

    def __init__(
        self,
        url: str,
        *,
        key: str | None,
        user_agent: str,
        timeout: float,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self.server = url.partition("://")[2].partition("/")[0].rpartition("@")[2]
        self._url = url
        self._key = (key or "").strip() or None
        self._client = httpx.Client(headers={"User-Agent": user_agent}, timeout=timeout)
        self._timeout = timeout
        self._now = now

    @property
    def has_key(self) -> bool:
        """Whether it is asked with a key."""
        return self._key is not None

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def post(self, body: Mapping[str, object], **params: str) -> ServiceResponse:
        """Send one request; raises PeopleError when nothing comes, or more than can be."""
        headers = self._headers()
        content = json.dumps(body).encode()
        try:
            with self._client.stream(
                "POST", self._url, params=params, content=content, headers=headers
            ) as response:
                return self._answer(response)
        except httpx.TimeoutException as error:
            raise self._late() from error
        except (httpx.InvalidURL, httpx.UnsupportedProtocol, httpx.LocalProtocolError) as error:
            raise PeopleError(f"{self.server or 'the address'} cannot be asked") from error
        except httpx.HTTPError as error:
            reason = _one_line(str(error)) or type(error).__name__
            raise PeopleError(
                f"{self.server} could not be reached ({reason})", retry=True
            ) from error

    def _headers(self) -> dict[str, str]:
        if self._key is None:
            return {"Content-Type": "application/json"}
        if not (self._key.isascii() and self._key.isprintable()):
            # The client's own error would print it.
            raise PeopleError("the key holds characters that no key has")
        return {"Content-Type": "application/json", "x-api-key": self._key}

    def _answer(self, response: httpx.Response) -> ServiceResponse:
        content = self._content(response)
        try:
            payload = json.loads(content)
        except (ValueError, RecursionError):
            payload = None
        return ServiceResponse(
            status=response.status_code,
            payload=payload,
            complaint=self._complaint(response, content, payload),
            retry_after=response.headers.get("Retry-After", ""),
        )

    def _content(self, response: httpx.Response) -> bytes:
        """Read the body; the client's own timeout is one for every chunk of it."""
        end = self._now() + self._timeout
        content = bytearray()
        for chunk in response.iter_bytes():
            content += chunk
            if len(content) > _LARGEST:
                raise PeopleError(f"{self.server} answered with more than can be", fewer=True)
            if self._now() > end:
                raise self._late()
        return bytes(content)

    def _complaint(self, response: httpx.Response, content: bytes, payload: object) -> str:
        """Find `{"error": "…"}` of the API, or `{"message": "…"}` of what stands before it."""
        said: object = ""
        if isinstance(payload, Mapping):
            said = payload.get("error") or payload.get("message") or ""
        elif response.status_code != HTTPStatus.OK:
            said = content.decode("utf-8", "replace")
        text = said if isinstance(said, str) else json.dumps(said)
        return _one_line(text.replace(self._key, "[key]") if self._key else text)

    def _late(self) -> PeopleError:
        return PeopleError(
            f"{self.server} did not answer within {self._timeout:g} seconds", retry=True
        )


def _one_line(text: str) -> str:
    """Make a server's words fit for a terminal and a page: printable, on one line, short."""
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return line if len(line) <= _LONGEST_TEXT else f"{line[:_LONGEST_TEXT]}…"
