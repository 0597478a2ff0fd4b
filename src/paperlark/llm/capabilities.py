"""What one chat server accepts, discovered from its complaints and remembered."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from enum import IntEnum
from threading import Lock

from paperlark.domain.chat import Prompt
from paperlark.llm.error_classes import ErrorClass


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """All that is asked for; what of it is said to the server, its dialect decides."""

    model: str
    prompt: Prompt = field(repr=False)
    temperature: float | None

    @property
    def words(self) -> str:
        """All that the model is to read."""
        return f"{self.prompt.system}\n{self.prompt.user}"


_FORM = (
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
_LIMITS = ("max_tokens", "max_completion_tokens")
_AT_MOST = re.compile(r"(?:at most|<=|less than or equal to)\s*(\d{1,9})\b", re.IGNORECASE)
_MOST_ROOM = 32_768


class RequestForm(IntEnum):
    """How the form of the answer is asked for, the strictest first."""

    JSON_SCHEMA = 0
    JSON_OBJECT_OF_SCHEMA = 1
    """llama-cpp-python's own: it binds the answer by a grammar."""
    JSON_OBJECT = 2
    TEXT = 3


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What may be said to a server: everything, until it complains.

    `limit` is its name for the most tokens of an answer, None where it takes none, and `most` the
    highest it takes, None where nobody knows. `room` are tokens that its model needs beside the
    answer, because it thinks first.
    """

    form: RequestForm = RequestForm.JSON_SCHEMA
    temperature: bool = True
    limit: str | None = "max_tokens"
    most: int | None = None
    system_role: bool = True
    room: int = 0

    def body(self, question: ChatRequest) -> dict[str, object]:
        """Put the question in this dialect."""
        body: dict[str, object] = {
            "model": question.model,
            "messages": self._messages(question.prompt),
        }
        if self.temperature and question.temperature is not None:
            body["temperature"] = question.temperature
        longest = self.longest(question.prompt)
        if self.limit and longest is not None:
            body[self.limit] = longest
        if self.form is not RequestForm.TEXT:
            body["response_format"] = _response_format(self.form, question.prompt)
        return body

    def longest(self, prompt: Prompt) -> int | None:
        """Give how many tokens an answer may have; None where there is no limit."""
        if self.limit is None or prompt.longest_answer is None:
            return None
        return prompt.longest_answer if self.most is None else min(prompt.longest_answer, self.most)

    def after(self, trouble: ErrorClass) -> Capabilities | None:
        """Give what to try after this complaint; None where it is not about the dialect."""
        if not trouble.blames_the_request or trouble.is_too_large:
            return None
        message = trouble.message.lower()
        blamed = trouble.param.lower() or message
        if self.form is not RequestForm.TEXT and (
            _names(blamed, *_FORM) or _names(message, _FORM[-1])
        ):
            return replace(self, form=RequestForm(self.form + 1))
        if self.temperature and "temperature" in blamed:
            return replace(self, temperature=False)
        if self.limit and self.limit in blamed:
            return self._after_the_limit(message)
        if self.system_role and _names(blamed, "system role", "messages[0].role", "'system'"):
            return replace(self, system_role=False)
        return None

    def after_thoughts_only(self, prompt: Prompt) -> Capabilities:
        """Give what to try after an answer whose limit was reached before it began.

        Four times as much is asked for by whoever heeds `room`, up to a bound.
        """
        longest = self.longest(prompt)
        if longest is None:
            return self
        return replace(self, room=max(self.room, min(4 * longest, _MOST_ROOM)))

    def after_too_large(self) -> Capabilities:
        """Give what to try with other questions after one did not fit: perhaps for its room."""
        return replace(self, room=self.room // 4)

    def _after_the_limit(self, message: str) -> Capabilities:
        """Call it otherwise, lower it, or leave it out, as the complaint suggests."""
        newer = _LIMITS[1]
        if newer in message and self.limit != newer:
            return replace(self, limit=newer)
        told = _AT_MOST.search(message)
        if told and self.most is None:
            return replace(self, most=max(1, int(told[1])))
        return replace(self, limit=None)

    def _messages(self, prompt: Prompt) -> list[dict[str, str]]:
        if self.system_role:
            return [
                {"role": "system", "content": prompt.system},
                {"role": "user", "content": prompt.user},
            ]
        return [{"role": "user", "content": f"{prompt.system}\n\n{prompt.user}"}]


def _names(blamed: str, *words: str) -> bool:
    return any(word in blamed for word in words)


def _response_format(form: RequestForm, prompt: Prompt) -> dict[str, object]:
    if form is RequestForm.JSON_SCHEMA:
        named = {"name": "answer", "strict": True, "schema": dict(prompt.schema)}
        return {"type": "json_schema", "json_schema": named}
    if form is RequestForm.JSON_OBJECT_OF_SCHEMA:
        return {"type": "json_object", "schema": dict(prompt.narrow or prompt.schema)}
    return {"type": "json_object"}


def write_capabilities(dialect: Capabilities) -> str:
    """Write it as JSON, to be read again by a later run."""
    return json.dumps(asdict(dialect) | {"form": dialect.form.name.lower()}, sort_keys=True)


def read_capabilities(text: str) -> Capabilities | None:
    """Read what was written; None where it is nothing of ours, and is to be learned anew."""
    try:
        fields = json.loads(text)
        form = RequestForm[fields["form"].upper()]
        return Capabilities(**fields | {"form": form}) if _is_sound(fields) else None
    except (ValueError, TypeError, KeyError, AttributeError):
        return None


def _is_sound(fields: Mapping[str, object]) -> bool:
    return (
        type(fields["temperature"]) is type(fields["system_role"]) is bool
        and fields["limit"] in (None, *_LIMITS)
        and (fields["most"] is None or _is_count(fields["most"], 1))
        and _is_count(fields["room"], 0)
    )


def _is_count(value: object, least: int) -> bool:
    return type(value) is int and value >= least


def describe_capabilities(dialect: Capabilities) -> tuple[str, ...]:
    """Say in a few words each what the server was found to do, for a reader."""
    forms = {
        RequestForm.JSON_SCHEMA: "answers in the form of a JSON schema",
        RequestForm.JSON_OBJECT_OF_SCHEMA: "answers in the form of a JSON schema,"
        " beside a JSON object",
        RequestForm.JSON_OBJECT: "answers as a JSON object of any form",
        RequestForm.TEXT: "answers as text",
    }
    said = [
        (True, forms[dialect.form]),
        (not dialect.temperature, "takes no temperature"),
        (dialect.limit is None, "takes no limit to an answer"),
        (dialect.limit == _LIMITS[1], f"calls an answer's limit {_LIMITS[1]}"),
        (dialect.most is not None, f"answers with at most {dialect.most} tokens"),
        (not dialect.system_role, "takes instructions only as part of the question"),
        (dialect.room > 0, f"thinks first, and is given {dialect.room} tokens for it"),
    ]
    return tuple(words for holds, words in said if holds)


class CapabilityDiscovery:
    """Keeps the dialect that all threads speak.

    `remembered` is what an earlier run found out, None where there was none; where it no longer
    works all is learned anew. `learned` is told of every dialect that an answer came in, once.
    """

    def __init__(
        self,
        remembered: Capabilities | None,
        learned: Callable[[Capabilities], object] = lambda _: None,
    ) -> None:
        self._dialect = remembered or Capabilities()
        self._told = remembered
        self._is_old = remembered is not None
        self._learned = learned
        self._lock = Lock()

    @property
    def dialect(self) -> Capabilities:
        """What is spoken for now."""
        return self._dialect

    @property
    def is_known(self) -> bool:
        """Whether an answer ever came in what is spoken for now."""
        return self._told is not None

    def complained(self, spoken: Capabilities, trouble: ErrorClass) -> bool:
        """Learn from a complaint about what was spoken; tell whether to ask again.

        Where another thread learned something meanwhile, that is tried first.
        """
        if trouble.is_too_large:
            self._replace(spoken, spoken.after_too_large())
        better = spoken.after(trouble)
        if better is None:
            return False
        with self._lock:
            if self._dialect == spoken:
                self._dialect = (
                    Capabilities() if self._is_old and spoken != Capabilities() else better
                )
                self._is_old = False
        return True

    def answered(self, spoken: Capabilities) -> None:
        """Note that an answer came."""
        self._tell(spoken)

    def only_thought(self, spoken: Capabilities, prompt: Prompt) -> None:
        """Learn from an answer whose limit was reached before it began."""
        better = spoken.after_thoughts_only(prompt)
        self._replace(spoken, better)
        self._tell(better)

    def _replace(self, spoken: Capabilities, better: Capabilities) -> None:
        with self._lock:
            if self._dialect == spoken:
                self._dialect = better

    def _tell(self, dialect: Capabilities) -> None:
        with self._lock:
            news = dialect == self._dialect != self._told
            self._told = dialect if news else self._told
        if news:
            self._learned(dialect)
