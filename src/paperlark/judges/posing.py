"""Papers in, questions that can be left with a batch service out, as many as the budget allows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from random import Random

from paperlark.domain.chat import Prompt
from paperlark.domain.errors import BudgetSpent
from paperlark.domain.job import Asked, Posed
from paperlark.domain.judgement import Precedents
from paperlark.domain.paper import Paper
from paperlark.judges.plan import Plan, batches, to_prompt
from paperlark.judges.question import ask_about
from paperlark.llm.batch_file import Body
from paperlark.llm.purse import Purse


@dataclass(frozen=True, slots=True)
class Terms:
    """How questions are put to a model, and what that may cost.

    `known` tells whether it is known what the server accepts, as `body` then says it. `most` says
    how many US dollars an answer can cost, None where no price is known.
    """

    known: Callable[[], bool]
    body: Callable[[Prompt], Body]
    most: Callable[[Prompt], Decimal | None]
    purse: Purse


@dataclass(frozen=True, slots=True)
class Question:
    """One question that can be left."""

    papers: tuple[Paper, ...]
    posed: Posed
    body: Body


@dataclass(slots=True)
class Poser:
    """Puts papers into questions, the best first, until one more could cost more than is left.

    `over` is what it stopped at: a paper, and what it can cost to ask about it; None where there
    was money for all.
    """

    plan: Plan
    terms: Terms
    dice: Random
    over: Decimal | None = None
    _together: Decimal = Decimal(0)

    def pose(
        self, papers: Sequence[Paper], precedents: Precedents, most: int
    ) -> Iterator[Question]:
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

    def _question(self, papers: tuple[Paper, ...], precedents: Precedents) -> Question:
        asked = ask_about(papers, precedents, dice=self.dice, authors=self.plan.authors)
        prompt = to_prompt(asked, self.plan)
        shown = tuple(Asked(number, one.id, one.version) for number, one in asked.papers.items())
        return Question(papers, Posed(shown, self.terms.most(prompt)), self.terms.body(prompt))

    def _fits(self, amount: Decimal) -> bool:
        try:
            with self.terms.purse.holding(amount) as hold:
                hold.settle(Decimal(0))
        except BudgetSpent:
            return False
        return True
