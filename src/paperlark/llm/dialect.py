"""What one server of the chat protocol accepts, learned from its complaints.

Servers say that they speak one protocol and differ in what they refuse: a JSON schema, a
temperature, a name for the limit of tokens, instructions in a message of their own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import IntEnum

from paperlark.llm.trouble import Trouble
from paperlark.ports import Prompt


@dataclass(frozen=True, slots=True)
class Question:
    """All that is asked for; what of it is said to the server, its dialect decides."""

    model: str
    prompt: Prompt
    temperature: float | None


_FORM = (
    "response_format",
    "response format",
    "json_schema",
    "json_object",
    "text' or 'json",
    "response_schema",
    "additionalproperties",
    "structured output",
    "json mode",
)


class Form(IntEnum):
    """How the form of the answer is asked for, the strictest first."""

    JSON_SCHEMA = 0
    JSON_OBJECT_OF_SCHEMA = 1
    """llama-cpp-python's own: it binds the answer by a grammar."""
    JSON_OBJECT = 2
    TEXT = 3


@dataclass(frozen=True, slots=True)
class Dialect:
    """What may be said to a server: everything, until it complains."""

    form: Form = Form.JSON_SCHEMA
    temperature: bool = True
    limit: str | None = "max_tokens"
    system_role: bool = True

    def body(self, question: Question) -> dict[str, object]:
        """Put the question in this dialect."""
        body: dict[str, object] = {
            "model": question.model,
            "messages": self._messages(question.prompt),
        }
        if self.temperature and question.temperature is not None:
            body["temperature"] = question.temperature
        if self.limit and question.prompt.longest_answer is not None:
            body[self.limit] = question.prompt.longest_answer
        if self.form is not Form.TEXT:
            body["response_format"] = _response_format(self.form, question.prompt.schema)
        return body

    def after(self, trouble: Trouble) -> Dialect | None:
        """Give what to try after this complaint; None where it is not about the dialect."""
        if not trouble.blames_the_request:
            return None
        blamed = (trouble.param or trouble.message).lower()
        if self.form is not Form.TEXT and _names(blamed, *_FORM):
            return replace(self, form=Form(self.form + 1))
        if self.temperature and "temperature" in blamed:
            return replace(self, temperature=False)
        if self.limit and self.limit in blamed:
            newer = "max_completion_tokens"
            renamed = newer if newer in trouble.message and self.limit != newer else None
            return replace(self, limit=renamed)
        if self.system_role and _names(blamed, "system role", "messages[0].role", "'system'"):
            return replace(self, system_role=False)
        return None

    def _messages(self, prompt: Prompt) -> list[dict[str, str]]:
        if self.system_role:
            return [
                {"role": "system", "content": prompt.system},
                {"role": "user", "content": prompt.user},
            ]
        return [{"role": "user", "content": f"{prompt.system}\n\n{prompt.user}"}]


def _names(blamed: str, *words: str) -> bool:
    return any(word in blamed for word in words)


def _response_format(form: Form, schema: Mapping[str, object]) -> dict[str, object]:
    if form is Form.JSON_SCHEMA:
        named = {"name": "answer", "strict": True, "schema": dict(schema)}
        return {"type": "json_schema", "json_schema": named}
    if form is Form.JSON_OBJECT_OF_SCHEMA:
        return {"type": "json_object", "schema": dict(schema)}
    return {"type": "json_object"}
