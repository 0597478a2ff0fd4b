"""Error classification: find the error in a chat server's response, and the ModelError it becomes.

Servers put an error into `{"error": {...}}`, `{"error": "text"}`, a flat object, a list, or
the body of a response whose HTTP status is a success.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from http import HTTPStatus

import httpx

from paperlark.domain.errors import ModelBusy, ModelError, ModelRefused, ModelUnusable
from paperlark.domain.spending import Spend
from paperlark.http.retry_after import retry_after
from paperlark.llm.completion import parse_duration
from paperlark.llm.redact import OMITTED, redact, repeats_prompt

_NO_MONEY = re.compile(
    r"insufficient_quota|billing_(?:hard_limit|not_active)|insufficient.?balance"
    r"|insufficient.?credits?|credit balance is too low",
    re.IGNORECASE,
)
_BAD_KEY = re.compile(
    r"invalid_api_key|api.?key.{0,20}(?:not |in)valid|invalid.{0,9}api.?key", re.IGNORECASE
)
_NO_MODEL = re.compile(r"model_not_found|\bmodel\b.{0,80}(?:not exist|not found)", re.IGNORECASE)
_TOO_LARGE = re.compile(
    r"request (?:is )?too large|context.(?:length|window|size)|maximum context|prompt is too long"
    r"|too many (?:input |prompt )?tokens|input (?:is )?too long",
    re.IGNORECASE,
)
_FLAGGED = re.compile(r"moderation|flagged|content.?(?:policy|filter)", re.IGNORECASE)
_SCHEMA = re.compile(
    r"grammar|guided.?decoding|structured.?output|json.?schema|generate json|json_validate_failed",
    re.IGNORECASE,
)
_FORM = re.compile(r"format|schema|grammar|guided", re.IGNORECASE)
_LONGEST = 20_000
"""Characters of a server's message that are examined."""
_CODES: dict[str, int] = {"rate_limit_exceeded": HTTPStatus.TOO_MANY_REQUESTS}
_BUSY = (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY)
_OVERLOAD = (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE, 529)
_TIMED_OUT = (HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.GATEWAY_TIMEOUT, 524)
_LONG_WAIT = 60.0
"""Seconds. Longer waits are told to the reader."""
_NOT_FOUND = (HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED)
_AGAIN = re.compile(
    r"(?:try again|retry)\s+(?:in|after)\s+((?:\d{1,9}(?:\.\d{1,9})?\s*(?:ms|s|m|h))+)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class ErrorClass:
    """An error as its server put it; `retry_after` is in seconds.

    Show `text`, not `message`, which may repeat the key: see `redacting`.
    """

    server: str
    status: int
    message: str = field(repr=False)
    code: str = field(default="", repr=False)
    param: str = field(default="", repr=False)
    retry_after: float | None = None
    key: str | None = field(default=None, repr=False)

    @property
    def blames_the_request(self) -> bool:
        """Whether the request's form is at fault, for which llama-cpp-python answers 500."""
        return self.status in (HTTPStatus.BAD_REQUEST, HTTPStatus.UNPROCESSABLE_ENTITY) or (
            self.status == HTTPStatus.INTERNAL_SERVER_ERROR and "Input should be" in self.message
        )

    @property
    def may_blame_the_schema(self) -> bool:
        """Whether a request without a schema may be accepted: no other cause is named."""
        said = f"{self.code} {self.message}"
        kind, _ = self._kind()
        blames_another = self.param and not _FORM.search(self.param)
        if blames_another or self.is_too_large or kind is ModelUnusable or _FLAGGED.search(said):
            return False
        failed = self.status == HTTPStatus.INTERNAL_SERVER_ERROR
        return self.blames_the_request or (failed and _SCHEMA.search(said) is not None)

    @property
    def is_too_large(self) -> bool:
        """Whether the request exceeds the context window, or a minute's tokens."""
        return self.status <= HTTPStatus.INTERNAL_SERVER_ERROR and (
            self.status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE
            or _TOO_LARGE.search(f"{self.code} {self.message}") is not None
        )

    @property
    def is_overload(self) -> bool:
        """Whether the server has more requests than it can serve now."""
        return self.status in _OVERLOAD and not self.is_too_large

    def redacting(self, key: str | None) -> ErrorClass:
        """Return the same error, with this key left out of its `text`."""
        return replace(self, key=key)

    @property
    def text(self) -> str:
        """The server's message, safe to show."""
        return redact(self.message, key=self.key)

    def error(self) -> ModelError:
        """Return it as a ModelError."""
        kind, hint = self._kind()
        problem = f"{self.server} answered {self.status}: {self.text or 'no message'}"
        if kind is ModelBusy:
            # A gateway that timed out may have been billed for the answer.
            spend = Spend(tokens=None, cost=None) if self.status in _TIMED_OUT else None
            wait = self.retry_after or 0.0
            hint = (
                f"it asks to wait {wait:.0f} s before the next request"
                if wait > _LONG_WAIT
                else None
            )
            return ModelBusy(
                problem,
                hint=hint,
                retry_after=self.retry_after,
                spend=spend,
                overloaded=self.is_overload,
            )
        return kind(problem, hint=hint)

    def _kind(self) -> tuple[type[ModelError], str | None]:
        hint = _hint_if_unusable(self.status, f"{self.code} {self.message}")
        if hint is not None:
            return ModelUnusable, hint
        if self.is_too_large:
            return ModelRefused, "put fewer papers into one question"
        if self.status in _BUSY or self.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            return ModelBusy, None
        return ModelRefused, None


def classify_error(
    response: httpx.Response, payload: object, *, prompt: str = ""
) -> ErrorClass | None:
    """Return the error in a response, None where there is none.

    A message that repeats the prompt is not the server's own: strangers wrote it, and it decides
    nothing.
    """
    error = _error(payload)
    if response.is_success and error is None:
        return None
    error = error if error is not None else {"message": response.text}
    code = error.get("code") or error.get("type") or ""
    message = _message(error)[:_LONGEST]
    if repeats_prompt(message, prompt):
        message = OMITTED
    return ErrorClass(
        server=response.url.netloc.decode().rpartition("@")[2],
        status=_status(code) if response.is_success else response.status_code,
        message=message,
        code=f"{code} {error.get('type') or ''}"[:_LONGEST],
        param=str(error.get("param") or "")[:_LONGEST],
        retry_after=_retry_after(response.headers, message),
    )


def _hint_if_unusable(status: int, text: str) -> str | None:
    """Return what must change before any request is answered; None where nothing must."""
    if status == HTTPStatus.PAYMENT_REQUIRED or _NO_MONEY.search(text):
        return "add credit with the provider, or use another model"
    forbidden = status == HTTPStatus.FORBIDDEN and not _FLAGGED.search(text)
    if status == HTTPStatus.UNAUTHORIZED or forbidden or _BAD_KEY.search(text):
        return "check the key and its permissions"
    no_model = status == HTTPStatus.BAD_REQUEST and _NO_MODEL.search(text)
    if status in _NOT_FOUND or no_model:
        return "check the model's name and the base URL"
    return "check the base URL" if status < HTTPStatus.BAD_REQUEST else None


def _error(payload: object) -> Mapping[str, object] | None:
    if isinstance(payload, list):
        return _error(payload[0]) if payload else None
    if not isinstance(payload, Mapping):
        return None
    error = payload.get("error")
    if error:
        return error if isinstance(error, Mapping) else {"message": error}
    choices = payload.get("choices")
    if isinstance(choices, list) and choices and isinstance(choices[0], Mapping):
        # OpenRouter puts the failure of the provider behind it into the choice.
        return _error({"error": choices[0].get("error")})
    is_flat = choices is None and not payload.keys().isdisjoint(("message", "detail"))
    return payload if is_flat else None


def _message(error: Mapping[str, object]) -> str:
    message = error.get("message") or error.get("detail") or ""
    text = message if isinstance(message, str) else json.dumps(message)
    metadata = error.get("metadata")
    raw = metadata.get("raw") if isinstance(metadata, Mapping) else None
    return f"{text}: {raw}" if raw else text


def _status(code: object) -> int:
    text = str(code)
    if re.fullmatch(r"[345]\d\d", text):
        return int(text)
    return _CODES.get(text, HTTPStatus.INTERNAL_SERVER_ERROR)


def _retry_after(headers: httpx.Headers, message: str) -> float | None:
    wait = retry_after(headers)
    if wait is not None:
        return wait
    again = _AGAIN.search(message)
    return None if again is None else parse_duration(again[1])
