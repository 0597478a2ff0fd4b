"""Estimate what judging will take in tokens, counted on the questions that would be sent."""

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

_OVERHEAD = 11
"""Tokens that the chat format adds to two messages: roles and separators."""
_COMMENT_SHARE, _COMMENT_TOKENS = 0.25, 40
"""Assumed share of papers with a comment, and tokens of one, where nothing was measured."""
_SUMMARY_TOKENS = {True: 40, False: 65}
"""Assumed tokens of a summary in English, and in another language, likewise for that share."""


@dataclass(frozen=True, slots=True)
class TokenEstimate:
    """Number of questions, and tokens of the o200k vocabulary."""

    questions: int
    prompt: int
    completion: int


def count_tokens(texts: Iterable[str]) -> tuple[int, ...]:
    """Return each text's tokens in the o200k vocabulary; control tokens count as ordinary text."""
    from toktok import batch_count  # noqa: PLC0415  # half a second until it has its tables

    return tuple(batch_count(list(texts), "o200k_base", threads=1))


def estimate(
    papers: Sequence[Paper],
    plan: BatchPlan,
    precedents: Precedents = NO_PRECEDENTS,
    *,
    completion_each: float | None = None,
) -> TokenEstimate:
    """Estimate tokens when every question is answered at the first attempt, without reasoning.

    `completion_each` is the measured average of completion tokens a paper, None where there is
    none.
    """
    rng = Random(0)  # noqa: S311  # nothing is sent: any numbers will do
    texts = [
        ask_about(batch, precedents, rng=rng, authors=plan.authors).text
        for batch in batches(papers, plan, precedents, size=lambda: plan.most)
    ]
    written = _COMMENT_TOKENS + _summary_tokens(plan)
    row = sum(count_tokens([_row(412, 8, 6, "", "" if plan.writing.summaries else None) + ","]))
    each = row + _COMMENT_SHARE * written if completion_each is None else completion_each
    per_question = _OVERHEAD + sum(count_tokens([plan.system]))
    return TokenEstimate(
        questions=len(texts),
        prompt=sum(count_tokens(texts)) + per_question * len(texts),
        completion=round(each * len(papers)) + len(texts) * sum(count_tokens([_answer(())])),
    )


def _summary_tokens(plan: BatchPlan) -> int:
    return _SUMMARY_TOKENS[plan.writing.language is None] if plan.writing.summaries else 0


def answer_tokens(
    judgements: Iterable[Judgement], cutoffs: Cutoffs, *, summaries: bool = False
) -> int:
    """Return the tokens of an answer with these judgements, with texts only where needed."""
    rows = []
    for one in judgements:
        written = asks_for_comment(one.relevance, one.novelty, cutoffs)
        summary = (one.summary if written else "") if summaries else None
        comment = one.comment if written else ""
        rows.append(_row(412, one.relevance, one.novelty, comment, summary))
    return sum(count_tokens([_answer(rows)]))


def _answer(rows: Iterable[str]) -> str:
    return f'{{"rows":[{",".join(rows)}]}}'


def _row(
    number: int, relevance: int, novelty: int, comment: str, summary: str | None = None
) -> str:
    row = {"paper": number, "relevance": relevance, "novelty": novelty, "comment": comment}
    if summary is not None:
        row["summary"] = summary
    return json.dumps(row, ensure_ascii=False, separators=(",", ":"))


@dataclass(frozen=True, slots=True)
class EstimatedTokens:
    """What judging would take: the papers, the number of questions, and their tokens.

    `waiting` are papers that are already in a batch.
    """

    papers: frozenset[PaperId]
    waiting: frozenset[PaperId]
    questions: int
    tokens: Tokens


NOTHING = EstimatedTokens(frozenset(), frozenset(), 0, Tokens(0, 0))


class EstimatingJudge:
    """Takes a judge's place and adds up what judging would take; nothing is sent.

    `jobs` are those whose answers are not stored yet: what waits there is not asked again.
    `completion_each` is that judge's measured average of completion tokens a paper, None where
    there is none.
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
        self._total = NOTHING

    def model(self, day: date) -> str:
        """Return the judge's model."""
        return self._judge.model(day)

    @property
    def signature(self) -> str:
        """The judge's, so that its stored judgements count."""
        return self._judge.signature

    @property
    def prompt(self) -> str:
        """The judge's prompt."""
        return self._judge.prompt

    def judge(
        self,
        papers: Sequence[Paper],
        day: date,
        precedents: Precedents = NO_PRECEDENTS,
        reading: int = FIRST_READING,
    ) -> Iterator[ModelCall | Unjudged]:
        """Add what judging these papers would take; none of them is judged."""
        waiting = {paper.id for paper in papers if self._is_waiting(paper, day, reading)}
        asked = [paper for paper in papers if paper.id not in waiting]
        one = estimate(asked, self._judge.plan, precedents, completion_each=self._completion_each)
        before = self._total
        self._total = EstimatedTokens(
            before.papers | {paper.id for paper in asked},
            before.waiting | waiting,
            before.questions + one.questions,
            Tokens(before.tokens.prompt + one.prompt, before.tokens.completion + one.completion),
        )
        yield from (Unjudged(paper, UnjudgedReason.NOT_RECORDED, "not asked") for paper in papers)

    def _is_waiting(self, paper: Paper, day: date, reading: int) -> bool:
        judgement_key = JudgementKey(day, "", self._criteria, self.signature).of_reading(reading)
        return any(
            (job.judgement_key.criteria, job.judgement_key.judge)
            == (judgement_key.criteria, judgement_key.judge)
            and job.contains(paper)
            for job in self._jobs
        )

    def taken(self) -> EstimatedTokens:
        """Return the total since the last call."""
        taken, self._total = self._total, NOTHING
        return taken
