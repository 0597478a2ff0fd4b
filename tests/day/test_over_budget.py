"""A day of which the judge could not be asked about everything, for what that would have cost."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from paperlark.day import DayParts, make_digest
from paperlark.day.assemble import is_worse
from paperlark.domain.criteria import parse_criteria
from paperlark.domain.digest import Digest, Status
from paperlark.domain.errors import JudgeUnavailable
from paperlark.domain.judgement import ModelCall, OnFailure, Unjudged, UnjudgedReason
from paperlark.domain.paper import Paper
from paperlark.domain.profile import Exploration, Profile
from paperlark.domain.run_states import MEANINGS, State
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


def made(
    judged: int,
    progress: Progress | None = None,
    *,
    on_failure: OnFailure = OnFailure.RANK,
    lost: UnjudgedReason = UnjudgedReason.BUDGET,
) -> Digest:
    judge = FakeJudge(dict.fromkeys(IDS[:judged], (8, 8)), PAID, cause=lost)
    parts = DayParts(
        sources=[FakeSource([a_feed(*PAPERS)])],
        batches=FakeAnnouncementBatches(),
        archive=FakeJudgementMemory(),
        ranker=FakeRanker(IDS),
        judge=judge,
        memory=FakeJudgementMemory(),
        prices=lambda: LIST,
        on_failure=on_failure,
    )
    return make_digest(DAY, PROFILE, parts, progress or Silent())


def test_a_budget_that_was_used_up_by_judging_is_no_failure_and_is_counted_apart() -> None:
    digest = made(4)
    assert digest.status is Status.WITHIN_BUDGET
    assert State(digest.status) == "complete within budget"
    assert MEANINGS[State(digest.status)].exit_code == 0
    funnel = digest.funnel
    assert (funnel.judged, funnel.over_budget, funnel.unjudged) == (4, 2, 0)
    assert funnel.shortlisted == 6
    assert [one.paper.id for one in digest.unjudged] == list(IDS[4:])


def test_the_digest_names_the_source_of_the_price() -> None:
    assert made(6).prices == LIST


def test_one_failure_beside_a_used_up_budget_makes_the_page_partial() -> None:
    class OneFails(FakeJudge):
        def judge(self, papers: Sequence[Paper], *others: Any) -> Iterator[ModelCall | Unjudged]:
            for end in super().judge(papers, *others):
                if isinstance(end, Unjudged) and end.paper.id == IDS[5]:
                    yield replace(end, cause=UnjudgedReason.FAILED)
                else:
                    yield end

    judge = OneFails(dict.fromkeys(IDS[:4], (8, 8)), PAID, cause=UnjudgedReason.BUDGET)
    parts = DayParts(
        sources=[FakeSource([a_feed(*PAPERS)])],
        batches=FakeAnnouncementBatches(),
        archive=FakeJudgementMemory(),
        ranker=FakeRanker(IDS),
        judge=judge,
        memory=FakeJudgementMemory(),
    )
    assert make_digest(DAY, PROFILE, parts, Silent()).status is Status.PARTIAL


@pytest.mark.parametrize("lost", [UnjudgedReason.BUDGET, UnjudgedReason.FAILED])
def test_where_nothing_could_be_judged_the_ranker_makes_the_page_and_it_is_partial(
    lost: UnjudgedReason,
) -> None:
    digest = made(0, lost=lost)
    assert digest.status is Status.PARTIAL
    assert [one.paper.id for one in digest.entries] == list(IDS)
    assert all(one.unjudged and one.judgement is None for one in digest.entries)


@pytest.mark.parametrize("lost", [UnjudgedReason.BUDGET, UnjudgedReason.FAILED])
def test_where_failing_is_wished_for_there_is_no_page_without_a_judgement(
    lost: UnjudgedReason,
) -> None:
    with pytest.raises(JudgeUnavailable, match="none of 6 papers"):
        made(0, on_failure=OnFailure.FAIL, lost=lost)
    digest = made(4, on_failure=OnFailure.FAIL, lost=lost)
    assert [one.paper.id for one in digest.entries] == list(IDS[:4])


def test_papers_that_were_judged_come_before_those_that_the_ranker_chose() -> None:
    digest = made(2, lost=UnjudgedReason.FAILED)
    assert [one.unjudged for one in digest.entries] == [False] * 2 + [True] * 4
    assert [one.place for one in digest.entries] == [1, 2, 3, 4, 5, 6]
    assert len(digest.judgements) == 2


def test_no_more_unjudged_papers_are_shown_than_a_page_without_a_model_would_show() -> None:
    few = replace(PROFILE, page_size=3)
    parts = DayParts(
        sources=[FakeSource([a_feed(*PAPERS)])],
        batches=FakeAnnouncementBatches(),
        archive=FakeJudgementMemory(),
        ranker=FakeRanker(IDS),
        judge=FakeJudge({IDS[1]: (8, 8), IDS[2]: (1, 1)}, PAID),
        memory=FakeJudgementMemory(),
    )
    digest = make_digest(DAY, few, parts, Silent())
    assert [one.paper.id for one in digest.entries] == [IDS[1], IDS[0]]


def test_a_page_that_nothing_was_judged_for_never_replaces_one_that_was_judged() -> None:
    good = made(6)
    for other in (replace(good, criteria="others"), replace(good, judge="another/1")):
        assert is_worse(made(0), other)
        assert is_worse(made(0, lost=UnjudgedReason.FAILED), other)
        assert not is_worse(made(1), other)
        assert not is_worse(other, made(0))
    assert not is_worse(made(0), replace(good, categories=("math.CO",)))


def test_a_page_with_more_papers_over_budget_is_worse() -> None:
    assert is_worse(made(2), made(4))
    assert not is_worse(made(4), made(2))


def test_progress_reports_the_cost_of_each_call() -> None:
    watched = Watched()
    made(4, watched)
    assert watched.spends["judging"] == [PAID] * 4
