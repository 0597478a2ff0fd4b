"""Papers in, questions for a batch service out, as many as the budget allows."""

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
from paperlark.domain.judgement import Precedents
from paperlark.domain.paper import Paper
from paperlark.domain.spending import Prices
from paperlark.judges.batch_size import BatchPlan, batches, to_prompt
from paperlark.judges.question import ask_about
from paperlark.llm.batch_file import Body
from paperlark.llm.budget import BudgetLedger
from paperlark.llm.chat_stack import max_batch_cost, with_reasoning_budget
from paperlark.llm.openai_compatible import OpenAICompatible


@dataclass(frozen=True, slots=True)
class BatchTerms:
    """How questions are put to a model, and what that may cost.

    `capabilities_known` says whether it is known what the server accepts; `body` then returns the
    request. `max_cost` returns how many US dollars an answer can cost, None without a known price.
    """

    capabilities_known: Callable[[], bool]
    body: Callable[[Prompt], Body]
    max_cost: Callable[[Prompt], Decimal | None]
    ledger: BudgetLedger

    @classmethod
    def of(
        cls,
        chat: OpenAICompatible,
        ledger: BudgetLedger,
        base_url: str,
        *,
        own_prices: Prices | None,
        now: Callable[[], datetime],
    ) -> BatchTerms:
        """Return the terms of a client, whose questions leave room for reasoning."""

        def with_room(prompt: Prompt) -> Prompt:
            return with_reasoning_budget(prompt, chat.reasoning_tokens)

        return cls(
            capabilities_known=lambda: chat.knows_capabilities,
            body=lambda prompt: chat.body(with_room(prompt)),
            max_cost=lambda prompt: max_batch_cost(
                with_room(prompt), chat.name, base_url, now(), own_prices=own_prices
            ),
            ledger=ledger,
        )


@dataclass(frozen=True, slots=True)
class BatchRequest:
    """One question that can be submitted."""

    papers: tuple[Paper, ...]
    question: BatchedQuestion
    body: Body


@dataclass(slots=True)
class BatchRequestBuilder:
    """Puts papers into questions, the best first, until one more could exceed the budget.

    `over_budget` is what the question that it stopped at can cost, None where the budget was
    enough for all.
    """

    plan: BatchPlan
    terms: BatchTerms
    rng: Random
    over_budget: Decimal | None = None
    _total: Decimal = Decimal(0)

    def build(
        self, papers: Sequence[Paper], precedents: Precedents, most: int
    ) -> Iterator[BatchRequest]:
        """Yield questions about up to `most` papers each; smaller ones where the budget ends."""
        rest = papers
        while rest and self.over_budget is None:
            plan = replace(self.plan, most=most)
            batch = next(batches(rest, plan, precedents, size=lambda: len(papers)))
            request = self._request(batch, precedents)
            cost = request.question.most or Decimal(0)
            if self.terms.ledger.refusal(self._total + cost) is None:
                self._total += cost
                rest = rest[len(batch) :]
                yield request
            elif len(batch) > 1:
                most = len(batch) // 2
            else:
                self.over_budget = cost

    def _request(self, papers: tuple[Paper, ...], precedents: Precedents) -> BatchRequest:
        question = ask_about(papers, precedents, rng=self.rng, authors=self.plan.authors)
        prompt = to_prompt(question, self.plan)
        numbered = tuple(
            BatchedPaper(number, one.id, one.version) for number, one in question.papers.items()
        )
        batched = BatchedQuestion(numbered, self.terms.max_cost(prompt))
        return BatchRequest(papers, batched, self.terms.body(prompt))


def describe_waiting(
    job: BatchJob, misses: Sequence[BatchMiss], now: datetime, *, is_own: bool, problem: str
) -> str:
    """Describe where a paper waits, since when, the current problem, and the last failure.

    `is_own` is a job that this profile collects itself; `problem` is empty where there is none.
    """
    since = _moment(job.at, now)
    if job.state is BatchJobState.SUBMITTING:
        where = f"in a batch that may have been submitted {since}"
    elif is_own:
        where = f"in a batch submitted {since}, not answered yet"
    else:
        page = f"the page of {job.judgement_key.day} of {job.judgement_key.profile!r}"
        where = f"in a batch submitted {since} for {page}, not answered yet"
    before = f"; before that: {misses[-1].reason}" if misses else ""
    return f"{where} ({problem}){before}" if problem else f"{where}{before}"


def _moment(at: datetime, now: datetime) -> str:
    day = "" if at.date() == now.date() else f"on {at:%Y-%m-%d} "
    return f"{day}at {at:%H:%M} UTC"
