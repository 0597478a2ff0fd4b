"""Estimate what pages would cost: every step up to the judge is run, and no model is asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from paperlark.day import DayParts, make_digest
from paperlark.domain.errors import PaperlarkError
from paperlark.domain.profile import Profile
from paperlark.domain.spending import Cost, PriceSource, Tokens
from paperlark.domain.translation import RankingCriteria
from paperlark.llm.budget import BudgetLedger
from paperlark.ports import Advance, Progress
from paperlark.runs.make_page import FetchAnnouncement, find_days
from paperlark.settings import ModelSettings

if TYPE_CHECKING:
    from paperlark.judges.estimate import EstimatingJudge


@dataclass(frozen=True, slots=True)
class CostEstimate:
    """What one day's page would cost.

    `papers` would be judged, in so many `questions` to the model; `known` were judged before and
    cost nothing, and `waiting` are in a submitted batch. `cost` is None where no price is known.
    `left` has the remainder of each limit of the budget in US dollars: `{"month": (left, limit)}`.
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
        """Whether the cost is within the budget; True where no price is known."""
        cost = self.cost
        return cost is None or all(cost.total <= left for left, _ in self.left.values())


@dataclass(frozen=True, slots=True)
class Estimator:
    """One profile's parts, put together to estimate any day.

    `source` says who states the price of `model`, None where no price is known; `days` returns the
    announcement days in a range.
    """

    model: str
    source: PriceSource | None
    days: Callable[[date, date], tuple[date, ...]]
    estimate: Callable[[date, Progress], CostEstimate]

    def report(self, first: date, last: date, progress: Progress) -> EstimateReport:
        """Estimate every day from first to last; a day that fails does not stop the next.

        Raises SourceError where several days are asked for and there is none.
        """
        estimates: list[CostEstimate] = []
        errors: dict[date, PaperlarkError] = {}
        for day in (first,) if first == last else find_days(self.days, first, last):
            try:
                estimates.append(self.estimate(day, progress))
            except PaperlarkError as error:
                errors[day] = error
        return EstimateReport(self.model, self.source, tuple(estimates), errors)


@dataclass(frozen=True, slots=True)
class EstimateReport:
    """What the pages of several days would cost, and the days that could not be estimated."""

    model: str
    source: PriceSource | None
    estimates: tuple[CostEstimate, ...]
    errors: Mapping[date, PaperlarkError]

    @property
    def total(self) -> Cost | None:
        """The cost of all estimated days; None where the cost of one is not known."""
        costs = [one.cost for one in self.estimates if one.cost is not None]
        return _total(costs) if len(costs) == len(self.estimates) else None


def _total(costs: Sequence[Cost]) -> Cost:
    zero = Decimal(0)
    return Cost(
        sum((one.prompt for one in costs), zero), sum((one.completion for one in costs), zero)
    )


@dataclass(frozen=True, slots=True)
class _CountingProgress:
    """Reports the step of judging as counting, for no model is asked."""

    progress: Progress

    def step(self, name: str, total: int) -> AbstractContextManager[Advance]:
        """Open a step."""
        return self.progress.step("counting" if name == "judging" else name, total)


@dataclass(frozen=True, slots=True)
class EstimateDay:
    """Estimates one day's page after the other: every step up to the judge is run."""

    profile: Profile
    model: ModelSettings
    parts: DayParts
    announcements: FetchAnnouncement
    begin: Sequence[Callable[[date], None]]
    judge: EstimatingJudge
    ledger: BudgetLedger
    now: Callable[[], datetime]
    ranking: Callable[[date], RankingCriteria]

    def __call__(self, day: date, progress: Progress) -> CostEstimate:
        """Return what the page of that day would cost; raises SourceError or StoreError."""
        from paperlark.llm import prices  # noqa: PLC0415  # megabytes of prices

        parts = replace(self.parts, judge=self.judge)
        counting = _CountingProgress(progress)
        announcement = self.announcements(day, counting)
        for begin in self.begin:
            begin(day)
        digest = make_digest(
            *(day, self.profile, parts, counting),
            ranking=self.ranking(day),
            announcement=announcement,
        )
        taken, funnel = self.judge.taken(), digest.funnel
        chosen = (funnel.shortlisted, funnel.explored, funnel.followed_asked)
        wanted = sum(filter(None, chosen))
        return CostEstimate(
            day=day,
            # These counts are only missing in digests that were imported.
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
