"""A day of which the judge could not be asked about everything, for what that would have cost."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

import pytest

from paperlark.day import DayParts, make_digest
from paperlark.day.assemble import is_worse
from paperlark.domain.criteria import parse_criteria
from paperlark.domain.digest import Digest, Status
from paperlark.domain.errors import JudgeUnavailable
from paperlark.domain.judgement import UnjudgedReason
from paperlark.domain.profile import Exploration, Profile
from paperlark.domain.spending import Cost, PriceSource, Spend, Tokens
from paperlark.ports import Advance, Progress
from paperlark.testing import (
    FakeAnnouncementBatches,
    FakeJudge,
    FakeJudgementMemory,
    FakeRanker,
    FakeSource,
    Silent,
    a_feed,
    a_paper,
)

DAY = date(2025, 2, 26)
PAPERS = tuple(a_paper(f"2502.{number:05}") for number in range(1, 7))
IDS = tuple(paper.id for paper in PAPERS)
PROFILE = Profile(
    title="Mine",
    categories=("cs.LG",),
    criteria=parse_criteria("bats"),
    exploration=Exploration(share=0),
)
PAID = Spend(Tokens(10, 1), Cost(Decimal("0.1"), Decimal("0.01")))
LIST = PriceSource("a list", None, DAY)


@dataclass
class Watched:
    """Progress that remembers what each step was paid with."""

    spends: dict[str, list[Spend]] = field(default_factory=dict)

    @contextmanager
    def step(self, name: str, total: int) -> Iterator[Advance]:  # noqa: ARG002
        paid = self.spends.setdefault(name, [])

        def advance(_units: int = 1, spend: Spend | None = None, /) -> None:
            paid.extend([spend] if spend else [])

        yield advance


def made(judged: int, progress: Progress | None = None) -> Digest:
    judge = FakeJudge(dict.fromkeys(IDS[:judged], (8, 8)), PAID, cause=UnjudgedReason.BUDGET)
    parts = DayParts(
        sources=[FakeSource([a_feed(*PAPERS)])],
        batches=FakeAnnouncementBatches(),
        archive=FakeJudgementMemory(),
        ranker=FakeRanker(IDS),
        judge=judge,
        memory=FakeJudgementMemory(),
        prices=lambda: LIST,
    )
    return make_digest(DAY, PROFILE, parts, progress or Silent())


def test_papers_over_budget_are_counted_apart_and_make_the_page_partial() -> None:
    digest = made(4)
    assert digest.status is Status.PARTIAL
    funnel = digest.funnel
    assert (funnel.judged, funnel.over_budget, funnel.unjudged) == (4, 2, 0)
    assert funnel.shortlisted == 6
    assert [one.paper.id for one in digest.unjudged] == list(IDS[4:])


def test_the_digest_names_the_source_of_the_price() -> None:
    assert made(6).prices == LIST


def test_without_any_budget_left_there_is_no_page() -> None:
    with pytest.raises(JudgeUnavailable, match="none of 6 papers"):
        made(0)


def test_a_page_with_more_papers_over_budget_is_worse() -> None:
    assert is_worse(made(2), made(4))
    assert not is_worse(made(4), made(2))


def test_progress_reports_the_cost_of_each_call() -> None:
    watched = Watched()
    made(4, watched)
    assert watched.spends["judging"] == [PAID] * 4
