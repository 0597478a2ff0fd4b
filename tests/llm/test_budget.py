from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from queue import Queue
from threading import Barrier, Event

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paperlark.domain.errors import BudgetSpent
from paperlark.domain.spending import Budget
from paperlark.llm.budget import BudgetLedger

MARCH, APRIL = date(2025, 3, 1), date(2025, 4, 1)
ZERO = Decimal(0)


def spend(ledger: BudgetLedger, amount: str, cost: str | None) -> None:
    with ledger.reserve(Decimal(amount)) as reservation:
        if cost is not None:
            reservation.settle(Decimal(cost))


def left(ledger: BudgetLedger) -> dict[str, Decimal]:
    return {name: rest for name, (rest, _) in ledger.left().items()}


def test_a_question_costs_what_it_used_and_not_what_was_held_for_it() -> None:
    ledger = BudgetLedger(Budget(run=Decimal("1.00")))
    spend(ledger, "0.90", "0.25")
    spend(ledger, "0.75", "0.75")
    assert left(ledger) == {"run": ZERO}


def test_what_is_not_settled_is_spent() -> None:
    ledger = BudgetLedger(Budget(run=Decimal("1.00")))
    spend(ledger, "0.60", None)
    assert left(ledger) == {"run": Decimal("0.40")}


def test_a_question_that_breaks_off_is_spent_too() -> None:
    ledger = BudgetLedger(Budget(run=Decimal("1.00")))
    with pytest.raises(KeyError), ledger.reserve(Decimal("0.60")):
        raise KeyError
    assert left(ledger) == {"run": Decimal("0.40")}


def test_the_last_cent_may_be_spent_and_no_more() -> None:
    ledger = BudgetLedger(Budget(run=Decimal("0.02")))
    spend(ledger, "0.02", "0.02")
    with pytest.raises(
        BudgetSpent, match=r"this run's budget of \$0\.02 is used up: allow more with `run` in"
    ):
        spend(ledger, "0.000001", None)


def test_a_rest_that_is_too_little_is_told() -> None:
    ledger = BudgetLedger(Budget(month=Decimal(1234)))
    ledger.begin(MARCH, on_page=ZERO, in_month=Decimal("1233.99789"))
    with pytest.raises(
        BudgetSpent, match=r"this month's budget of \$1,234\.00 is used up \(the rest is"
    ):
        spend(ledger, "0.01", None)


def test_a_smaller_question_may_still_fit() -> None:
    ledger = BudgetLedger(Budget(run=Decimal("0.10")))
    with pytest.raises(BudgetSpent):
        spend(ledger, "0.11", None)
    spend(ledger, "0.10", "0.01")
    assert left(ledger) == {"run": Decimal("0.09")}


def test_every_page_has_its_own_bound_and_all_of_a_run_and_a_month_share_theirs() -> None:
    ledger = BudgetLedger(Budget(run=Decimal(3), day=Decimal(2), month=Decimal(10)))
    ledger.begin(MARCH, on_page=Decimal("0.50"), in_month=Decimal(4))
    spend(ledger, "1.50", "1.50")
    with pytest.raises(BudgetSpent, match="today's budget"):
        spend(ledger, "0.01", None)
    ledger.begin(MARCH, on_page=ZERO, in_month=Decimal("5.50"))
    with pytest.raises(BudgetSpent, match="this run's budget"):
        spend(ledger, "1.51", None)
    spend(ledger, "1.50", "1.50")
    assert left(ledger) == {"run": ZERO, "day": Decimal("0.50"), "month": Decimal(3)}


def test_a_new_month_begins_with_what_it_has_cost() -> None:
    ledger = BudgetLedger(Budget(month=Decimal(5)))
    ledger.begin(MARCH, on_page=ZERO, in_month=Decimal(5))
    ledger.begin(APRIL, on_page=ZERO, in_month=Decimal("0.10"))
    assert left(ledger) == {"month": Decimal("4.90")}


def test_what_a_month_cost_is_known_better_here_than_where_it_is_stored() -> None:
    ledger = BudgetLedger(Budget(month=Decimal(5)))
    ledger.begin(MARCH, on_page=ZERO, in_month=Decimal(1))
    spend(ledger, "1", None)
    ledger.begin(MARCH, on_page=ZERO, in_month=Decimal(1))
    assert left(ledger) == {"month": Decimal(3)}


def test_a_question_under_way_is_counted_where_it_began() -> None:
    ledger = BudgetLedger(Budget(day=Decimal(1)))
    with ledger.reserve(Decimal("0.50")) as reservation:
        ledger.begin(MARCH, on_page=ZERO, in_month=ZERO)
        reservation.settle(Decimal("0.10"))
    assert left(ledger) == {"day": Decimal(1)}


