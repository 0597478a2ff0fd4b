"""Requests to Zotero's web API, version 3: bounded, patient within limits, one line per failure.

https://www.zotero.org/support/dev/web_api/v3/basics
https://www.zotero.org/support/dev/web_api/v3/write_requests
"""

from __future__ import annotations

import json
import logging
import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Self, TypeVar

from paperlark.domain.errors import ZoteroError
from paperlark.http.response import HttpError, InvalidRequest, Response, ResponseTooLarge
from paperlark.http.retry_after import retry_after

_log = logging.getLogger(__name__)

API = "https://api.zotero.org"
PAGE = 100
"""Objects in one answer, at most."""
AT_ONCE = 50
"""Objects that one request can write, or ask for by their keys."""
PAUSES = (3.0, 15.0)
"""Seconds before the second and third attempt, unless Zotero asks for more."""
PATIENCE = 300.0
"""Seconds that one run waits for Zotero in all; what asks for more is left to the next run."""
_LARGEST = 32_000_000
_SECONDS = 60.0
"""For one whole exchange."""
_MOST = 100_000
"""Objects that are read of a library."""
_KEYS = "https://www.zotero.org/settings/keys"
_NO_KEY = re.compile(r"[^!-~]")
_NUMBER = re.compile(r"[0-9]{1,15}", re.ASCII)
_LONGEST_TEXT = 200
_BUSY = {
    HTTPStatus.CONFLICT,  # the library is locked by another write
    HTTPStatus.TOO_MANY_REQUESTS,
    HTTPStatus.INTERNAL_SERVER_ERROR,
    HTTPStatus.BAD_GATEWAY,
    HTTPStatus.SERVICE_UNAVAILABLE,
    HTTPStatus.GATEWAY_TIMEOUT,
}
_ANSWERS = {
    HTTPStatus.OK,
    HTTPStatus.NO_CONTENT,
    HTTPStatus.NOT_MODIFIED,
    HTTPStatus.NOT_FOUND,
    HTTPStatus.PRECONDITION_FAILED,
}

Value = Any  # a JSON value; each step of reading it is checked


_Value = TypeVar("_Value")


def blocks(values: Sequence[_Value], size: int = AT_ONCE) -> Iterator[Sequence[_Value]]:
    """Yield the values, at most `size` at a time."""
    for start in range(0, len(values), size):
        yield values[start : start + size]


@dataclass(frozen=True, slots=True)
class ZoteroAnswer:
    """One answer: its JSON (None where it has none), the library's version, and the total.

    `version` and `total` are 0 where the answer does not state them.
    """

    status: int
    value: Value
    version: int = 0
    total: int = 0


@dataclass(frozen=True, slots=True)
class KeyAccess:
    """What a key may do: whose it is, and the libraries that it can read and write."""

    user: str
    readable: frozenset[str]
    writable: frozenset[str]
    all_groups_readable: bool = False
    all_groups_writable: bool = False

    def can_read(self, library: str) -> bool:
        """Return whether the key opens `users/12345` or `groups/678`."""
        return library in self.readable or (
            self.all_groups_readable and library.startswith("groups/")
        )

    def can_write(self, library: str) -> bool:
        """Return whether the key may change that library."""
        return library in self.writable or (
            self.all_groups_writable and library.startswith("groups/")
        )


