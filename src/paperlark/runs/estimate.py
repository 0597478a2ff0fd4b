"""What a page would cost: everything is made up to the judge, and nothing is sent to a model."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from paperlark.day import DayParts, make_digest
from paperlark.domain.profile import Profile
from paperlark.domain.spending import Cost, PriceSource, Tokens
from paperlark.llm.budget import BudgetLedger
from paperlark.ports import Advance, Progress
from paperlark.settings import ModelSettings

if TYPE_CHECKING:
    from paperlark.judges.estimate import EstimatingJudge


@dataclass(frozen=True, slots=True)
class CostEstimate:
    """What one day's page would take.

    `papers` would be asked about, in so many `questions`; `known` were judged before and cost
    nothing, and `waiting` are with a batch service already. `cost` is None where nobody knows the
    price. `left` is what is left of what, in US dollars, of each bound of the budget:
    `{"month": (left, bound)}`.
    """

    day: date
    announced: int
    scanned: int
    unread: int
    known: int
    waiting: int
    papers: int
    questions: int
    tokens: Tokens
    cost: Cost | None
    left: Mapping[str, tuple[Decimal, Decimal]]

    @property
    def fits(self) -> bool:
        """Whether it is within the budget, as far as that is known."""
        cost = self.cost
        return cost is None or all(cost.total <= left for left, _ in self.left.values())


@dataclass(frozen=True, slots=True)
class Estimator:
    """One profile's parts, put together to estimate any day; `days` are those there may be."""

    model: str
    source: PriceSource | None
    days: Callable[[date, date], tuple[date, ...]]
    estimate: Callable[[date, Progress], CostEstimate]


@dataclass(frozen=True, slots=True)
class _AsCounting:
    """Progress that does not say that anything is judged."""

    progress: Progress

    def step(self, name: str, total: int) -> AbstractContextManager[Advance]:
        """Open a step."""
        return self.progress.step("counting" if name == "judging" else name, total)


@dataclass(frozen=True, slots=True)
class EstimateDay:
    """Estimate one day's page after the other: everything is made up to the judge."""

    profile: Profile
    model: ModelSettings
    parts: DayParts
    begin: Callable[[date], None]
    judge: EstimatingJudge
    ledger: BudgetLedger
    now: Callable[[], datetime]

    def __call__(self, day: date, progress: Progress) -> CostEstimate:
        """Return what the page of that day would take; raises SourceError or StoreError."""
        from paperlark.llm import prices  # noqa: PLC0415  # megabytes of prices

        self.begin(day)
        parts = replace(self.parts, judge=self.judge)
        digest = make_digest(day, self.profile, parts, _AsCounting(progress))
        taken, funnel = self.judge.taken(), digest.funnel
        asked = (funnel.shortlisted, funnel.explored, funnel.followed_asked)
        wanted = sum(filter(None, asked))
        return CostEstimate(
            day=day,
            # Of a day that was made here all of these are known.
            announced=funnel.announced or 0,
            scanned=funnel.scanned or 0,
            unread=funnel.unread or 0,
            known=wanted - len(taken.papers | taken.waiting),
            waiting=len(taken.waiting - taken.papers),
            papers=len(taken.papers),
            questions=taken.questions,
            tokens=taken.tokens,
            cost=prices.cost(
                self.model.model,
                self.model.base_url,
                taken.tokens,
                self.now(),
                own=self.model.prices,
                batch=self.model.batch,
            ),
            left=self.ledger.left(),
        )
