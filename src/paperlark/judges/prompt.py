"""The system prompt: the instructions, then one reader's criteria.

It is the same to the byte for every question of a profile, because providers charge less for a
prefix that they have cached.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from string import Template
from typing import Any

from paperlark.domain.criteria import Criteria
from paperlark.domain.judgement import HIGHEST, LOWEST
from paperlark.domain.profile import Cutoffs


@dataclass(frozen=True, slots=True)
class AnswerTexts:
    """What a model writes besides scores and comments, and in which language.

    `language` names it in English, None for English itself; `summaries` asks for a sentence on
    what is new in each paper that gets a comment.
    """

    language: str | None = None
    summaries: bool = False


AS_USUAL = AnswerTexts()

_SCORE = {"type": "integer", "description": "a whole number from 1 to 10"}
_ROW: Mapping[str, object] = {
    "type": "object",
    "properties": {
        "paper": {"type": "integer"},
        "relevance": _SCORE,
        "novelty": _SCORE,
        "comment": {"type": "string"},
    },
    "required": ["paper", "relevance", "novelty", "comment"],
    "additionalProperties": False,
}
SCHEMA: Mapping[str, object] = {
    "type": "object",
    "properties": {"rows": {"type": "array", "items": _ROW}},
    "required": ["rows"],
    "additionalProperties": False,
}
"""JSON schema of an answer, without bounds, which not every server supports."""


def answer_schema(*, summaries: bool) -> Mapping[str, object]:
    """Return the schema of an answer, with summaries if so asked."""
    return _of_rows(_with_summary(_ROW)) if summaries else SCHEMA


def _of_rows(row: Mapping[str, object], **bounds: int) -> Mapping[str, object]:
    return {**SCHEMA, "properties": {"rows": {"type": "array", "items": row, **bounds}}}


def _with_summary(row: Mapping[str, Any]) -> Mapping[str, object]:
    return {
        **row,
        "properties": {**row["properties"], "summary": {"type": "string"}},
        "required": [*row["required"], "summary"],
    }


_SCORES = tuple(range(LOWEST, HIGHEST + 1))

_MARGIN = 1
"""Points below a cut-off at which a comment is still wanted: a reader may lower it by one."""


def narrow_schema(numbers: Collection[int], *, summaries: bool = False) -> Mapping[str, object]:
    """Return the schema of exactly one row a paper, for servers that enforce it by a grammar.

    Without it the smallest models get neither the papers' numbers nor the scores' bounds right.
    """
    score = {"type": "integer", "enum": _SCORES}
    fields = {
        "paper": {"type": "integer", "enum": tuple(numbers)},
        "relevance": score,
        "novelty": score,
        "comment": {"type": "string"},
    }
    items = {**_ROW, "properties": fields}
    return _of_rows(
        _with_summary(items) if summaries else items,
        minItems=len(numbers),
        maxItems=len(numbers),
    )


@cache
def instructions(writing: AnswerTexts = AS_USUAL) -> str:
    """Return the template that is the same for every reader, except for two scores."""
    text = _prompt("judge.md")
    more = [_prompt("summary.md")] if writing.summaries else []
    if writing.language:
        more.append(Template(_prompt("language.md")).substitute(language=writing.language))
    before, criteria = text.split(_CRITERIA)
    return "\n".join((before, *more)) + ("\n" if more else "") + _CRITERIA + criteria


_CRITERIA = "# The reader's criteria"
"""The heading that ends the instructions."""


def _prompt(name: str) -> str:
    return files(__package__).joinpath("prompts", name).read_text(encoding="utf-8")


def fingerprint(writing: AnswerTexts = AS_USUAL) -> str:
    """Return the instructions' hash: stored judgements under other instructions do not count."""
    return hashlib.sha256(instructions(writing).encode()).hexdigest()[:16]


def system(criteria: Criteria, cutoffs: Cutoffs, writing: AnswerTexts = AS_USUAL) -> str:
    """Return the instructions, then the reader's criteria as written.

    The cut-offs determine from which scores on a comment is requested.
    """
    lowest = _lowest_commented(cutoffs)
    text = Template(instructions(writing)).substitute(
        relevance=lowest.relevance, novelty=lowest.novelty
    )
    return f"{text.rstrip()}\n\n{criteria.text.strip()}\n"


def asks_for_comment(relevance: int, novelty: int, cutoffs: Cutoffs) -> bool:
    """Return whether a comment is requested for a paper with these scores."""
    return _lowest_commented(cutoffs).meets(relevance, novelty)


def _lowest_commented(cutoffs: Cutoffs) -> Cutoffs:
    """Return the lowest scores with a comment."""
    relevance, novelty = cutoffs.relevance - _MARGIN, cutoffs.novelty - _MARGIN
    return Cutoffs(max(LOWEST, relevance), max(LOWEST, novelty))


# "Group" alone is a term of algebra, of galaxies and of chemistry.
_AUTHOR_WORDS = re.compile(
    r"\b(?:(?:co-?)?authors?|authored|affiliat\w*|universit(?:y|ies)|institut(?:es?|ions?)"
    r"|(?:research|working)\s+groups?|groups?\s+(?:at|led\s+by|of\s+(?:Prof|Dr))"
    r"|(?:written|papers?|work)\s+by)\b",
    re.IGNORECASE,
)


def mentions_authors(criteria: str) -> bool:
    """Return whether these criteria may depend on the authors, so that a judge must see them."""
    return _AUTHOR_WORDS.search(criteria) is not None
