"""What one chat server accepts, discovered from its complaints once for all threads.

It is remembered as JSON.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import astuple, dataclass, field, replace
from enum import IntEnum
from threading import Event, Lock

from paperlark.domain.chat import Prompt
from paperlark.domain.errors import ModelUnusable
from paperlark.llm.error_classes import ErrorClass

_log = logging.getLogger(__name__)

_FORMAT_WORDS = (
    "response_format",
    "response format",
    "json_schema",
    "json_object",
    "text' or 'json",
    "response_schema",
    "additionalproperties",
    "response_mime_type",
    "structured output",
    "json mode",
    "the word 'json'",
)
_LIMIT_PARAMS = ("max_tokens", "max_completion_tokens")
_AT_MOST = re.compile(r"(?:at most|<=|less than or equal to)\s*(\d{1,9})\b", re.IGNORECASE)
_MOST_REASONING = 32_768


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """All that could be sent; the server's capabilities decide which of it is."""

    model: str
    prompt: Prompt = field(repr=False)
    temperature: float | None

    @property
    def text(self) -> str:
        """All text that the model reads."""
        return f"{self.prompt.system}\n{self.prompt.user}"


class ResponseFormat(IntEnum):
    """How the form of the answer is requested, the strictest first."""

    JSON_SCHEMA = 0
    JSON_OBJECT_OF_SCHEMA = 1
    """An extension of llama-cpp-python, which constrains the answer by a grammar."""
    JSON_OBJECT = 2
    TEXT = 3


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a server accepts: everything, until it complains.

    `limit_param` is its name for the limit of an answer's tokens, None where it takes no limit,
    and `max_limit` the highest that it takes, None where unknown. `reasoning_tokens` are what its
    model needs beside the answer.
    """

    response_format: ResponseFormat = ResponseFormat.JSON_SCHEMA
    temperature: bool = True
    limit_param: str | None = "max_tokens"
    max_limit: int | None = None
    system_role: bool = True
    reasoning_tokens: int = 0

    def body(self, request: ChatRequest) -> dict[str, object]:
        """Return the JSON body of a request that this server accepts."""
        body: dict[str, object] = {
            "model": request.model,
            "messages": self._messages(request.prompt),
        }
        if self.temperature and request.temperature is not None:
            body["temperature"] = request.temperature
        limit = self.answer_limit(request.prompt)
        if self.limit_param and limit is not None:
            body[self.limit_param] = limit
        if self.response_format is not ResponseFormat.TEXT:
            body["response_format"] = _response_format(self.response_format, request.prompt)
        return body

    def answer_limit(self, prompt: Prompt) -> int | None:
        """Return how many tokens an answer may have; None where there is no limit."""
        if self.limit_param is None or prompt.longest_answer is None:
            return None
        if self.max_limit is None:
            return prompt.longest_answer
        return min(prompt.longest_answer, self.max_limit)

    def after_complaint(self, error: ErrorClass) -> Capabilities | None:
        """Return what to try next; None where the error is not about capabilities."""
        if not error.blames_the_request or error.is_too_large:
            return None
        message = error.message.lower()
        blamed = error.param.lower() or message
        if self.response_format is not ResponseFormat.TEXT and (
            _contains(blamed, *_FORMAT_WORDS) or _contains(message, _FORMAT_WORDS[-1])
        ):
            return replace(self, response_format=ResponseFormat(self.response_format + 1))
        if self.temperature and "temperature" in blamed:
            return replace(self, temperature=False)
        if self.limit_param and self.limit_param in blamed:
            return self._after_limit_complaint(message)
        if self.system_role and _contains(blamed, "system role", "messages[0].role", "'system'"):
            return replace(self, system_role=False)
        return None

    def without_schema(self) -> Capabilities:
        """Return what to try where a complaint does not say what is wrong."""
        return replace(self, response_format=ResponseFormat.TEXT)

    def after_reasoning_only(self, prompt: Prompt) -> Capabilities:
        """Return what to try after an answer that reached its limit before it began.

        Whoever respects `reasoning_tokens` requests four times as much, up to a bound.
        """
        limit = self.answer_limit(prompt)
        if limit is None:
            return self
        tokens = max(self.reasoning_tokens, min(4 * limit, _MOST_REASONING))
        return replace(self, reasoning_tokens=tokens)

    def after_too_large(self) -> Capabilities:
        """Return what to try for other requests: the reasoning tokens may have been too many."""
        return replace(self, reasoning_tokens=self.reasoning_tokens // 4)

    def _after_limit_complaint(self, message: str) -> Capabilities:
        """Rename the limit, lower it or leave it out, as the complaint suggests."""
        newer = _LIMIT_PARAMS[1]
        if newer in message and self.limit_param != newer:
            return replace(self, limit_param=newer)
        stated = _AT_MOST.search(message)
        if stated and self.max_limit is None:
            return replace(self, max_limit=max(1, int(stated[1])))
        return replace(self, limit_param=None)

    def _messages(self, prompt: Prompt) -> list[dict[str, str]]:
        if self.system_role:
            return [
                {"role": "system", "content": prompt.system},
                {"role": "user", "content": prompt.user},
            ]
        return [{"role": "user", "content": f"{prompt.system}\n\n{prompt.user}"}]


def _contains(text: str, *words: str) -> bool:
    return any(word in text for word in words)


def _response_format(response_format: ResponseFormat, prompt: Prompt) -> dict[str, object]:
    if response_format is ResponseFormat.JSON_SCHEMA:
        named = {"name": "answer", "strict": True, "schema": dict(prompt.schema)}
        return {"type": "json_schema", "json_schema": named}
    if response_format is ResponseFormat.JSON_OBJECT_OF_SCHEMA:
        return {"type": "json_object", "schema": dict(prompt.narrow or prompt.schema)}
    return {"type": "json_object"}


_STORED_KEYS = ("form", "temperature", "limit", "most", "system_role", "room")
"""The names that the fields of `Capabilities` have in a store, in their order."""


def write_capabilities(found: Capabilities) -> str:
    """Return JSON for a later run."""
    stored = dict(zip(_STORED_KEYS, astuple(found), strict=True))
    return json.dumps(stored | {"form": found.response_format.name.lower()}, sort_keys=True)


def read_capabilities(text: str) -> Capabilities | None:
    """Read what `write_capabilities` wrote; None for anything else, to be discovered anew."""
    try:
        stored = json.loads(text)
        for kind in ("unreadable", "failing"):  # the store's own, see store/model_servers.py
            stored.pop(kind, None)
        form = ResponseFormat[stored["form"].upper()]
        if len(stored) != len(_STORED_KEYS) or not _is_valid(stored):
            return None
        return Capabilities(form, *(stored[key] for key in _STORED_KEYS[1:]))
    except (ValueError, TypeError, KeyError, AttributeError):
        return None


def _is_valid(stored: Mapping[str, object]) -> bool:
    return (
        type(stored["temperature"]) is type(stored["system_role"]) is bool
        and stored["limit"] in (None, *_LIMIT_PARAMS)
        and (stored["most"] is None or _is_count(stored["most"], 1))
        and _is_count(stored["room"], 0)
    )


def _is_count(value: object, least: int) -> bool:
    return type(value) is int and value >= least


def describe_capabilities(found: Capabilities) -> tuple[str, ...]:
    """Describe what a server accepts, in a few plain words each."""
    formats = {
        ResponseFormat.JSON_SCHEMA: "answers follow a JSON schema",
        ResponseFormat.JSON_OBJECT_OF_SCHEMA: "answers follow a JSON schema, sent beside"
        " the format json_object",
        ResponseFormat.JSON_OBJECT: "answers are JSON, without a schema",
        ResponseFormat.TEXT: "answers are plain text",
    }
    limit, most, tokens = found.limit_param, found.max_limit, found.reasoning_tokens
    differences = [
        (not found.temperature, "accepts no temperature"),
        (limit is None, "accepts no limit on answers"),
        (limit == _LIMIT_PARAMS[1], f"takes the limit on answers as {limit}"),
        (most is not None, f"answers have at most {most} tokens"),
        (not found.system_role, "takes no system message: instructions go with the question"),
        (tokens > 0, f"reasons before it answers, with {tokens} more tokens"),
    ]
    return (formats[found.response_format], *(text for holds, text in differences if holds))


_PROVEN = 2
"""Complaints in a run, none answered, after which a form that an earlier run proved is in doubt."""


class CapabilityDiscovery:
    """Holds the capabilities that all threads use, and learns from complaints.

    `remembered` is what an earlier run discovered, None where there was none; once it no longer
    works everything is discovered anew. `on_learned` is called once for each set of capabilities
    that an answer confirmed.
    """

    def __init__(
        self,
        remembered: Capabilities | None,
        on_learned: Callable[[Capabilities], object] = lambda _: None,
    ) -> None:
        self._current = remembered or Capabilities()
        self._confirmed = remembered
        self._is_remembered = remembered is not None
        self._on_learned = on_learned
        self._lock = Lock()
        self._first, self._first_is_over = Lock(), Event()
        if remembered is not None:
            self._first_is_over.set()
        self._answered = False
        self._unexplained = 0
        self._with_schema: Capabilities | None = None

    @property
    def current(self) -> Capabilities:
        """What requests are made for now."""
        return self._current

    @property
    def is_confirmed(self) -> bool:
        """Whether an answer ever came to a request of this kind."""
        return self._confirmed is not None

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Let the first question go ahead of all others where it is unknown what is accepted.

        Its outcome releases them, else each would meet the same complaints; but a server that is of
        no use is not asked by all of them at once.
        """
        if self._first_is_over.is_set():
            yield
            return
        with self._first:
            if not self._first_is_over.is_set():
                yield from self._lead()
                return
        yield

    def _lead(self) -> Iterator[None]:
        try:
            yield
        except ModelUnusable:
            raise
        except BaseException:
            self._first_is_over.set()
            raise
        self._first_is_over.set()

    def complained(self, used: Capabilities, error: ErrorClass) -> bool:
        """Learn from an error about a request; return whether to send it again.

        What another thread has learned meanwhile is tried first.
        """
        if error.is_too_large:
            self._replace(used, used.after_too_large())
        better = used.after_complaint(error)
        if better is None:
            return self._unexplained_complaint(used, error)
        with self._lock:
            if self._current == used:
                is_outdated = self._is_remembered and used != Capabilities()
                self._current = Capabilities() if is_outdated else better
                self._is_remembered = False
                _log.info(
                    "the server rejected the request's form; next try: %s",
                    "; ".join(describe_capabilities(self._current)),
                )
        return True

    def _unexplained_complaint(self, used: Capabilities, error: ErrorClass) -> bool:
        """Try once without the schema, until anything was answered; then keep what succeeds.

        Servers refuse a schema in words of their own. Where they refuse the question without it,
        too, it was not the schema, and that is not tried again.
        """
        if not error.may_blame_the_schema:
            return False
        with self._lock:
            if self._with_schema is not None and self._current != used:
                return True
            if used.response_format is ResponseFormat.TEXT:
                if self._with_schema is not None and not self._answered:
                    self._current = self._with_schema
                return False
            self._unexplained += 1
            needed = _PROVEN if self._is_remembered else 1
            if self._answered or self._with_schema is not None or self._unexplained < needed:
                return False
            self._with_schema, self._current = used, used.without_schema()
            _log.info("the server rejected the first question; next try: without a schema")
        return True

    def only_reasoned(self, used: Capabilities, prompt: Prompt) -> None:
        """Learn from an answer that reached its limit before it began."""
        better = used.after_reasoning_only(prompt)
        self._replace(used, better)
        self.answered(better)

    def _replace(self, used: Capabilities, better: Capabilities) -> None:
        with self._lock:
            if self._current == used:
                self._current = better

    def answered(self, found: Capabilities) -> None:
        """Confirm capabilities by an answer."""
        with self._lock:
            self._answered = True
            is_new = found == self._current != self._confirmed
            self._confirmed = found if is_new else self._confirmed
        if is_new:
            _log.info("capabilities discovered: %s", "; ".join(describe_capabilities(found)))
            self._on_learned(found)
