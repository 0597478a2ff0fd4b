"""A question to a language model, and what it answered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from paperlark.domain.spending import Spend


@dataclass(frozen=True, slots=True)
class Prompt:
    """One question to a language model.

    `system` are the instructions, the same for many questions. `schema` is the form of the
    answer, in JSON. `longest_answer` is how many tokens it may have, None where nobody minds.
    `narrow` is the form that answers to this very question have, for servers that bind each
    answer anew; others would take it for a beginning that they have not seen before.
    """

    system: str = field(repr=False)
    user: str = field(repr=False)
    schema: Mapping[str, object]
    longest_answer: int | None = None
    narrow: Mapping[str, object] | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class ChatReply:
    """A model's answer: its text and what it used (None where the server did not say).

    `lost` is what failed attempts at the same question may have cost, None where there were none.
    """

    text: str
    spend: Spend
    lost: Spend | None = None
