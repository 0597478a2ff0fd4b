"""Client of a batch service: a file of requests, answered within a day at half the price."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum, auto
from http import HTTPStatus
from types import MappingProxyType
from typing import Any, Self
from urllib.parse import quote

import httpx

from paperlark.domain.errors import MaybeSubmitted, ModelBusy, ModelError, NoBatchService
from paperlark.domain.spending import Spend
from paperlark.llm import batch_file
from paperlark.llm.batch_file import BatchReplies, Body, read_replies
from paperlark.llm.completion import Usage, as_mapping
from paperlark.llm.connection import Connection, parse_json
from paperlark.llm.error_classes import classify_error
from paperlark.llm.redact import redact
from paperlark.llm.retry import RetryPolicy

_METADATA = "paperlark"
"""The metadata field that holds our key."""
_WINDOW = "24h"
_PAGE, _MOST_PAGES = 100, 100
"""Batches on one page of a listing, and how many pages are searched for a lost one."""
_OVER = frozenset({"completed", "expired", "cancelled"})
_UNSUPPORTED = (
    HTTPStatus.BAD_REQUEST,
    HTTPStatus.NOT_FOUND,
    HTTPStatus.METHOD_NOT_ALLOWED,
    HTTPStatus.UNPROCESSABLE_ENTITY,
    HTTPStatus.NOT_IMPLEMENTED,
)
_GONE = (HTTPStatus.NOT_FOUND, HTTPStatus.GONE)


class Stage(Enum):
    """How far a batch is."""

    IN_PROGRESS = auto()
    OVER = auto()
    """Completed, expired or cancelled: what was answered is there."""
    REFUSED = auto()
    """The service did not start it: nothing was answered and nothing is billed."""
    GONE = auto()
    """The service no longer knows it, or its answers."""


@dataclass(frozen=True, slots=True)
class BatchStatus:
    """What the service says about one batch.

    `state` is its own word; `files` are those with answers and with errors; `problem` is its
    message where it reports errors.
    """

    stage: Stage
    state: str
    files: tuple[str, ...] = ()
    problem: str = ""


class _Gone(Exception):
    """The server answered 404 or 410 for a file or batch."""


class BatchService:
    """The batch service behind `{base_url}/files` and `{base_url}/batches`.

    `spend_of` returns what one answer's usage cost. A busy server is asked again, but never to
    create what it may have created already. Messages of the server that repeat the `prompt`, or
    the key, are not shown.
    """

    def __init__(
        self,
        connection: Connection,
        spend_of: Callable[[Usage | None], Spend],
        *,
        prompt: str = "",
        retry: RetryPolicy | None = None,
    ) -> None:
        self._connection = connection
        self._spend_of = spend_of
        self._prompt = prompt
        self._retry = retry or RetryPolicy(connection.breaker)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.__exit__(None, None, None)

    @property
    def server(self) -> str:
        """Host and port, as errors name it."""
        return self._connection.server

    @property
    def base_url(self) -> str:
        """Where the service is; its batches exist nowhere else."""
        return self._connection.base_url

    def check(self) -> None:
        """Check that there is such a service; raises NoBatchService or ModelError."""
        self._get("batches", limit="1")

    def upload(self, bodies: Mapping[str, Body], key: str) -> str:
        """Upload a file of requests, which costs nothing yet; returns the service's file id.

        Raises NoBatchService or ModelError.
        """
        file = (f"{_METADATA}-{key}.jsonl", batch_file.write_batch(bodies), "application/jsonl")
        response = self._retry(
            self._request, "POST", "files", files={"file": file}, data={"purpose": "batch"}
        )
        return self._id(as_mapping(parse_json(response)))

    def create(self, file: str, key: str) -> str:
        """Create a batch of that file under our key; returns the service's batch id.

        Raises NoBatchService or ModelError where the service rejected it, and MaybeSubmitted where
        it is unknown whether it was created.
        """
        body = {
            "input_file_id": file,
            "endpoint": batch_file.ENDPOINT,
            "completion_window": _WINDOW,
            "metadata": {_METADATA: key},
        }
        try:
            return self._retry(self._create, body)
        except MaybeSubmitted:
            with suppress(ModelError):
                if found := self.find(key):
                    return found
            raise

    def find(self, key: str) -> str | None:
        """Return the id of the batch created under this key, None if there is none.

        Raises ModelError.
        """
        after: dict[str, str] = {}
        for _ in range(_MOST_PAGES):
            page = self._get("batches", limit=str(_PAGE), **after)
            rows = page.get("data")
            batches = [as_mapping(row) for row in rows] if isinstance(rows, list) else []
            for batch in batches:
                if as_mapping(batch.get("metadata")).get(_METADATA) == key:
                    return self._id(batch)
            if not batches or not page.get("has_more"):
                return None
            after = {"after": self._id(batches[-1])}
        return None

    def status(self, batch: str) -> BatchStatus:
        """Return how far a batch is; raises ModelError where that cannot be known now."""
        try:
            return self._parse_status(self._get(f"batches/{quote(batch, safe='')}"))
        except _Gone:
            return BatchStatus(Stage.GONE, "gone", problem=f"{self.server} no longer knows it")

    def answers(self, status: BatchStatus, names: Collection[str]) -> BatchReplies | None:
        """Fetch the replies to the requests of these names; None where the service deleted them.

        Raises ModelError where they cannot be fetched now.
        """
        paths = [f"files/{quote(file, safe='')}/content" for file in status.files]
        try:
            files = [
                self._retry(self._request, "GET", path, follow_redirects=True).content
                for path in paths
            ]
        except _Gone:
            return None
        return read_replies(files, names, self._connection, self._spend_of, prompt=self._prompt)

    def _create(self, body: Mapping[str, object]) -> str:
        """Create a batch, trying once."""
        unsure = f"it is unknown whether {self.server} accepted the batch"
        try:
            response = self._connection.send("POST", "batches", json=body)
        except ModelBusy as error:
            if error.spend is None:  # it was never sent
                raise
            raise MaybeSubmitted(f"{unsure} ({error.problem})") from error
        if _is_unsure(response):
            raise MaybeSubmitted(f"{unsure} (it answered {response.status_code})")
        self._check(response, "batches")
        batch = as_mapping(parse_json(response)).get("id")
        if not isinstance(batch, str):
            raise MaybeSubmitted(f"{unsure} (its answer has no id)")
        return batch

    def _get(self, path: str, **parameters: str) -> Mapping[str, object]:
        return as_mapping(parse_json(self._retry(self._request, "GET", path, parameters)))

    def _request(
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
        """Raise the error in a response; a file of answers is not searched for one."""
        if response.is_success and path.endswith("/content"):
            return
        found = classify_error(response, parse_json(response), prompt=self._prompt)
        if found is None:
            return
        if "/" in path and response.status_code in _GONE:
            raise _Gone
        if "/" not in path and response.status_code in _UNSUPPORTED:
            raise NoBatchService(
                f"{self.server} does not accept batches like this (it answered"
                f" {response.status_code}: {found.text or 'no message'})",
                hint="use it without batches: --no-batch, or remove `batch` from [judge]",
            )
        raise found.redacting(self._connection.key).error()

    def _parse_status(self, batch: Mapping[str, object]) -> BatchStatus:
        state = str(batch.get("status") or "nothing").lower()
        ids = (batch.get("output_file_id"), batch.get("error_file_id"))
        files = tuple(file for file in ids if isinstance(file, str) and file)
        problem = self._redacted("; ".join(_messages(batch.get("errors"))))
        if state in _OVER or (state == "failed" and files):
            return BatchStatus(Stage.OVER, state, files, problem)
        if state == "failed":
            return BatchStatus(Stage.REFUSED, state, problem=problem or "it gave no reason")
        return BatchStatus(Stage.IN_PROGRESS, self._redacted(state), problem=problem)

    def _redacted(self, text: str) -> str:
        return redact(text, key=self._connection.key, prompt=self._prompt)

    def _id(self, resource: Mapping[str, object]) -> str:
        """Return the service's id of a file or batch."""
        id_ = resource.get("id")
        if not isinstance(id_, str):
            raise NoBatchService(
                f"{self.server} does not answer like a batch service",
                hint="check the base URL, or use it without batches: --no-batch",
            )
        return id_


def _is_unsure(response: httpx.Response) -> bool:
    """Return whether a failed request may have been carried out all the same."""
    is_unsupported = response.status_code in _UNSUPPORTED
    is_timeout = response.status_code == HTTPStatus.REQUEST_TIMEOUT
    return is_timeout or (response.is_server_error and not is_unsupported)


def _messages(errors: object) -> list[str]:
    """Return the service's messages about a batch, each once."""
    rows = as_mapping(errors).get("data") if isinstance(errors, Mapping) else errors
    found = [as_mapping(row).get("message") for row in rows] if isinstance(rows, list) else []
    return list(dict.fromkeys(text for text in found if isinstance(text, str) and text))