class ZoteroApi:
    """Asks Zotero with one key; waits as it is told to, `PATIENCE` seconds in all.

    Every request is safe to send again: writes name the version of each object that they change.
    """

    def __init__(
        self,
        *,
        key: str | None,
        user_agent: str,
        url: str = API,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        from paperlark.http.client import BoundedClient  # noqa: PLC0415  # loads an HTTP library

        if key is not None and (not key or _NO_KEY.search(key)):
            # The HTTP library's own error would print it.
            raise ZoteroError("the Zotero key is not valid", hint=f"copy it again from {_KEYS}")
        self._url = url.rstrip("/")
        self._headers = {"Zotero-API-Version": "3"} | ({"Zotero-API-Key": key} if key else {})
        self._client = BoundedClient(largest=_LARGEST, seconds=_SECONDS, user_agent=user_agent)
        self._sleep = sleep
        self._patience = PATIENCE
        self._backoff = 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def access(self) -> KeyAccess:
        """Return what the key may do; raises ZoteroError where there is no such key."""
        answer = self.get("keys/current", refused="the Zotero key is not valid")
        found = answer.value if isinstance(answer.value, dict) else {}
        user = str(found.get("userID", ""))
        if answer.status == HTTPStatus.NOT_FOUND or not _NUMBER.fullmatch(user):
            raise ZoteroError("the Zotero key is not valid", hint=f"make a new one: {_KEYS}")
        return _access(user, found.get("access"))

    def get(
        self,
        path: str,
        params: Mapping[str, str | int] | None = None,
        *,
        since: int | None = None,
        refused: str | None = None,
    ) -> ZoteroAnswer:
        """Ask; `since` is the version that is known, for which the answer may be 304.

        `refused` is what HTTP 403 means there. Raises ZoteroError.
        """
        headers = {} if since is None else {"If-Modified-Since-Version": str(since)}
        return self._ask(path, headers, refused, params=params or {})

    def pages(
        self, path: str, params: Mapping[str, str | int] | None = None
    ) -> Iterator[ZoteroAnswer]:
        """Yield all pages of a list; raises ZoteroError."""
        start = 0
        while start < _MOST:
            answer = self.get(path, {**(params or {}), "limit": PAGE, "start": start})
            if answer.status != HTTPStatus.OK or not isinstance(answer.value, list):
                raise ZoteroError(f"there is no {path} in Zotero", hint="check [zotero] library")
            yield answer
            start += PAGE
            # A proxy may leave the total out: then only a page that is not full is the last.
            if start >= answer.total and (answer.total or len(answer.value) < PAGE):
                return

    def write(self, path: str, objects: Sequence[Mapping[str, Value]]) -> ZoteroAnswer:
        """Create and change at most 50 objects, each with its key and version (0: it is new).

        The answer states what became of each. Raises ZoteroError.
        """
        refused = "the Zotero key may not write to this library"
        answer = self._ask(path, {}, refused, objects=objects)
        if answer.status != HTTPStatus.OK or not isinstance(answer.value, dict):
            raise ZoteroError(f"Zotero did not accept the papers (HTTP {answer.status})")
        return answer

    def _ask(
        self,
        path: str,
        headers: Mapping[str, str],
        refused: str | None,
        *,
        params: Mapping[str, str | int] | None = None,
        objects: Sequence[Mapping[str, Value]] | None = None,
    ) -> ZoteroAnswer:
        """Send a request until it is answered, or the pauses or the patience are used up."""
        sent = {**self._headers, **headers}
        method, content = "GET", None
        if objects is not None:
            method, content = "POST", json.dumps(objects)
            sent["Content-Type"] = "application/json"
        self._wait(self._backoff, "it asks for a pause")
        self._backoff = 0.0
        for pause in (*PAUSES, None):
            try:
                response = self._client.request(
                    method, f"{self._url}/{path}", params=params, headers=sent, content=content
                )
            except (InvalidRequest, ResponseTooLarge) as error:
                raise ZoteroError(f"Zotero cannot be asked ({error.reason})") from error
            except HttpError as error:
                problem, asked = f"could not be reached ({error.reason})", None
            else:
                self._backoff = _seconds(response.headers.get("Backoff", ""))
                if response.status not in _BUSY:
                    return _read(response, refused)
                problem, asked = f"is busy (HTTP {response.status})", retry_after(response.headers)
            if pause is None:
                raise ZoteroError(f"Zotero {problem}", hint="the next run tries again")
            _log.info("Zotero %s, next attempt in %.0f s", problem, max(pause, asked or 0.0))
            self._wait(max(pause, asked or 0.0), problem)
        raise AssertionError("the last pause is none")  # pragma: no cover

    def _wait(self, seconds: float, why: str) -> None:
        if seconds <= 0:
            return
        if seconds > self._patience:
            raise ZoteroError(
                f"Zotero {why}, and wants {seconds:.0f} s", hint="the next run tries again"
            )
        self._patience -= seconds
        self._sleep(seconds)


def _read(response: Response, refused: str | None) -> ZoteroAnswer:
    said = _one_line(response.content)
    if response.status == HTTPStatus.FORBIDDEN:
        raise ZoteroError(
            refused or "the Zotero key does not open this library",
            hint=f"see what it may do: {_KEYS}",
        )
    if response.status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        raise ZoteroError(
            # Of a full library and of a request that is too large, only the text tells which.
            f"Zotero accepts no more: {said or 'HTTP 413'}",
            hint="if its storage is full, make room at https://www.zotero.org/settings/storage",
        )
    if response.status not in _ANSWERS:
        raise ZoteroError(f"Zotero answered HTTP {response.status}: {said or 'nothing'}")
    try:
        value = json.loads(response.content) if response.content else None
    except (ValueError, RecursionError):
        if response.status == HTTPStatus.OK:
            raise ZoteroError("Zotero answered with something that is not JSON") from None
        value = None
    headers = response.headers
    version, total = (headers.get(one, "") for one in ("Last-Modified-Version", "Total-Results"))
    return ZoteroAnswer(response.status, value, _number(version), _number(total))


def _access(user: str, access: Value) -> KeyAccess:
    """Parse what a key may do; what is not understood it may not."""
    own, groups = (
        access.get(part) if isinstance(access, dict) else None for part in ("user", "groups")
    )
    libraries = {f"users/{user}": own}
    if isinstance(groups, dict):
        libraries |= {f"groups/{name}": rights for name, rights in groups.items()}
    rights = {name: one for name, one in libraries.items() if isinstance(one, dict)}
    for_all = rights.pop("groups/all", {})
    return KeyAccess(
        user=user,
        readable=frozenset(name for name, one in rights.items() if one.get("library")),
        writable=frozenset(name for name, one in rights.items() if one.get("write")),
        all_groups_readable=bool(for_all.get("library")),
        all_groups_writable=bool(for_all.get("write")),
    )


def _number(text: str) -> int:
    return int(text) if _NUMBER.fullmatch(text.strip()) else 0


def _seconds(text: str) -> float:
    return float(_number(text))


def _one_line(content: bytes) -> str:
    text = content[: 4 * _LONGEST_TEXT].decode("utf-8", "replace")
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return line[:_LONGEST_TEXT]
