"""The verbs of assistants as a JSON API, for programs on this machine and pages of this app."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from paperlark import InvalidArguments, InvalidQuery, PaperlarkError, VotesNotAllowed
from paperlark.domain.redaction import redacted
from paperlark.verbs.answers import plain
from paperlark.verbs.catalogue import Asker, answer
from paperlark.verbs.openapi import BASE, FORM_TOKEN, OPERATIONS, Operation, describe
from paperlark.web.shared import Endpoint, Shared, base_of

_LONGEST = 16 * 1024
"""Bytes of a body: a few arguments."""


@dataclass(frozen=True, slots=True)
class JsonApi:
    """Answers programs: with the token of assistants as one, else as the reader's own browser."""

    shared: Shared

    def routes(self) -> list[Route]:
        """Return the addresses."""
        return [
            Route(f"{BASE}/openapi.json", self._description),
            *(
                Route(
                    f"{BASE}{one.path.replace('{id}', '{id:path}')}",
                    self._endpoint(one),
                    methods=[one.method],
                )
                for one in OPERATIONS
            ),
        ]

    async def _description(self, request: Request) -> Response:
        return JSONResponse(describe(base_of(request)))

    def _endpoint(self, operation: Operation) -> Endpoint:
        name = operation.verb.name

        async def endpoint(request: Request) -> Response:
            is_assistant = bool(getattr(request.state, "assistant", False))
            profile = self.shared.profile
            try:
                if operation.verb.writes and not is_assistant:
                    self.shared.forms.check(request, request.headers.get(FORM_TOKEN, ""))
                given = await _arguments(request, operation)
                may_vote = profile.settings.assistant_votes or not is_assistant
                asker = Asker(may_vote, is_assistant)
                found = await run_in_threadpool(answer, profile, name, given, asker)
            except HTTPException as error:
                return JSONResponse({"error": error.detail}, error.status_code)
            except PaperlarkError as error:
                return JSONResponse({"error": redacted(str(error))}, _status(error))
            return JSONResponse(plain(found))

        return endpoint


async def _arguments(request: Request, operation: Operation) -> Mapping[str, object]:
    """Return what a request gives: its address, and its query or its body."""
    if operation.method == "GET":
        return {**request.query_params, **request.path_params}
    content = bytearray()
    async for chunk in request.stream():
        content += chunk
        if len(content) > _LONGEST:
            raise HTTPException(413, f"a request may have {_LONGEST // 1024} kB")
    try:
        given = json.loads(content or b"{}")
    except (ValueError, RecursionError) as error:
        raise InvalidArguments("the body is no JSON") from error
    if not isinstance(given, dict):
        raise InvalidArguments("the body is no JSON object")
    return {**given, **request.path_params}


def _status(error: PaperlarkError) -> HTTPStatus:
    if isinstance(error, VotesNotAllowed):
        return HTTPStatus.FORBIDDEN
    if isinstance(error, InvalidArguments | InvalidQuery):
        return HTTPStatus.BAD_REQUEST
    return HTTPStatus.CONFLICT