def test_without_a_bound_everything_fits() -> None:
    ledger = BudgetLedger()
    spend(ledger, "1000000", None)
    assert left(ledger) == {}


def test_a_question_waits_for_what_others_may_leave() -> None:
    ledger = BudgetLedger(Budget(run=Decimal("1.00")))
    asked, settled = Event(), Event()

    def first() -> None:
        with ledger.reserve(Decimal("0.80")) as reservation:
            asked.set()
            settled.wait(5)
            reservation.settle(Decimal("0.10"))

    def second() -> bool:
        asked.wait(5)
        with ledger.reserve(Decimal("0.50")):
            return settled.is_set()

    with ThreadPoolExecutor(2) as pool:
        one, other = pool.submit(first), pool.submit(second)
        asked.wait(5)
        settled.set()
        one.result(5)
        assert other.result(5)


@dataclass
class Market:
    """Puts questions on threads, and ends first those that began last."""

    ledger: BudgetLedger
    costs: list[Decimal] = field(default_factory=list)
    refused: list[Decimal] = field(default_factory=list)
    news: Queue[Event | None] = field(default_factory=Queue)

    def ask(self, question: tuple[Decimal, Decimal | None]) -> None:
        amount, cost = question
        try:
            with self.ledger.reserve(amount) as reservation:
                ended = Event()
                self.news.put(ended)
                ended.wait(5)
                self.costs.append(amount if cost is None else cost)
                if cost is not None:
                    reservation.settle(cost)
        except BudgetSpent:
            self.refused.append(amount)

    def run(self, questions: Sequence[tuple[Decimal, Decimal | None]], at_once: int) -> None:
        with ThreadPoolExecutor(at_once) as pool:
            for question in questions:
                pool.submit(self.ask, question).add_done_callback(lambda _: self.news.put(None))
            ended = 0
            while ended < len(questions):
                together = [self.news.get(timeout=5)]
                together += [self.news.get() for _ in range(self.news.qsize())]
                ended += together.count(None)
                # The last to begin is the first to end.
                for under_way in filter(None, reversed(together)):
                    under_way.set()


MONEY = st.decimals(Decimal("0.0001"), Decimal(2), places=6)


@st.composite
def questions(draw: st.DrawFn) -> tuple[Decimal, Decimal | None]:
    """Give the most that a question can cost, and what it does cost, None where nobody says."""
    amount = draw(MONEY)
    share = draw(st.none() | st.decimals(0, 1, places=3))
    return amount, None if share is None else amount * share


@given(
    asked=st.lists(questions(), max_size=25),
    budget=st.builds(Budget, *[st.none() | st.decimals(0, Decimal(8), places=4) for _ in range(3)]),
    before=st.decimals(0, 1, places=5),
    at_once=st.integers(1, 6),
)
def test_whatever_is_asked_at_once_no_bound_is_exceeded_and_nothing_refused_that_fits(
    asked: list[tuple[Decimal, Decimal | None]], budget: Budget, before: Decimal, at_once: int
) -> None:
    ledger = BudgetLedger(budget)
    ledger.begin(MARCH, on_page=before, in_month=2 * before)
    market = Market(ledger)
    market.run(asked, at_once)
    assert len(market.costs) + len(market.refused) == len(asked)
    rooms = [
        bound - already
        for bound, already in (
            (budget.run, ZERO),
            (budget.day, before),
            (budget.month, 2 * before),
        )
        if bound is not None
    ]
    spent = sum(market.costs, ZERO)
    if market.costs:
        assert all(spent <= room for room in rooms)
    # What was refused would not fit at the end either, when all is known.
    assert all(any(spent + amount > room for room in rooms) for amount in market.refused)
    if all(sum((amount for amount, _ in asked), ZERO) <= room for room in rooms):
        assert not market.refused
    assert [rest for rest, _ in ledger.left().values()] == [
        max(ZERO, room - spent) for room in rooms
    ]


@given(st.integers(2, 8), st.integers(0, 8))
def test_of_questions_asked_at_the_same_moment_as_many_are_put_as_fit(
    asked: int, fitting: int
) -> None:
    ledger = BudgetLedger(Budget(run=Decimal(fitting)))
    together = Barrier(asked)

    def ask() -> bool:
        together.wait(5)
        try:
            with ledger.reserve(Decimal(1)):
                return True
        except BudgetSpent:
            return False

    with ThreadPoolExecutor(asked) as pool:
        put = [pool.submit(ask) for _ in range(asked)]
    assert sum(one.result() for one in put) == min(asked, fitting)
