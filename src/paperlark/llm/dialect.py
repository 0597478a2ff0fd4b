"""What one server of the chat protocol accepts, learned from its complaints.

Servers say that they speak one protocol and differ in what they refuse: a JSON schema, a
temperature, a name for the limit of tokens, instructions in a message of their own.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from enum import IntEnum

from paperlark.domain.chat import Prompt
from paperlark.llm.trouble import Trouble


@dataclass(frozen=True, slots=True)
class Question:
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


class Form(IntEnum):
    """How the form of the answer is asked for, the strictest first."""

    JSON_SCHEMA = 0
    JSON_OBJECT_OF_SCHEMA = 1
    """llama-cpp-python's own: it binds the answer by a grammar."""
    JSON_OBJECT = 2
    TEXT = 3


@dataclass(frozen=True, slots=True)
class Dialect:
    """What may be said to a server: everything, until it complains.

    `limit` is its name for the most tokens of an answer, None where it takes none, and `most` the
    highest it takes, None where nobody knows. `room` are tokens that its model needs beside the
    answer, because it thinks first.
    """

    form: Form = Form.JSON_SCHEMA
    temperature: bool = True
    limit: str | None = "max_tokens"
    most: int | None = None
    system_role: bool = True
    room: int = 0

    def body(self, question: Question) -> dict[str, object]:
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
        if self.form is not Form.TEXT:
            body["response_format"] = _response_format(self.form, question.prompt)
        return body

    def longest(self, prompt: Prompt) -> int | None:
        """Give how many tokens an answer may have; None where there is no limit."""
        if self.limit is None or prompt.longest_answer is None:
            return None
        return prompt.longest_answer if self.most is None else min(prompt.longest_answer, self.most)

    def after(self, trouble: Trouble) -> Dialect | None:
        """Give what to try after this complaint; None where it is not about the dialect."""
        if not trouble.blames_the_request or trouble.is_too_large:
            return None
        message = trouble.message.lower()
        blamed = trouble.param.lower() or message
        if self.form is not Form.TEXT and (_names(blamed, *_FORM) or _names(message, _FORM[-1])):
            return replace(self, form=Form(self.form + 1))
        if self.temperature and "temperature" in blamed:
            return replace(self, temperature=False)
        if self.limit and self.limit in blamed:
            return self._after_the_limit(message)
        if self.system_role and _names(blamed, "system role", "messages[0].role", "'system'"):
            return replace(self, system_role=False)
        return None

    def after_thoughts_only(self, prompt: Prompt) -> Dialect:
        """Give what to try after an answer whose limit was reached before it began.

        Four times as much is asked for by whoever heeds `room`, up to a bound.
        """
        longest = self.longest(prompt)
        if longest is None:
            return self
        return replace(self, room=max(self.room, min(4 * longest, _MOST_ROOM)))

    def after_too_large(self) -> Dialect:
        """Give what to try with other questions after one did not fit: perhaps for its room."""
        return replace(self, room=self.room // 4)

    def _after_the_limit(self, message: str) -> Dialect:
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


def _response_format(form: Form, prompt: Prompt) -> dict[str, object]:
    if form is Form.JSON_SCHEMA:
        named = {"name": "answer", "strict": True, "schema": dict(prompt.schema)}
        return {"type": "json_schema", "json_schema": named}
    if form is Form.JSON_OBJECT_OF_SCHEMA:
        return {"type": "json_object", "schema": dict(prompt.narrow or prompt.schema)}
    return {"type": "json_object"}


def write(dialect: Dialect) -> str:
    """Write it as JSON, to be read again by a later run."""
    return json.dumps(asdict(dialect) | {"form": dialect.form.name.lower()}, sort_keys=True)


def read(text: str) -> Dialect | None:
    """Read what was written; None where it is nothing of ours, and is to be learned anew."""
    try:
        fields = json.loads(text)
        form = Form[fields["form"].upper()]
        return Dialect(**fields | {"form": form}) if _is_sound(fields) else None
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


def describe(dialect: Dialect) -> tuple[str, ...]:
    """Say in a few words each what the server was found to do, for a reader."""
    forms = {
        Form.JSON_SCHEMA: "answers in the form of a JSON schema",
        Form.JSON_OBJECT_OF_SCHEMA: "answers in the form of a JSON schema, beside a JSON object",
        Form.JSON_OBJECT: "answers as a JSON object of any form",
        Form.TEXT: "answers as text",
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
