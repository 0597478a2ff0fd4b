"""Fetch what an import needs: a file, a web address, and papers' texts from arXiv.

Web addresses are fetched within bounds of time and size, and again where that may help.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from http import HTTPStatus
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Self, TypeAlias

from paperlark.domain.errors import SourceError, Unimportable
from paperlark.domain.paper import Paper, PaperId, identify
from paperlark.http.response import HttpError, InvalidRequest, Response, ResponseTooLarge
from paperlark.importing.kinds import LARGEST
from paperlark.ports import Progress
from paperlark.settings.values import ArxivSettings

if TYPE_CHECKING:
    from paperlark.sources._client import ArxivClient

_log = logging.getLogger(__name__)
ATTEMPTS = 4
TIMEOUT = 30.0
"""Seconds for one step; all attempts together may take four times as long."""
_BUSY = {HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.BAD_GATEWAY, HTTPStatus.SERVICE_UNAVAILABLE}


class Web:
    """Fetches files; `largest` is how many bytes each may have."""

    def __init__(self, user_agent: str, *, largest: int, timeout: float = TIMEOUT) -> None:
        from paperlark.http.client import BoundedClient  # noqa: PLC0415  # loads an HTTP library

        self._client = BoundedClient(
            largest=largest, seconds=4 * timeout, step=timeout, user_agent=user_agent
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def get(
        self,
        address: str,
        *,
        params: Mapping[str, str | int] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Response:
        """Return the answer, whose status is 200; raises Unimportable where there is none."""
        import stamina  # noqa: PLC0415  # only who fetches something loads it

        end = monotonic() + self._client.seconds
        try:
            for attempt in stamina.retry_context(
                on=_RetryableError, attempts=ATTEMPTS, timeout=self._client.seconds
            ):
                with attempt:
                    left = end - monotonic()
                    return self._ask(address, params or {}, headers or {}, left)
        except _RetryableError as error:
            raise _unreachable(address, str(error)) from error
        raise _unreachable(address, "not requested")  # pragma: no cover

    def _ask(
        self,
        address: str,
        params: Mapping[str, str | int],
        headers: Mapping[str, str],
        seconds: float,
    ) -> Response:
        try:
            # Headers may hold a key, which no other server may see.
            response = self._client.request(
                "GET",
                address,
                params=params,
                headers=headers,
                seconds=seconds,
                follow_redirects=not headers,
            )
        except ResponseTooLarge as error:
            raise Unimportable(
                f"{address} answers with more than {self._client.largest >> 20} MB",
                hint="save it as a file, and import it in parts",
            ) from error
        except InvalidRequest as error:
            raise _unreachable(address, error.reason) from error
        except HttpError as error:
            raise _retryable(error.reason) from error
        if response.status in _BUSY:
            raise _retryable(f"HTTP {response.status}")
        if response.status != HTTPStatus.OK:
            raise _unreachable(address, f"HTTP {response.status}")
        return response


class _RetryableError(Exception):
    """Asking again may help; never leaves this module."""


def _retryable(reason: str) -> _RetryableError:
    _log.info("the import's download failed and may be repeated: %s", reason)
    return _RetryableError(reason)


def _unreachable(address: str, reason: str) -> Unimportable:
    return Unimportable(
        f"{address[:200]} could not be fetched ({reason})",
        hint="check the address, or save it as a file",
    )


OpenArxiv: TypeAlias = Callable[[], AbstractContextManager["ArxivClient"]]
"""Opens the client that asks arXiv, when it is needed."""


def content_of(arxiv: ArxivSettings, source: str) -> bytes:
    """Read a file or fetch an address; an identifier is a list of one. Raises Unimportable."""
    path = Path(source)
    try:
        if path.exists():
            with path.open("rb") as file:
                return file.read(LARGEST + 1)
    except OSError as error:
        raise Unimportable(
            f"{source[:200]} cannot be read ({error.strerror})", hint="check the path"
        ) from error
    if identify(source):
        return source.encode()
    if source.startswith(("http://", "https://")):
        with Web(arxiv.user_agent, largest=LARGEST) as web:
            return web.get(source).content
    raise Unimportable(
        f"there is no file {source[:200]}", hint="name a file, an address or an arXiv paper"
    )


def look_up(
    search: str, open_client: OpenArxiv, papers: Sequence[PaperId], progress: Progress
) -> tuple[Mapping[PaperId, Paper], str | None]:
    """Fetch papers from arXiv's search API at `search`; also return why some were not asked for."""
    from paperlark.sources.search_api import ArxivLookup  # noqa: PLC0415  # brings an XML parser

    found: dict[PaperId, Paper] = {}
    with (
        open_client() as client,
        progress.step("asking arXiv", len(papers)) as on,
    ):
        try:
            for paper in ArxivLookup(client, search).papers(papers):
                found[paper.id] = paper
                on()
        except SourceError as error:
            return found, f"arXiv could not be asked about all of them: {error.problem}"
    return found, None
