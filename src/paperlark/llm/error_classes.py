"""What a server of the chat protocol complains about, and which of our errors that is.

Servers put an error into `{"error": {...}}`, `{"error": "text"}`, a flat object, a list, or
into the answer of a request that went well by its HTTP status.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus

import httpx

from paperlark.domain.errors import ModelBusy, ModelError, ModelRefused, ModelUnusable
from paperlark.domain.spending import Spend
from paperlark.llm import aimd
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
_CODES: dict[str, int] = {"rate_limit_exceeded": HTTPStatus.TOO_MANY_REQUESTS}
_BUSY = (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY)
_OVERLOADED = (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE, 529)
_GAVE_UP = (HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.GATEWAY_TIMEOUT, 524)
_LONG = 60.0
"""Seconds. Longer waits are worth telling."""
_NOT_THERE = (HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED)
_AGAIN = re.compile(
    r"(?:try again|retry)\s+(?:in|after)\s+((?:\d{1,9}(?:\.\d{1,9})?\s*(?:ms|s|m|h))+)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class ErrorClass:
    """A complaint as its server put it; `retry_after` is in seconds.

    Its words are not to be shown as they are: they may repeat the key. See `without`.
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
        """llama-cpp-python answers what it does not know with a server error."""
        return self.status in (HTTPStatus.BAD_REQUEST, HTTPStatus.UNPROCESSABLE_ENTITY) or (
            self.status == HTTPStatus.INTERNAL_SERVER_ERROR and "Input should be" in self.message
        )

    @property
    def is_too_large(self) -> bool:
        """Whether the question is longer than what the model holds, or than a minute's tokens."""
        return self.status <= HTTPStatus.INTERNAL_SERVER_ERROR and (
            self.status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE
            or _TOO_LARGE.search(f"{self.code} {self.message}") is not None
        )

    @property
    def is_too_much(self) -> bool:
        """Whether the server has more questions before it than it manages."""
        return self.status in _OVERLOADED and not self.is_too_large

    def without(self, key: str | None) -> ErrorClass:
        """Say the same without the key that a server may have repeated."""
        return replace(self, key=key)

    @property
    def words(self) -> str:
        """What the server said, fit to be shown."""
        return redact(self.message, key=self.key)

    def error(self) -> ModelError:
        """Say which of our errors this is."""
        kind, hint = self._kind()
        problem = f"{self.server} answered {self.status}: {self.words or 'nothing'}"
        if kind is ModelBusy:
            # Who gave up waiting for an answer may have been billed for it.
            spend = Spend(tokens=None, cost=None) if self.status in _GAVE_UP else None
            wait = self.retry_after or 0.0
            hint = f"it asks to be left alone for {wait:.0f} s" if wait > _LONG else None
            return ModelBusy(problem, hint=hint, retry_after=self.retry_after, spend=spend)
        return kind(problem, hint=hint)

    def _kind(self) -> tuple[type[ModelError], str | None]:
        hint = _mend_of_unusable(self.status, f"{self.code} {self.message}")
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
    """Find the complaint in an answer, None where there is none.

    Words that repeat the prompt are no complaint of the server's: strangers wrote them.
    """
    error = _error(payload)
    if response.is_success and error is None:
        return None
    error = error if error is not None else {"message": response.text}
    code = error.get("code") or error.get("type") or ""
    message = _message(error)
    if repeats_prompt(message, prompt):
        message = OMITTED
    return ErrorClass(
        server=response.url.netloc.decode().rpartition("@")[2],
        status=_status(code) if response.is_success else response.status_code,
        message=message,
        code=f"{code} {error.get('type') or ''}",
        param=str(error.get("param") or ""),
        retry_after=_retry_after(response.headers, message),
    )


def _mend_of_unusable(status: int, said: str) -> str | None:
    """Say what must change before any question is answered; None where nothing must."""
    if status == HTTPStatus.PAYMENT_REQUIRED or _NO_MONEY.search(said):
        return "add credit with the provider, or use another model"
    forbidden = status == HTTPStatus.FORBIDDEN and not _FLAGGED.search(said)
    if status == HTTPStatus.UNAUTHORIZED or forbidden or _BAD_KEY.search(said):
        return "check the key and what it is allowed to use"
    no_model = status == HTTPStatus.BAD_REQUEST and _NO_MODEL.search(said)
    if status in _NOT_THERE or no_model:
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
    options = payload.get("choices")
    if isinstance(options, list) and options and isinstance(options[0], Mapping):
        # OpenRouter puts the failure of the provider behind it into the choice.
        return _error({"error": options[0].get("error")})
    told = options is None and not payload.keys().isdisjoint(("message", "detail"))
    return payload if told else None


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
    milliseconds = headers.get("retry-after-ms", "").strip()
    if re.fullmatch(r"\d{1,9}(?:\.\d{1,9})?", milliseconds):
        return float(milliseconds) / 1000
    header = headers.get("retry-after", "").strip()
    if re.fullmatch(r"\d{1,9}(?:\.\d{1,9})?", header):
        return float(header)
    if header and "date" in headers:
        return _between(headers["date"], header)
    again = _AGAIN.search(message)
    return None if again is None else aimd.seconds(again[1])


def _between(now: str, then: str) -> float | None:
    """Both are the server's: its clock need not be ours."""
    try:
        moments: tuple[datetime, datetime] = parsedate_to_datetime(now), parsedate_to_datetime(then)
        return max(0.0, (moments[1] - moments[0]).total_seconds())
    except (TypeError, ValueError):  # TypeError: one with a zone, the other without
        return None
