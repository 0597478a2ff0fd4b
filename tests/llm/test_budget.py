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


def test_a_settled_reservation_costs_what_was_used() -> None:
    ledger = BudgetLedger(Budget(run=Decimal("1.00")))
    spend(ledger, "0.90", "0.25")
    spend(ledger, "0.75", "0.75")
    assert left(ledger) == {"run": ZERO}


def test_an_unsettled_reservation_is_spent() -> None:
    ledger = BudgetLedger(Budget(run=Decimal("1.00")))
    spend(ledger, "0.60", None)
    assert left(ledger) == {"run": Decimal("0.40")}


def test_a_reservation_left_by_an_exception_is_spent() -> None:
    ledger = BudgetLedger(Budget(run=Decimal("1.00")))
    with pytest.raises(KeyError), ledger.reserve(Decimal("0.60")):
        raise KeyError
    assert left(ledger) == {"run": Decimal("0.40")}


def test_the_budget_can_be_spent_to_the_last_cent() -> None:
    ledger = BudgetLedger(Budget(run=Decimal("0.02")))
    spend(ledger, "0.02", "0.02")
    with pytest.raises(
        BudgetSpent, match=r"this run's budget of \$0\.02 is used up: allow more with `run` in"
    ):
        spend(ledger, "0.000001", None)


def test_the_error_says_when_the_rest_is_too_little() -> None:
    ledger = BudgetLedger(Budget(month=Decimal(1234)))
    ledger.begin(MARCH, on_page=ZERO, in_month=Decimal("1233.99789"))
    with pytest.raises(
        BudgetSpent, match=r"this month's budget of \$1,234\.00 is used up \(the rest is"
    ):
        spend(ledger, "0.01", None)


def test_a_smaller_reservation_may_still_fit() -> None:
    ledger = BudgetLedger(Budget(run=Decimal("0.10")))
    with pytest.raises(BudgetSpent):
        spend(ledger, "0.11", None)
    spend(ledger, "0.10", "0.01")
    assert left(ledger) == {"run": Decimal("0.09")}


def test_each_page_has_its_own_budget_and_shares_those_of_the_run_and_the_month() -> None:
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


def test_a_new_month_begins_with_its_stored_cost() -> None:
    ledger = BudgetLedger(Budget(month=Decimal(5)))
    ledger.begin(MARCH, on_page=ZERO, in_month=Decimal(5))
    ledger.begin(APRIL, on_page=ZERO, in_month=Decimal("0.10"))
    assert left(ledger) == {"month": Decimal("4.90")}


def test_the_ledgers_own_sum_of_a_month_takes_precedence_over_the_stored_one() -> None:
    ledger = BudgetLedger(Budget(month=Decimal(5)))
    ledger.begin(MARCH, on_page=ZERO, in_month=Decimal(1))
    spend(ledger, "1", None)
    ledger.begin(MARCH, on_page=ZERO, in_month=Decimal(1))
    assert left(ledger) == {"month": Decimal(3)}


def test_a_call_in_flight_counts_for_the_page_it_began_on() -> None:
    ledger = BudgetLedger(Budget(day=Decimal(1)))
    with ledger.reserve(Decimal("0.50")) as reservation:
        ledger.begin(MARCH, on_page=ZERO, in_month=ZERO)
        reservation.settle(Decimal("0.10"))
    assert left(ledger) == {"day": Decimal(1)}


def test_without_a_budget_everything_fits() -> None:
    ledger = BudgetLedger()
    spend(ledger, "1000000", None)
    assert left(ledger) == {}


def test_a_reservation_waits_for_what_others_may_release() -> None:
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
class ConcurrentCalls:
    """Runs calls on threads; those that began last end first."""

    ledger: BudgetLedger
    costs: list[Decimal] = field(default_factory=list)
    refused: list[Decimal] = field(default_factory=list)
    events: Queue[Event | None] = field(default_factory=Queue)

    def ask(self, question: tuple[Decimal, Decimal | None]) -> None:
        amount, cost = question
        try:
            with self.ledger.reserve(amount) as reservation:
                ended = Event()
                self.events.put(ended)
                ended.wait(5)
                self.costs.append(amount if cost is None else cost)
                if cost is not None:
                    reservation.settle(cost)
        except BudgetSpent:
            self.refused.append(amount)

    def run(self, questions: Sequence[tuple[Decimal, Decimal | None]], at_once: int) -> None:
        with ThreadPoolExecutor(at_once) as pool:
            for question in questions:
                pool.submit(self.ask, question).add_done_callback(lambda _: self.events.put(None))
            ended = 0
            while ended < len(questions):
                together = [self.events.get(timeout=5)]
                together += [self.events.get() for _ in range(self.events.qsize())]
                ended += together.count(None)
                # The last to begin is the first to end.
                for under_way in filter(None, reversed(together)):
                    under_way.set()


MONEY = st.decimals(Decimal("0.0001"), Decimal(2), places=6)


@st.composite
def questions(draw: st.DrawFn) -> tuple[Decimal, Decimal | None]:
    """Draw a worst-case cost and an actual cost, None where it is unknown."""
    amount = draw(MONEY)
    share = draw(st.none() | st.decimals(0, 1, places=3))
    return amount, None if share is None else amount * share


@given(
    asked=st.lists(questions(), max_size=25),
    budget=st.builds(Budget, *[st.none() | st.decimals(0, Decimal(8), places=4) for _ in range(3)]),
    before=st.decimals(0, 1, places=5),
    at_once=st.integers(1, 6),
)
def test_concurrent_calls_never_exceed_a_budget_and_nothing_that_fits_is_refused(
    asked: list[tuple[Decimal, Decimal | None]], budget: Budget, before: Decimal, at_once: int
) -> None:
    ledger = BudgetLedger(budget)
    ledger.begin(MARCH, on_page=before, in_month=2 * before)
    scheduler = ConcurrentCalls(ledger)
    scheduler.run(asked, at_once)
    assert len(scheduler.costs) + len(scheduler.refused) == len(asked)
    limits = [
        limit - already
        for limit, already in (
            (budget.run, ZERO),
            (budget.day, before),
            (budget.month, 2 * before),
        )
        if limit is not None
    ]
    spent = sum(scheduler.costs, ZERO)
    if scheduler.costs:
        assert all(spent <= limit for limit in limits)
    # What was refused would not fit at the end either, when all is known.
    assert all(any(spent + amount > limit for limit in limits) for amount in scheduler.refused)
    if all(sum((amount for amount, _ in asked), ZERO) <= limit for limit in limits):
        assert not scheduler.refused
    assert [rest for rest, _ in ledger.left().values()] == [
        max(ZERO, limit - spent) for limit in limits
    ]


@given(st.integers(2, 8), st.integers(0, 8))
def test_of_simultaneous_reservations_as_many_succeed_as_fit(asked: int, fitting: int) -> None:
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
        results = [pool.submit(ask) for _ in range(asked)]
    assert sum(one.result() for one in results) == min(asked, fitting)


def test_a_refused_reservation_is_logged_with_its_amount(caplog: pytest.LogCaptureFixture) -> None:
    ledger = BudgetLedger(Budget(day=Decimal("0.05")))
    spend(ledger, "0.04", "0.02")
    with caplog.at_level("INFO", "paperlark"):
        assert ledger.refusal(Decimal("0.01")) is None
        assert isinstance(ledger.refusal(Decimal("0.04")), BudgetSpent)
    assert caplog.messages == [
        "the budget refused a call of up to $0.0400: $0.0200 of $0.05 for the day is spent"
    ]
