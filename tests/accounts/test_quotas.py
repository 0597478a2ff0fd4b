"""Quotas of a reader, a group and all: never exceeded, whoever pays, and by how many at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from paperlark.domain.accounts import AccountGroup
from paperlark.domain.batch_job import BatchedPaper, BatchedQuestion, BatchJob
from paperlark.domain.database_place import DatabasePlace, DatabaseServer
from paperlark.domain.errors import BudgetSpent
from paperlark.domain.judgement import JudgementKey, ModelCall
from paperlark.domain.quotas import QuotaScope
from paperlark.domain.spending import Budget, Cost, Spend, Tokens, noted
from paperlark.llm.budget import BudgetLedger
from paperlark.store.accounts import AccountStore
from paperlark.store.batch_jobs import BatchJobStore
from paperlark.store.connection import DatabaseConnection
from paperlark.store.database import open_database
from paperlark.store.judgements import JudgementStore, StoredQuestions
from paperlark.store.quotas import quotas_of
from paperlark.store.spending import BudgetTerms, SpendingStore
from paperlark.testing import a_paper
from standins.accounts import account
from standins.postgresql import ENGINES, Server

AT = datetime(2025, 2, 26, 12, tzinfo=UTC)
DAY, MONTH = date(2025, 2, 26), date(2025, 2, 1)
USED = Tokens(1000, 300)
CENT, DOLLAR = Decimal("0.01"), Decimal(1)


@dataclass
class Bank:
    """A database with readers, and what each can be asked for."""

    place: DatabasePlace
    connection: DatabaseConnection

    @property
    def accounts(self) -> AccountStore:
        return AccountStore(self.connection, self.place)

    def book(self, reader: str, of_all: Decimal | None = None) -> StoredQuestions:
        return StoredQuestions(self.place, reader, now=lambda: AT, month_of_all=of_all)

    def spent(self, reader: str = "ada") -> dict[QuotaScope, Decimal]:
        most = Decimal(10**6)
        found = quotas_of(self.connection, reader, MONTH, most)
        return {one.scope: one.spent for one in found}

    def keep(self, reader: str, cost: str, *notes: str) -> None:
        spend = Spend(USED, Cost(Decimal(cost), Decimal(0)))
        key = JudgementKey(DAY, reader, "criteria", "gpt-4o/abc")
        memory = JudgementStore(self.connection, self.place, now=lambda: AT)
        memory.keep(ModelCall((), noted(spend, notes)), key)


@pytest.fixture(params=ENGINES)
def bank(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Bank]:
    """Return two groups: astro with ada and emmy, maths with sophie."""
    place: DatabasePlace = tmp_path / "store.db"
    if request.param == "postgresql":
        server: Server = request.getfixturevalue("server")
        place = DatabaseServer(server.database(), tmp_path / "store")
    with open_database(place) as connection:
        bank = Bank(place, connection)
        for reader, group in (("ada", "astro"), ("emmy", "astro"), ("sophie", "maths")):
            bank.accounts.add(account(reader, group=group, budget=Decimal(100)))
        for group in ("astro", "maths"):
            bank.accounts.keep_group(AccountGroup(group, Decimal(1000)))
        yield bank


def _limit_reader(bank: Bank) -> Decimal | None:
    ada = bank.accounts.get("ada")
    bank.accounts.change(account("ada", budget=CENT), instead_of=ada.changed)
    return None


def _limit_group(bank: Bank) -> Decimal | None:
    bank.accounts.keep_group(AccountGroup("astro", CENT))
    return None


def _limit_all(_bank: Bank) -> Decimal | None:
    return CENT


@pytest.mark.parametrize(
    ("limit", "told", "refused"),
    [
        (_limit_reader, r"your own monthly budget of \$0\.01 is used up", {"ada"}),
        (_limit_group, r"the monthly budget of your group of \$0\.01 is used", {"ada", "emmy"}),
        (_limit_all, r"of all readers together of \$0\.01", {"ada", "emmy", "sophie"}),
    ],
)
def test_a_call_is_refused_where_one_of_three_budgets_is_used_up(
    bank: Bank, limit: Callable[[Bank], Decimal | None], told: str, refused: set[str]
) -> None:
    of_all = limit(bank)
    with bank.book("ada", of_all) as book:
        book.note("gpt-4o", USED, CENT)
    for reader in ("ada", "emmy", "sophie"):
        with bank.book(reader, of_all) as book:
            if reader in refused:
                with pytest.raises(BudgetSpent, match=told):
                    book.note("gpt-4o", USED, CENT)
            else:
                book.note("gpt-4o", USED, CENT)
    (noted_rows,) = bank.connection.execute("SELECT count(*) FROM under_way").fetchone()
    assert noted_rows == 1 + 3 - len(refused)


def test_a_call_counts_before_it_is_sent_and_costs_what_it_cost_after_it(bank: Bank) -> None:
    with bank.book("ada") as book:
        key = book.note("gpt-4o", USED, DOLLAR)
        assert set(bank.spent().values()) == {DOLLAR}
        bank.keep("ada", "0.25", key)
        assert set(bank.spent().values()) == {Decimal("0.25")}
        failed = book.note("gpt-4o", USED, DOLLAR)
        book.drop(failed)
        assert set(bank.spent().values()) == {Decimal("0.25")}
        book.note("gpt-4o", USED, DOLLAR)  # and then the machine dies
    assert set(bank.spent().values()) == {Decimal("1.25")}
    assert bank.spent("emmy")[QuotaScope.READER] == 0
    assert bank.spent("emmy")[QuotaScope.GROUP] == Decimal("1.25")
    assert bank.spent("sophie")[QuotaScope.ALL] == Decimal("1.25")


def test_attempts_that_were_billed_together_count_once(bank: Bank) -> None:
    with bank.book("ada") as book:
        keys = [book.note("gpt-4o", USED, DOLLAR) for _ in range(3)]
    bank.keep("ada", "0.50", *keys)
    assert set(bank.spent().values()) == {Decimal("0.50")}


def test_what_an_unknown_price_may_cost_fits_into_no_budget(bank: Bank) -> None:
    with bank.book("ada") as book, pytest.raises(BudgetSpent):
        book.note("unheard-of", USED, None)


def test_a_reader_of_a_file_s_profile_has_no_quota(bank: Bank) -> None:
    with bank.book("somebody else", CENT) as book:
        for _ in range(3):
            book.note("gpt-4o", USED, DOLLAR)
    assert set(bank.spent().values()) == {Decimal(0)}


def test_a_batch_counts_when_it_is_left_and_costs_what_it_cost(bank: Bank) -> None:
    jobs = BatchJobStore(bank.connection, bank.place, now=lambda: AT)

    def job(key: str) -> BatchJob:
        posed = BatchedQuestion((BatchedPaper(1, a_paper().id, 1),), Decimal(60))
        judged = JudgementKey(DAY, "ada", "criteria", "gpt-4o/abc")
        return BatchJob(key, judged, "gpt-4o", "https://example.org/v1", (posed,), AT)

    jobs.keep(job("one"))
    jobs.keep(job("one"))  # in its next state
    assert set(bank.spent().values()) == {Decimal(60)}
    with pytest.raises(BudgetSpent, match="your own monthly budget"):
        jobs.keep(job("two"))
    assert [one.key for one in jobs.open_jobs()] == ["one"]
    calls = [ModelCall((), Spend(USED, Cost(Decimal(cost), Decimal(0)))) for cost in (2, 3)]
    jobs.collect(job("one"), calls)
    assert set(bank.spent().values()) == {Decimal(5)}
    jobs.keep(job("two"))
    jobs.drop(job("two"))
    assert set(bank.spent().values()) == {Decimal(5)}


def test_several_workers_together_never_spend_more_than_there_is(bank: Bank) -> None:
    bank.accounts.keep_group(AccountGroup("astro", 10 * CENT))

    def work(number: int) -> list[bool]:
        paid = []
        with bank.book(("ada", "emmy")[number % 2]) as book:
            for _ in range(6):
                try:
                    book.note("gpt-4o", USED, CENT)
                except BudgetSpent:
                    paid.append(False)
                else:
                    paid.append(True)
        return paid

    with ThreadPoolExecutor(6) as workers:
        paid = [one for each in workers.map(work, range(6)) for one in each]
    assert sum(paid) == 10
    assert bank.spent()[QuotaScope.GROUP] == 10 * CENT


def test_notes_and_answers_of_many_at_once_add_up(bank: Bank) -> None:
    def work(number: int) -> None:
        reader = ("ada", "emmy", "sophie")[number % 3]
        with open_database(bank.place) as connection, bank.book(reader) as book:
            for _ in range(4):
                Bank(bank.place, connection).keep(reader, "0.25", book.note("gpt-4o", USED, DOLLAR))

    with ThreadPoolExecutor(6) as workers:
        list(workers.map(work, range(6)))
    assert bank.spent()[QuotaScope.ALL] == 6 * 4 * Decimal("0.25")
    assert bank.spent("ada")[QuotaScope.READER] == 2 * 4 * Decimal("0.25")


def test_a_ledger_knows_the_quotas_and_an_account_s_own_month(bank: Bank) -> None:
    with bank.book("emmy") as book:
        book.note("gpt-4o", USED, Decimal(4))
    bank.accounts.keep_group(AccountGroup("astro", Decimal(5)))
    ledger = BudgetLedger(Budget(month=Decimal(3)))
    terms = BudgetTerms("ada", is_account=True, month_of_all=Decimal(50))
    SpendingStore(bank.connection, bank.place).begin_budget(ledger, terms, lambda: AT, DAY)
    assert {name: left for name, (left, _) in ledger.left().items()} == {
        "month": Decimal(3),  # emmy's four dollars are not ada's
        "all": Decimal(46),
        "group": Decimal(1),
        "reader": Decimal(100),
    }
    refusal = ledger.refusal(Decimal(2))
    assert refusal is not None
    assert refusal.problem == (
        "the monthly budget of your group of $5.00 is used up (the rest is too little for another"
        " question)"
    )
