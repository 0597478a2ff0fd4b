"""The schema of what a webhook is sent, with the descriptions that its published form carries."""

from __future__ import annotations

import json
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

_DAY = r"^\d{4}-\d{2}-\d{2}$"
_INSTANT = r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$"
Day = Annotated[str, Field(pattern=_DAY)]
Instant = Annotated[str, Field(pattern=_INSTANT, description="in UTC")]
Score = Annotated[int, Field(ge=1, le=10)]


class WebhookPaper(BaseModel):
    """A saved paper; null is unknown."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    arxiv: Annotated[str, Field(description="arXiv identifier without version")]
    version: Annotated[int, Field(ge=1)]
    title: Annotated[str, Field(description="plain text, formulas in Unicode")]
    authors: list[str]
    abstract: Annotated[str, Field(description="plain text; a blank line between paragraphs")]
    categories: Annotated[list[str], Field(description="the primary one first")]
    url: str
    pdf: str
    doi: str
    announced: Annotated[Day | None, Field(description="the day of the page it was saved on")]
    saved: Instant
    relevance: Score | None
    novelty: Score | None
    criterion: Annotated[str | None, Field(description="the topic that it matched best")]
    comment: Annotated[str | None, Field(description="the judge's")]
    note: Annotated[str | None, Field(description="the reader's own")]


class WebhookEvent(BaseModel):
    """The body of a request. The header webhook-id names the event: the same one may come twice."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    type: Annotated[
        Literal["paper.saved", "paper.updated"],
        Field(description="updated: something of a paper that was told of before has changed"),
    ]
    timestamp: Annotated[Instant, Field(description="when the paper was saved, in UTC")]
    data: WebhookPaper


def webhook_schema() -> str:
    """Return the JSON Schema of a request's body."""
    schema = WebhookEvent.model_json_schema()
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
