"""What judging will take in tokens, counted on the very questions that would be put."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from random import Random

from paperlark.domain.batch_job import BatchJob
from paperlark.domain.judgement import (
    FIRST_READING,
    NO_PRECEDENTS,
    Judgement,
    JudgementKey,
    ModelCall,
    Precedents,
    Unjudged,
    UnjudgedReason,
)
from paperlark.domain.paper import Paper, PaperId
from paperlark.domain.profile import Cutoffs
from paperlark.domain.spending import Tokens
from paperlark.judges.batch_size import BatchPlan, batches
from paperlark.judges.llm import LlmJudge
from paperlark.judges.prompt import asks_for_comment
from paperlark.judges.question import ask_about
from paperlark.llm.tokens import count_tokens

_AROUND = 11
"""Tokens that the protocol puts around two messages: who speaks, where each ends, who is next."""
_COMMENTED, _COMMENT = 0.25, 40
"""The share of papers near the cut-offs, and the tokens of a comment, where none was measured."""


@dataclass(frozen=True, slots=True)
class TokenEstimate:
    """Questions, and tokens in o200k."""

    questions: int
    prompt: int
    completion: int


def estimate(
    papers: Sequence[Paper],
    plan: BatchPlan,
    precedents: Precedents = NO_PRECEDENTS,
    *,
    completion_each: float | None = None,
) -> TokenEstimate:
    """Estimate what it takes when every question is answered at once, without thinking aloud.

    `completion_each` is what a paper took on average so far, None where nothing was measured.
    """
    dice = Random(0)  # noqa: S311  # nobody is asked: any numbers will do
    texts = [
        ask_about(batch, precedents, dice=dice, authors=plan.authors).text
        for batch in batches(papers, plan, precedents, size=lambda: plan.most)
    ]
    row = sum(count_tokens([_row(412, 8, 6, "") + ","]))
    each = row + _COMMENTED * _COMMENT if completion_each is None else completion_each
    around = _AROUND + sum(count_tokens([plan.system]))
    return TokenEstimate(
        questions=len(texts),
        prompt=sum(count_tokens(texts)) + around * len(texts),
        completion=round(each * len(papers)) + len(texts) * sum(count_tokens([_answer(())])),
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
    return sum(count_tokens([_answer(rows)]))


def _answer(rows: Iterable[str]) -> str:
    return f'{{"rows":[{",".join(rows)}]}}'


def _row(number: int, relevance: int, novelty: int, comment: str) -> str:
    row = {"paper": number, "relevance": relevance, "novelty": novelty, "comment": comment}
    return json.dumps(row, ensure_ascii=False, separators=(",", ":"))


@dataclass(frozen=True, slots=True)
class EstimatedTokens:
    """What judging would take: which papers, in how many questions, of how many tokens.

    `waiting` are papers that a batch service was asked about already.
    """

    papers: frozenset[PaperId]
    waiting: frozenset[PaperId]
    questions: int
    tokens: Tokens


NOTHING = EstimatedTokens(frozenset(), frozenset(), 0, Tokens(0, 0))


class EstimatingJudge:
    """Stands in for a judge, so that a day can be made up to it, and nothing is sent.

    `jobs` are those whose answers are not stored yet: what waits there is not asked again.
    `completion_each` is how many tokens a paper took of that judge's answers so far, None where
    nothing was measured.
    """

    def __init__(
        self,
        judge: LlmJudge,
        criteria: str,
        *,
        jobs: Sequence[BatchJob] = (),
        completion_each: float | None = None,
    ) -> None:
        self._judge = judge
        self._criteria = criteria
        self._jobs = jobs
        self._completion_each = completion_each
        self._taken = NOTHING

    def model(self, day: date) -> str:
        """Give the other's model."""
        return self._judge.model(day)

    @property
    def signature(self) -> str:
        """The other's: what it judged is known."""
        return self._judge.signature

    @property
    def prompt(self) -> str:
        """The other's."""
        return self._judge.prompt

    def judge(
        self,
        papers: Sequence[Paper],
        day: date,
        precedents: Precedents = NO_PRECEDENTS,
        reading: int = FIRST_READING,
    ) -> Iterator[ModelCall | Unjudged]:
        """Note what it would take."""
        waiting = {paper.id for paper in papers if self._waits(paper, day, reading)}
        asked = [paper for paper in papers if paper.id not in waiting]
        one = estimate(asked, self._judge.plan, precedents, completion_each=self._completion_each)
        before = self._taken
        self._taken = EstimatedTokens(
            before.papers | {paper.id for paper in asked},
            before.waiting | waiting,
            before.questions + one.questions,
            Tokens(before.tokens.prompt + one.prompt, before.tokens.completion + one.completion),
        )
        yield from (Unjudged(paper, UnjudgedReason.NOT_RECORDED, "not asked") for paper in papers)

    def _waits(self, paper: Paper, day: date, reading: int) -> bool:
        judgement_key = JudgementKey(day, "", self._criteria, self.signature).of_reading(reading)
        return any(
            (job.judgement_key.criteria, job.judgement_key.judge)
            == (judgement_key.criteria, judgement_key.judge)
            and job.contains(paper)
            for job in self._jobs
        )

    def taken(self) -> EstimatedTokens:
        """Give what was noted since the last call."""
        taken, self._taken = self._taken, NOTHING
        return taken
