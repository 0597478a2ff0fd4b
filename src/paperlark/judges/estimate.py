"""What judging will take in tokens, counted on the very questions that would be put."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from random import Random

from paperlark.domain.judgement import NO_PRECEDENTS, Judgement, Precedents
from paperlark.domain.paper import Paper
from paperlark.domain.profile import Cutoffs
from paperlark.judges.plan import Plan, batches
from paperlark.judges.prompt import asks_for_comment
from paperlark.judges.question import ask_about
from paperlark.llm.counting import count

_AROUND = 11
"""Tokens that the protocol puts around two messages: who speaks, where each ends, who is next."""
_COMMENTED, _COMMENT = 0.25, 40
"""The share of papers near the cut-offs, and the tokens of a comment, where none was measured."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """Questions, and tokens in o200k."""

    questions: int
    prompt: int
    completion: int


def estimate(
    papers: Sequence[Paper],
    plan: Plan,
    precedents: Precedents = NO_PRECEDENTS,
    *,
    completion_each: float | None = None,
) -> Estimate:
    """Estimate what it takes when every question is answered at once, without thinking aloud.

    `completion_each` is what a paper took on average so far, None where nothing was measured.
    """
    dice = Random(0)  # noqa: S311  # nobody is asked: any numbers will do
    texts = [
        ask_about(batch, precedents, dice=dice, authors=plan.authors).text
        for batch in batches(papers, plan, precedents, size=lambda: plan.most)
    ]
    row = sum(count([_row(412, 8, 6, "") + ","]))
    each = row + _COMMENTED * _COMMENT if completion_each is None else completion_each
    around = _AROUND + sum(count([plan.system]))
    return Estimate(
        questions=len(texts),
        prompt=sum(count(texts)) + around * len(texts),
        completion=round(each * len(papers)) + len(texts) * sum(count([_answer(())])),
    )


def answer_tokens(judgements: Iterable[Judgement], cutoffs: Cutoffs) -> int:
    """Count what a model writes that judges so, with comments where they are asked for only."""
    rows = [
        _row(
            412,
            one.relevance,
            one.novelty,
            one.comment if asks_for_comment(one.relevance, one.novelty, cutoffs) else "",
        )
        for one in judgements
    ]
    return sum(count([_answer(rows)]))


def _answer(rows: Iterable[str]) -> str:
    return f'{{"rows":[{",".join(rows)}]}}'


def _row(number: int, relevance: int, novelty: int, comment: str) -> str:
    row = {"paper": number, "relevance": relevance, "novelty": novelty, "comment": comment}
    return json.dumps(row, ensure_ascii=False, separators=(",", ":"))
