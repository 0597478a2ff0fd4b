"""What was spent, added up from the exchanges to the last decimal."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paperlark.domain.announcement import AnnounceType
from paperlark.domain.batch_job import BatchedPaper, BatchedQuestion, BatchJob, BatchJobState
from paperlark.domain.digest import Digest, Entry, Funnel, Status
from paperlark.domain.judgement import Judgement, JudgementKey, Match, ModelCall
from paperlark.domain.profile import Cutoffs
from paperlark.domain.spending import Cost, Expense, Period, Spend, Tokens
from paperlark.store.batch_jobs import BatchJobStore
from paperlark.store.connection import DatabaseConnection
from paperlark.store.database import open_database
from paperlark.store.digests import DigestStore
from paperlark.store.judgements import JudgementStore
from paperlark.store.spending import SpendingStore
from paperlark.testing import a_paper
from standins.postgresql import ENGINES, OpenEngine

DAY = date(2025, 2, 26)
ASKING = JudgementKey(DAY, "Mine", "criteria", "gpt-4o/abc")
PAID = Spend(Tokens(1000, 100, cached=400), Cost(Decimal("0.002"), Decimal("0.001")))
UNTOLD = Spend(None, None, most=Decimal("0.05"))
FEBRUARY, MARCH = date(2025, 2, 1), date(2025, 3, 1)
ONE, OTHER = a_paper("2502.00001"), a_paper("2502.00002")

Pay = Callable[..., None]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "store.db"


@pytest.fixture(params=ENGINES)
def connection(
    request: pytest.FixtureRequest, open_engine: OpenEngine
) -> Iterator[DatabaseConnection]:
    with open_engine(request.param) as opened:
        yield opened


@pytest.fixture
def spending(connection: DatabaseConnection, path: Path) -> SpendingStore:
    return SpendingStore(connection, path)


@pytest.fixture
def pay(connection: DatabaseConnection, path: Path) -> Pay:
    def keep(
        spend: Spend = PAID,
        *judgements: Judgement,
        judgement_key: JudgementKey = ASKING,
        at: datetime = datetime(2025, 2, 26, 12, tzinfo=UTC),
    ) -> None:
        store = JudgementStore(connection, path, now=lambda: at)
        store.keep(ModelCall(judgements, spend, "{}"), judgement_key)

    return keep


def said(paper: str, version: int = 1) -> Judgement:
    return Judgement(a_paper(paper).id, version, 8, 7, "Good.")


def test_nothing_was_spent_where_nothing_was_paid(spending: SpendingStore) -> None:
    assert spending.expenses(Period.MONTH) == ()
    assert spending.on_page("Mine", DAY) == 0
    assert spending.in_month(FEBRUARY) == 0
    assert spending.completion_each("gpt-4o/abc") is None


def test_a_page_costs_what_all_criteria_and_judges_of_its_day_cost(
    spending: SpendingStore, pay: Pay
) -> None:
    pay()
    pay(judgement_key=replace(ASKING, criteria="others"))
    pay(judgement_key=replace(ASKING, judge="gpt-4o/abc#2"))
    pay(judgement_key=replace(ASKING, day=date(2025, 2, 27)))
    pay(judgement_key=replace(ASKING, profile="Yours"))
    assert spending.on_page("Mine", DAY) == Decimal("0.009")


def test_what_may_have_been_paid_counts_as_the_most_that_it_can_be(
    spending: SpendingStore, pay: Pay
) -> None:
    pay()
    pay(UNTOLD)
    pay(Spend(Tokens(1, 1), None))
    assert spending.on_page("Mine", DAY) == Decimal("0.053")


def test_a_month_is_one_of_utc_and_everybody_s(spending: SpendingStore, pay: Pay) -> None:
    pay(at=datetime(2025, 2, 1, tzinfo=UTC))
    pay(at=datetime(2025, 2, 28, 23, 59, 59, 999999, tzinfo=UTC))
    pay(judgement_key=replace(ASKING, profile="Yours"))
    pay(at=datetime(2025, 3, 1, tzinfo=UTC))
    pay(at=datetime(2025, 1, 31, 23, 59, 59, tzinfo=UTC))
    assert spending.in_month(FEBRUARY) == Decimal("0.009")
    assert spending.in_month(MARCH) == Decimal("0.003")


def test_expenses_are_put_together_by_month_model_and_reader(
    spending: SpendingStore, pay: Pay
) -> None:
    pay(PAID, said("2502.00001"), said("2502.00002"))
    pay(PAID, said("2502.00003"), judgement_key=replace(ASKING, judge="gpt-4o/another-prompt"))
    pay(judgement_key=replace(ASKING, judge="org/model/abc"))
    pay(judgement_key=replace(ASKING, profile="Yours"), at=datetime(2025, 3, 2, tzinfo=UTC))
    first, *others = spending.expenses(Period.MONTH)
    assert (first.period, first.model, first.profile) == (MARCH, "gpt-4o", "Yours")
    assert others == [
        Expense(
            period=FEBRUARY,
            model="gpt-4o",
            profile="Mine",
            judged=3,
            selected=0,
            requests=2,
            tokens=Tokens(2000, 200, 800),
            without_usage=0,
            cost=Cost(Decimal("0.004"), Decimal("0.002")),
            unpriced=0,
            most=None,
        ),
        replace(
            others[0],
            model="org/model",
            judged=0,
            requests=1,
            tokens=Tokens(1000, 100, 400),
            cost=Cost(Decimal("0.002"), Decimal("0.001")),
        ),
    ]


def test_expenses_by_day_are_those_of_a_page(spending: SpendingStore, pay: Pay) -> None:
    pay(at=datetime(2025, 2, 27, tzinfo=UTC))
    pay(judgement_key=replace(ASKING, day=date(2025, 2, 27)), at=datetime(2025, 3, 3, tzinfo=UTC))
    days = [one.period for one in spending.expenses(Period.DAY)]
    assert days == [date(2025, 2, 27), DAY]
    assert [one.period for one in spending.expenses(Period.DAY, MARCH)] == [date(2025, 2, 27)]


def test_what_is_not_known_is_counted_and_not_added(spending: SpendingStore, pay: Pay) -> None:
    pay()
    pay(replace(UNTOLD, requests=2))
    pay(Spend(Tokens(500, 50), None, most=Decimal("0.01")))
    (one,) = spending.expenses(Period.MONTH)
    assert (one.requests, one.without_usage, one.unpriced) == (4, 2, 3)
    assert one.tokens == Tokens(1500, 150, 400)
    assert one.cost == PAID.cost
    assert one.most == Decimal("0.06")


def test_one_cost_without_a_bound_has_none_for_all(spending: SpendingStore, pay: Pay) -> None:
    pay(UNTOLD)
    pay(Spend(None, None))
    assert spending.expenses(Period.MONTH)[0].most is None


def test_a_paper_judged_twice_is_one_and_another_version_is_another(
    spending: SpendingStore, pay: Pay
) -> None:
    pay(PAID, said("2502.00001"))
    pay(PAID, said("2502.00001"), judgement_key=replace(ASKING, judge="gpt-4o/abc#2"))
    pay(PAID, said("2502.00001", version=2))
    assert spending.expenses(Period.MONTH)[0].judged == 2


def test_selected_are_papers_that_were_judged_and_are_on_that_page(
    spending: SpendingStore, pay: Pay, connection: DatabaseConnection, path: Path
) -> None:
    pay(PAID, said(ONE.id), said(OTHER.id))
    entry = Entry(1, ONE, AnnounceType.NEW, Match(0.5, 1, 2), (), said(ONE.id))
    DigestStore(connection, path).save(
        Digest(
            day=DAY,
            profile="Mine",
            categories=("cs.LG",),
            status=Status.COMPLETE,
            model="gpt-4o",
            spend=PAID,
            cutoffs=Cutoffs(),
            funnel=Funnel(1, 2, 2, 2, 2, 0, 2, 2, 0, 0, 1),
            entries=(entry,),
            unjudged=(),
            prompt="",
            judgements=(said(ONE.id), said(OTHER.id)),
            scanned=(ONE.id, OTHER.id),
        )
    )
    (one,) = spending.expenses(Period.MONTH)
    assert (one.judged, one.selected) == (2, 1)


def test_answers_tell_how_long_they_are(spending: SpendingStore, pay: Pay) -> None:
    pay(PAID, said("2502.00001"), said("2502.00002"))
    pay(PAID, said("2502.00001"), judgement_key=replace(ASKING, judge="gpt-4o/abc#2"))
    pay(UNTOLD)
    pay(PAID, said("2502.00009"), judgement_key=replace(ASKING, judge="gpt-4o/abcd"))
    assert spending.completion_each("gpt-4o/abc") == pytest.approx(200 / 3)


def job(
    key: str, *, judgement_key: JudgementKey = ASKING, at: datetime, most: str | None = "0.40"
) -> BatchJob:
    posed = BatchedQuestion((BatchedPaper(1, ONE.id, 1),), None if most is None else Decimal(most))
    return BatchJob(key, judgement_key, "gpt-4o", "https://example.org", (posed,), at)


def test_questions_left_with_a_batch_service_count_until_they_are_collected(
    spending: SpendingStore, connection: DatabaseConnection, path: Path
) -> None:
    jobs = BatchJobStore(connection, path)
    left = job("a", at=datetime(2025, 2, 26, tzinfo=UTC))
    jobs.keep(left)
    jobs.keep(job("b", judgement_key=replace(ASKING, profile="Yours"), at=left.at, most="0.20"))
    jobs.keep(job("c", at=left.at, most=None))
    assert spending.on_page("Mine", DAY) == Decimal("0.40")
    assert spending.in_month(FEBRUARY) == Decimal("0.60")
    assert spending.in_month(MARCH) == 0
    jobs.keep(replace(left, state=BatchJobState.COLLECTED))
    assert spending.on_page("Mine", DAY) == 0


def test_what_was_left_at_the_end_of_a_month_may_be_paid_in_the_next(
    spending: SpendingStore, connection: DatabaseConnection, path: Path
) -> None:
    BatchJobStore(connection, path).keep(job("a", at=datetime(2025, 2, 28, 23, tzinfo=UTC)))
    assert spending.in_month(MARCH) == Decimal("0.40")


@pytest.mark.parametrize(
    ("judge", "model"),
    [("gpt-4o/abc", "gpt-4o"), ("org/model/abc#2", "org/model"), ("nameless", "nameless")],
)
def test_a_judge_s_signature_names_its_model(
    spending: SpendingStore, pay: Pay, judge: str, model: str
) -> None:
    pay(PAID, said("2502.00001"), judgement_key=replace(ASKING, judge=judge))
    (expense,) = spending.expenses(Period.MONTH)
    assert (expense.model, expense.judged) == (model, 1)


MONEY = st.decimals(0, 3, places=9)
SPENDS = st.lists(
    st.builds(
        Spend,
        st.builds(Tokens, st.integers(0, 10**6), st.integers(0, 10**6)),
        st.builds(Cost, MONEY, MONEY),
    )
    | st.builds(Spend, st.none(), st.none(), most=MONEY),
    max_size=12,
)


@pytest.mark.slow
@given(SPENDS)
def test_sums_are_the_exchanges_to_the_last_decimal(
    tmp_path_factory: pytest.TempPathFactory, spends: list[Spend]
) -> None:
    path = tmp_path_factory.mktemp("spending") / "store.db"
    with open_database(path) as connection:
        memory = JudgementStore(connection, path, now=lambda: datetime(2025, 2, 26, tzinfo=UTC))
        for spend in spends:
            memory.keep(ModelCall((), spend), ASKING)
        spending = SpendingStore(connection, path)
        bounds = [spend.bound for spend in spends]
        assert spending.on_page("Mine", DAY) == sum(filter(None, bounds))
        assert spending.in_month(FEBRUARY) == sum(filter(None, bounds))
        for one in spending.expenses(Period.MONTH):
            costs = [spend.cost for spend in spends if spend.cost]
            assert one.cost.prompt == sum(cost.prompt for cost in costs)
            assert one.cost.completion == sum(cost.completion for cost in costs)
            assert one.requests == len(spends)
            assert one.unpriced == len(spends) - len(costs)
