"""A server's batch service: questions left as a file, answered within a day, at half the price."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum, auto
from http import HTTPStatus
from types import MappingProxyType, TracebackType
from typing import Any, Self
from urllib.parse import quote

import httpx
import stamina

from paperlark.domain.errors import MaybeSubmitted, ModelBusy, ModelError, NoBatchService
from paperlark.domain.spending import Spend
from paperlark.llm import batch_file, error_classes
from paperlark.llm.batch_file import BatchReplies, Body, read_replies
from paperlark.llm.completion import Usage
from paperlark.llm.connection import Connection
from paperlark.llm.redact import redact
from paperlark.llm.retrying import worth_waiting

_OURS = "paperlark"
"""Under this name our key goes along as metadata."""
_WINDOW = "24h"
_PAGE, _MOST_PAGES = 100, 100
"""Batches on one page of a listing, and how many pages are looked through for a lost one."""
_OVER = frozenset({"completed", "expired", "cancelled"})
_NO_SUCH_SERVICE = (
    HTTPStatus.BAD_REQUEST,
    HTTPStatus.NOT_FOUND,
    HTTPStatus.METHOD_NOT_ALLOWED,
    HTTPStatus.UNPROCESSABLE_ENTITY,
    HTTPStatus.NOT_IMPLEMENTED,
)
_GONE = (HTTPStatus.NOT_FOUND, HTTPStatus.GONE)


class Stage(Enum):
    """How far a batch is."""

    AT_WORK = auto()
    OVER = auto()
    """Completed, expired or cancelled: what was answered is there."""
    REFUSED = auto()
    """The service did not begin with it: nothing was answered and nothing is paid."""
    GONE = auto()
    """The service knows nothing of it, or of its answers, any more."""


@dataclass(frozen=True, slots=True)
class BatchStatus:
    """What the service says of one batch.

    `state` is its own word; `files` are those with answers and with errors; `problem` are its
    words where it complains.
    """

    stage: Stage
    state: str
    files: tuple[str, ...] = ()
    problem: str = ""


class _Gone(Exception):
    """The server knows no such thing."""


class BatchService:
    """The batch service behind `{base_url}/files` and `{base_url}/batches`.

    `spend_of` says what the usage of one answer cost, None where the server reported none. A
    busy server is asked again, but never to create what it may have created already. Words of the
    server's that repeat the `prompt`, or the key, are not shown.
    """

    def __init__(
        self,
        connection: Connection,
        spend_of: Callable[[Usage | None], Spend],
        *,
        prompt: str = "",
        attempts: int = 4,
        patience: float = 240.0,
        longest_wait: float = 60.0,
    ) -> None:
        self._connection = connection
        self._spend_of = spend_of
        self._prompt = prompt
        self._retrying = stamina.RetryingCaller(
            attempts=attempts, timeout=patience, wait_initial=1.0, wait_max=30.0
        ).on(lambda error: worth_waiting(error, longest_wait))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._connection.__exit__(kind, error, traceback)

    @property
    def server(self) -> str:
        """Host and port, as errors name it."""
        return self._connection.server

    @property
    def base_url(self) -> str:
        """Where the service is; a batch lives nowhere else."""
        return self._connection.base_url

    def check(self) -> None:
        """Ask whether there is such a service; raises NoBatchService or ModelError."""
        self._get("batches", limit="1")

    def upload(self, bodies: Mapping[str, Body], key: str) -> str:
        """Send a file of questions, which costs nothing yet; gives the service's name of it.

        Raises NoBatchService or ModelError.
        """
        file = (f"{_OURS}-{key}.jsonl", batch_file.write_batch(bodies), "application/jsonl")
        response = self._retrying(
            self._ask, "POST", "files", files={"file": file}, data={"purpose": "batch"}
        )
        return self._name(_mapping(_payload(response)))

    def create(self, file: str, key: str) -> str:
        """Leave the questions of that file under our key; gives the service's name of the batch.

        Raises NoBatchService or ModelError where the service did not take them, and MaybeSubmitted
        where nobody knows whether it did.
        """
        asked = {
            "input_file_id": file,
            "endpoint": batch_file.ENDPOINT,
            "completion_window": _WINDOW,
            "metadata": {_OURS: key},
        }
        try:
            return self._retrying(self._create, asked)
        except MaybeSubmitted:
            with suppress(ModelError):
                if found := self.find(key):
                    return found
            raise

    def find(self, key: str) -> str | None:
        """Look for the batch that was left under this key; raises ModelError."""
        after: dict[str, str] = {}
        for _ in range(_MOST_PAGES):
            page = self._get("batches", limit=str(_PAGE), **after)
            rows = page.get("data")
            batches = [_mapping(row) for row in rows] if isinstance(rows, list) else []
            for batch in batches:
                if _mapping(batch.get("metadata")).get(_OURS) == key:
                    return self._name(batch)
            if not batches or not page.get("has_more"):
                return None
            after = {"after": self._name(batches[-1])}
        return None

    def look(self, batch: str) -> BatchStatus:
        """Say how far a batch is; raises ModelError where that cannot be known now."""
        try:
            return self._standing(self._get(f"batches/{quote(batch, safe='')}"))
        except _Gone:
            return BatchStatus(
                Stage.GONE, "gone", problem=f"{self.server} does not know it any more"
            )

    def answers(self, standing: BatchStatus, asked: Collection[str]) -> BatchReplies | None:
        """Fetch what came of these questions; None where the service threw it away.

        Raises ModelError where it cannot be had now.
        """
        paths = [f"files/{quote(file, safe='')}/content" for file in standing.files]
        try:
            files = [
                self._retrying(self._ask, "GET", path, follow_redirects=True).content
                for path in paths
            ]
        except _Gone:
            return None
        return read_replies(files, asked, self._connection, self._spend_of, prompt=self._prompt)

    def _create(self, asked: Mapping[str, object]) -> str:
        """Create a batch, once."""
        unsure = f"it is not known whether {self.server} took the batch"
        try:
            response = self._connection.send("POST", "batches", json=asked)
        except ModelBusy as error:
            if error.spend is None:  # it was never sent
                raise
            raise MaybeSubmitted(f"{unsure} ({error.problem})") from error
        if _is_unsure(response):
            raise MaybeSubmitted(f"{unsure} (it answered {response.status_code})")
        self._check(response, "batches")
        name = _mapping(_payload(response)).get("id")
        if not isinstance(name, str):
            raise MaybeSubmitted(f"{unsure} (its answer names none)")
        return name

    def _get(self, path: str, **parameters: str) -> Mapping[str, object]:
        return _mapping(_payload(self._retrying(self._ask, "GET", path, parameters)))

    def _ask(
        self,
        method: str,
        path: str,
        parameters: Mapping[str, str] = MappingProxyType({}),
        **content: Any,  # noqa: ANN401  # as the connection takes it
    ) -> httpx.Response:
        response = self._connection.send(method, path, parameters, **content)
        self._check(response, path)
        return response

    def _check(self, response: httpx.Response, path: str) -> None:
        """Raise what the server complains about; a file of answers is not searched for that."""
        if response.is_success and path.endswith("/content"):
            return
        found = error_classes.classify_error(response, _payload(response), prompt=self._prompt)
        if found is None:
            return
        if "/" in path and response.status_code in _GONE:
            raise _Gone
        if "/" not in path and response.status_code in _NO_SUCH_SERVICE:
            raise NoBatchService(
                f"{self.server} takes no such batch (it answered {response.status_code}:"
                f" {found.words or 'nothing'})",
                hint="ask it directly: --no-batch, or leave `batch` out of [judge]",
            )
        raise found.without(self._connection.key).error()

    def _standing(self, batch: Mapping[str, object]) -> BatchStatus:
        state = str(batch.get("status") or "nothing").lower()
        named = (batch.get("output_file_id"), batch.get("error_file_id"))
        files = tuple(file for file in named if isinstance(file, str) and file)
        problem = self._shown("; ".join(_complaints(batch.get("errors"))))
        if state in _OVER or (state == "failed" and files):
            return BatchStatus(Stage.OVER, state, files, problem)
        if state == "failed":
            return BatchStatus(Stage.REFUSED, state, problem=problem or "it did not say why")
        return BatchStatus(Stage.AT_WORK, self._shown(state), problem=problem)

    def _shown(self, words: str) -> str:
        return redact(words, key=self._connection.key, prompt=self._prompt)

    def _name(self, thing: Mapping[str, object]) -> str:
        """Give the service's name of a file or batch."""
        name = thing.get("id")
        if not isinstance(name, str):
            raise NoBatchService(
                f"{self.server} answers as no batch service does",
                hint="check the base URL, or ask it directly: --no-batch",
            )
        return name


def _is_unsure(response: httpx.Response) -> bool:
    """Whether what was asked may have been done all the same."""
    said_no = response.status_code in _NO_SUCH_SERVICE
    gave_up = response.status_code == HTTPStatus.REQUEST_TIMEOUT
    return gave_up or (response.is_server_error and not said_no)


def _complaints(errors: object) -> list[str]:
    """Give the service's words for what is wrong with a batch, each once."""
    rows = _mapping(errors).get("data") if isinstance(errors, Mapping) else errors
    said = [_mapping(row).get("message") for row in rows] if isinstance(rows, list) else []
    return list(dict.fromkeys(words for words in said if isinstance(words, str) and words))


def _payload(response: httpx.Response) -> object:
    try:
        return response.json()
    except (ValueError, RecursionError):
        return None


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}
