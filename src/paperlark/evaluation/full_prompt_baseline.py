"""The plain prompt, a baseline: every paper is judged, and each gets a comment.

A prompt has full instructions and criteria, then some papers with id, title and abstract; the
answer has an object with id, both scores and a comment for each. The instructions are as long as
those of other tools that work this way.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from importlib.resources import files

from paperlark.domain.criteria import Criteria
from paperlark.domain.judgement import Judgement
from paperlark.domain.paper import Paper
from paperlark.domain.spending import Tokens
from paperlark.judges.estimate import count_tokens

SIZES = (4, 8, 16)
"""Papers in one prompt, as in other tools."""
USUAL_SIZE = 8


def plain_tokens(
    papers: Sequence[Paper],
    criteria: Criteria,
    judgements: Sequence[Judgement],
    size: int = USUAL_SIZE,
) -> Tokens:
    """Count the tokens; `judgements` are those of the papers, in their order."""
    shown = [{"id": one.id, "title": one.title, "abstract": one.abstract} for one in papers]
    rows = [
        {
            "id": one.paper_id,
            "relevance": one.relevance,
            "novelty": one.novelty,
            "comment": one.comment,
        }
        for one in judgements
    ]
    starts = range(0, len(papers), size)
    questions = [_json(shown[start : start + size]) for start in starts]
    answers = [_json({"papers": rows[start : start + size]}) for start in starts]
    (system,) = count_tokens([f"{_instructions().rstrip()}\n\n{criteria.text.strip()}\n"])
    return Tokens(
        prompt=sum(count_tokens(questions)) + system * len(questions),
        completion=sum(count_tokens(answers)),
    )


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


@cache
def _instructions() -> str:
    return files(__package__).joinpath("prompts", "plain.md").read_text(encoding="utf-8")
