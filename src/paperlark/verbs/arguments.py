"""What each verb takes: checked when it comes from outside, and its JSON schema for who sends it.

A field's description is what an assistant and the OpenAPI description are told; it is short,
because an assistant reads it before every conversation.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from paperlark import InvalidArguments
from paperlark.domain.paper import identify

_LONGEST_QUERY = 500
_MOST_PROBLEMS = 5


def _named(text: object) -> object:
    """Return the identifier that a text or an address names."""
    found = identify(text) if isinstance(text, str) else None
    if found is None:
        raise ValueError("no arXiv identifier; write it like 2502.12206")
    return found.id


PaperName = Annotated[
    str,
    BeforeValidator(_named),
    Field(description="arXiv id, such as 2502.12206"),
]
Cursor = Annotated[str | None, Field(description="`next` of the answer before, same arguments")]


class Arguments(BaseModel):
    """Arguments of a verb; a name that is not known is a mistake, not ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class DigestArguments(Arguments):
    """A day's page."""

    day: date | None = Field(default=None, description="default: the latest")
    cursor: Cursor = None


class SearchArguments(Arguments):
    """A search of the archive."""

    query: str = Field(
        default="", description='words; "a phrase"; begin*', max_length=_LONGEST_QUERY
    )
    author: str | None = Field(default=None, max_length=_LONGEST_QUERY)
    category: str | None = Field(
        default=None, description="cs.LG, or an archive such as math", max_length=40
    )
    first: date | None = Field(default=None, description="announced since")
    last: date | None = Field(default=None, description="announced until")
    on_page: bool = Field(default=False, description="only papers that a page showed")
    cursor: Cursor = None


class PaperArguments(Arguments):
    """One paper."""

    id: PaperName


class SimilarArguments(Arguments):
    """The papers nearest to one."""

    id: PaperName
    cursor: Cursor = None


class VoteArguments(Arguments):
    """A vote."""

    id: PaperName
    vote: Literal["up", "down", "none"] = Field(description="more, fewer like it; none takes back")


class SaveArguments(Arguments):
    """Saving a paper, or not any more."""

    id: PaperName
    saved: bool = Field(default=True, description="false: no longer")


_Arguments = TypeVar("_Arguments", bound=Arguments)


def check_arguments(shape: type[_Arguments], given: Mapping[str, object]) -> _Arguments:
    """Return arguments as a verb takes them; raises InvalidArguments with everything wrong."""
    try:
        return shape.model_validate(given)
    except ValidationError as error:
        problems = "; ".join(_problem(one) for one in error.errors()[:_MOST_PROBLEMS])
        fields = ", ".join(shape.model_fields)
        raise InvalidArguments(problems, hint=f"the arguments are {fields}") from error


def _problem(error: Any) -> str:  # noqa: ANN401  # pydantic's own
    where = ".".join(str(part)[:40] for part in error["loc"]) or "arguments"
    return f"{where}: {error['msg'].removeprefix('Value error, ')}"


class _Brief(GenerateJsonSchema):
    """JSON schemas without titles, and without null beside what may be left out."""

    def nullable_schema(self, schema: core_schema.NullableSchema) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        found = super().default_schema(schema)
        if found.get("default", ...) in {None, ""}:
            del found["default"]
        return found

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ANN401, ARG002  # as above
        return False


def schema_of(shape: type[Arguments]) -> dict[str, Any]:
    """Return the JSON schema of a verb's arguments."""
    schema = shape.model_json_schema(schema_generator=_Brief)
    kept = {"type": "object", "properties": schema.get("properties", {})}
    if schema.get("required"):
        kept["required"] = schema["required"]
    return {**kept, "additionalProperties": False}
