"""What a model is told before any paper: the instructions and one reader's criteria.

It is the same to the byte for every question of a profile, because providers charge less for a
beginning they have seen before.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Mapping
from functools import cache
from importlib.resources import files
from string import Template

from paperlark.domain.criteria import Criteria
from paperlark.domain.judgement import HIGHEST, LOWEST
from paperlark.domain.profile import Cutoffs

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
"""The form of an answer; bounds are left out because not every server knows them."""

_SCORES = tuple(range(LOWEST, HIGHEST + 1))

_NEAR = 1
"""So far below a cut-off a comment is still wanted: a reader may lower it by one."""


def narrow_schema(numbers: Collection[int]) -> Mapping[str, object]:
    """Give the form that only a good answer about these papers has, for servers that hold to it.

    The smallest models find neither a paper's number nor a score's bounds without.
    """
    score = {"type": "integer", "enum": _SCORES}
    fields = {
        "paper": {"type": "integer", "enum": tuple(numbers)},
        "relevance": score,
        "novelty": score,
        "comment": {"type": "string"},
    }
    items = {**_ROW, "properties": fields}
    rows = {"type": "array", "items": items, "minItems": len(numbers), "maxItems": len(numbers)}
    return {**SCHEMA, "properties": {"rows": rows}}


@cache
def instructions() -> str:
    """Read the part that is the same for every reader, but for two scores."""
    return files(__package__).joinpath("prompts", "judge.md").read_text(encoding="utf-8")


def fingerprint() -> str:
    """Name the instructions in the store: judgements under other instructions do not count."""
    return hashlib.sha256(instructions().encode()).hexdigest()[:16]


def system(criteria: Criteria, cutoffs: Cutoffs) -> str:
    """Put the reader's criteria, as they wrote them, under the instructions.

    The cut-offs say from which scores on there is to be a comment.
    """
    near = _near(cutoffs)
    told = Template(instructions()).substitute(relevance=near.relevance, novelty=near.novelty)
    return f"{told.rstrip()}\n\n{criteria.text.strip()}\n"


def asks_for_comment(relevance: int, novelty: int, cutoffs: Cutoffs) -> bool:
    """Tell whether a paper with these scores is to have a comment."""
    near = _near(cutoffs)
    return relevance >= near.relevance and novelty >= near.novelty


def _near(cutoffs: Cutoffs) -> Cutoffs:
    """Give the lowest scores that have a comment."""
    return Cutoffs(max(LOWEST, cutoffs.relevance - _NEAR), max(LOWEST, cutoffs.novelty - _NEAR))


# "Group" alone is a word of algebra, of galaxies and of chemistry.
_PEOPLE = re.compile(
    r"\b(?:(?:co-?)?authors?|authored|affiliat\w*|universit(?:y|ies)|institut(?:es?|ions?)"
    r"|(?:research|working)\s+groups?|groups?\s+(?:at|led\s+by|of\s+(?:Prof|Dr))"
    r"|(?:written|papers?|work)\s+by)\b",
    re.IGNORECASE,
)


def speaks_of_authors(criteria: str) -> bool:
    """Tell whether a judge of these criteria has to see the authors; a doubt is a yes."""
    return _PEOPLE.search(criteria) is not None
