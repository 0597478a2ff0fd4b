"""Papers in, questions that can be left with a batch service out, as many as the budget allows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from random import Random

from paperlark.domain.batch_job import (
    BatchedPaper,
    BatchedQuestion,
    BatchJob,
    BatchJobState,
    BatchMiss,
)
from paperlark.domain.chat import Prompt
from paperlark.domain.errors import BudgetSpent
from paperlark.domain.judgement import Precedents
from paperlark.domain.paper import Paper
from paperlark.judges.batch_size import BatchPlan, batches, to_prompt
from paperlark.judges.question import ask_about
from paperlark.llm.batch_file import Body
from paperlark.llm.budget import BudgetLedger


@dataclass(frozen=True, slots=True)
class BatchTerms:
    """How questions are put to a model, and what that may cost.

    `known` tells whether it is known what the server accepts, as `body` then says it. `most` says
    how many US dollars an answer can cost, None where no price is known.
    """

    known: Callable[[], bool]
    body: Callable[[Prompt], Body]
    most: Callable[[Prompt], Decimal | None]
    ledger: BudgetLedger


@dataclass(frozen=True, slots=True)
class BatchRequest:
    """One question that can be left."""

    papers: tuple[Paper, ...]
    posed: BatchedQuestion
    body: Body


@dataclass(slots=True)
class BatchRequestBuilder:
    """Puts papers into questions, the best first, until one more could cost more than is left.

    `over` is what it stopped at: a paper, and what it can cost to ask about it; None where there
    was money for all.
    """

    plan: BatchPlan
    terms: BatchTerms
    dice: Random
    over: Decimal | None = None
    _together: Decimal = Decimal(0)

    def pose(
        self, papers: Sequence[Paper], precedents: Precedents, most: int
    ) -> Iterator[BatchRequest]:
        """Give questions about up to `most` papers each; smaller ones where the money ends."""
        rest = papers
        while rest and self.over is None:
            plan = replace(self.plan, most=most)
            batch = next(batches(rest, plan, precedents, size=lambda: len(papers)))
            question = self._question(batch, precedents)
            cost = question.posed.most or Decimal(0)
            if self._fits(self._together + cost):
                self._together += cost
                rest = rest[len(batch) :]
                yield question
            elif len(batch) > 1:
                most = len(batch) // 2
            else:
                self.over = cost

    def _question(self, papers: tuple[Paper, ...], precedents: Precedents) -> BatchRequest:
        asked = ask_about(papers, precedents, dice=self.dice, authors=self.plan.authors)
        prompt = to_prompt(asked, self.plan)
        shown = tuple(
            BatchedPaper(number, one.id, one.version) for number, one in asked.papers.items()
        )
        return BatchRequest(
            papers, BatchedQuestion(shown, self.terms.most(prompt)), self.terms.body(prompt)
        )

    def _fits(self, amount: Decimal) -> bool:
        try:
            with self.terms.ledger.holding(amount) as hold:
                hold.settle(Decimal(0))
        except BudgetSpent:
            return False
        return True


def why_waiting(
    job: BatchJob, misses: Sequence[BatchMiss], now: datetime, *, ours: bool, trouble: str
) -> str:
    """Say where it waits, since when, what is in the way, and what came of it before.

    `ours` is a job that this profile collects itself; `trouble` is empty where there is none.
    """
    since = _moment(job.at, now)
    if job.state is BatchJobState.SUBMITTING:
        where = f"in a batch that may have been left {since}"
    elif ours:
        where = f"in a batch left {since}, not answered yet"
    else:
        page = f"the page of {job.judgement_key.day} of {job.judgement_key.profile!r}"
        where = f"in a batch left {since} for {page}, not answered yet"
    before = f"; before that: {misses[-1].reason}" if misses else ""
    return f"{where} ({trouble}){before}" if trouble else f"{where}{before}"


def _moment(at: datetime, now: datetime) -> str:
    day = "" if at.date() == now.date() else f"on {at:%Y-%m-%d} "
    return f"{day}at {at:%H:%M} UTC"
