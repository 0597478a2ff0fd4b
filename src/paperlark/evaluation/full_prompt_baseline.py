"""The plain way to have a day judged: every paper is read, and each gets a comment.

One prompt of full instructions and criteria, then some papers with id, title and abstract; a row
with id, comment and both scores for each comes back. The instructions are as long as those of
pages that others make this way.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from functools import cache
from importlib.resources import files

from paperlark.domain.criteria import Criteria
from paperlark.domain.judgement import Judgement
from paperlark.domain.paper import Paper
from paperlark.domain.spending import Tokens
from paperlark.judges.estimate import count_tokens

SIZES = (4, 8, 16)
"""Papers in one prompt, as others have them."""
USUAL_SIZE = 8


def plain_tokens(
    papers: Sequence[Paper],
    criteria: Criteria,
    judgements: Sequence[Judgement],
    size: int = USUAL_SIZE,
) -> Tokens:
    """Count what it takes; `judgements` are those of the papers, in their order."""
    questions = [_json(_shown(papers[place])) for place in _starts(papers, size)]
    answers = [_rows(judgements[place]) for place in _starts(papers, size)]
    (system,) = count_tokens([f"{_instructions().rstrip()}\n\n{criteria.text.strip()}\n"])
    return Tokens(
        prompt=sum(count_tokens(questions)) + system * len(questions),
        completion=sum(count_tokens(answers)),
    )


def _starts(papers: Sequence[Paper], size: int) -> Iterator[slice]:
    return (slice(start, start + size) for start in range(0, len(papers), size))


def _shown(papers: Sequence[Paper]) -> list[dict[str, str]]:
    return [{"id": one.id, "title": one.title, "abstract": one.abstract} for one in papers]


def _rows(judgements: Sequence[Judgement]) -> str:
    return _json(
        {
            "papers": [
                {
                    "id": one.paper_id,
                    "relevance": one.relevance,
                    "novelty": one.novelty,
                    "comment": one.comment,
                }
                for one in judgements
            ]
        }
    )


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


@cache
def _instructions() -> str:
    return files(__package__).joinpath("prompts", "plain.md").read_text(encoding="utf-8")
