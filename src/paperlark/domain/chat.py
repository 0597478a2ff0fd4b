"""A prompt to a language model, and its reply."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from paperlark.domain.spending import Spend


@dataclass(frozen=True, slots=True)
class Prompt:
    """One prompt to a language model.

    `system` has the instructions, the same for many prompts, which servers can cache. `schema` is
    the JSON schema of the reply, `longest_answer` its limit in tokens, None for no limit. `narrow`
    is a schema for this prompt alone, for servers that compile a schema per request; for others
    it would defeat prompt caching.
    """

    system: str = field(repr=False)
    user: str = field(repr=False)
    schema: Mapping[str, object]
    longest_answer: int | None = None
    narrow: Mapping[str, object] | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class ChatReply:
    """A model's reply: its text and usage.

    `lost` is what failed attempts at the same prompt may have cost, None where there were none.
    """

    text: str
    spend: Spend
    lost: Spend | None = None
