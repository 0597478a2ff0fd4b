"""What a model is told: the instructions, one reader's criteria, and some papers as data.

What never changes comes first and what changes with every question last, because providers
charge less for a beginning they have seen before.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files

from paperlark.domain.criteria import Criteria
from paperlark.domain.paper import Paper

_SCORE = {"type": "integer", "description": "a whole number from 1 to 10"}
_ROW: Mapping[str, object] = {
    "type": "object",
    "properties": {
        "id": {"type": "string"},
        "relevance": _SCORE,
        "novelty": _SCORE,
        "comment": {"type": "string"},
    },
    "required": ["id", "relevance", "novelty", "comment"],
    "additionalProperties": False,
}
SCHEMA: Mapping[str, object] = {
    "type": "object",
    "properties": {"papers": {"type": "array", "items": _ROW}},
    "required": ["papers"],
    "additionalProperties": False,
}
"""The form of an answer; bounds are left out because not every server knows them."""

# `<|im_start|>`, `</think>` or `[INST]` in an abstract must not become tokens of control.
_CONTROL = re.compile(r"<(?=[|/!\w\uff5c])|\[(?=/?(?:INST|SYS)\])")


@cache
def instructions() -> str:
    """Read the part that is the same for every reader."""
    return files(__package__).joinpath("prompts", "judge.md").read_text(encoding="utf-8")


def fingerprint() -> str:
    """Name the instructions in the store: judgements under other instructions do not count."""
    return hashlib.sha256(instructions().encode()).hexdigest()[:16]


def system(criteria: Criteria) -> str:
    """Put the reader's criteria, as they wrote them, under the instructions."""
    return f"{instructions().rstrip()}\n\n{criteria.text.strip()}\n"


def question(papers: Sequence[Paper]) -> str:
    """Put papers into one JSON array, which no text inside them can leave.

    Title and abstract only: who wrote a paper is no reason to like it.
    """
    rows = [{"id": p.id, "title": p.title, "abstract": p.abstract} for p in papers]
    text = json.dumps(rows, ensure_ascii=False, separators=(",", ":")).encode(errors="replace")
    return _CONTROL.sub(lambda found: f"\\u{ord(found[0]):04x}", text.decode())
