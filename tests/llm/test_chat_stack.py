from __future__ import annotations

import json
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from threading import Lock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

import paperlark
from paperlark.domain.chat import ChatReply, Prompt
from paperlark.domain.errors import BudgetSpent, ModelBusy, ModelError, ModelRefused, StoreError
from paperlark.domain.spending import (
    Budget,
    Cost,
    Prices,
    Spend,
    Tokens,
    UnderWay,
    notes_of,
    total,
)
from paperlark.llm.budget import BudgetLedger
from paperlark.llm.chat_stack import (
    Metered,
    build_chat_stack,
    max_prompt_tokens,
)
from paperlark.llm.openai_compatible import OpenAICompatible
from paperlark.llm.retry import Retrying, RetryPolicy
from paperlark.ports import ChatModel
from paperlark.testing import FakeQuestionBook
from standins.openai import (
    MODEL,
    StandIn,
    answers,
    complains,
    hangs_up,
    never_answers,
    says,
    stand_in,
)

OWN = Prices(prompt=Decimal("2.50"), completion=Decimal(10), cached=Decimal("1.25"))
LIMIT = 400
QUESTION = Prompt(
    "Judge as JSON.", "A paper about bats: Fledermäuse 🦇.", {"type": "object"}, LIMIT
)
MOST = (max_prompt_tokens(QUESTION) * OWN.prompt + LIMIT * OWN.completion) / 1_000_000
NOW = datetime(2025, 3, 25, tzinfo=UTC)


def metered(
    server: StandIn,
    ledger: BudgetLedger,
    *,
    timeout: float = 5,
    attempts: int = 1,
    book: FakeQuestionBook | None = None,
) -> ChatModel:
    model = OpenAICompatible(
        server.base_url, MODEL, timeout=timeout, own_prices=OWN, now=lambda: NOW
    )
    once = Metered(model, server.base_url, ledger, book=book, own_prices=OWN)
    return Retrying(once, RetryPolicy(attempts=attempts))


def spent(ledger: BudgetLedger) -> Decimal:
    rest, bound = ledger.left()["run"]
    return bound - rest


@pytest.fixture
def ledger() -> BudgetLedger:
    return BudgetLedger(Budget(run=Decimal(1)))


def test_an_answer_costs_what_it_used(server: StandIn, ledger: BudgetLedger) -> None:
    usage = {
        "prompt_tokens": 1000,
        "completion_tokens": 100,
        "prompt_tokens_details": {"cached_tokens": 400},
    }
    server.then(says("fine", usage=usage))
    reply = metered(server, ledger).ask(QUESTION)
    cost = Cost(prompt=Decimal("0.002"), completion=Decimal("0.001"))
    assert reply == ChatReply("fine", Spend(Tokens(1000, 100, 400), cost))
    assert spent(ledger) == cost.total


def test_the_answers_limit_is_sent(server: StandIn, ledger: BudgetLedger) -> None:
    server.always = says("fine")
    metered(server, ledger).ask(QUESTION)
    metered(server, ledger).ask(Prompt("s", "u", {}))
    assert [question["max_tokens"] for question in server.questions] == [LIMIT, 8192]


def test_no_prompt_has_more_tokens_than_its_upper_bound() -> None:
    words = QUESTION.system + QUESTION.user + json.dumps(QUESTION.schema)
    assert max_prompt_tokens(QUESTION) > len(words.encode())


@pytest.mark.parametrize(
    "failure",
    [
        hangs_up,
        never_answers,
        answers("<html>"),
        complains(408, "timed out"),
        complains(504, "upstream timed out"),
        complains(524, "a timeout occurred"),
    ],
)
def test_a_failed_call_that_may_have_been_billed_counts_as_its_worst_case(
    server: StandIn, ledger: BudgetLedger, failure: object
) -> None:
    server.then(failure)  # type: ignore[arg-type]  # one of several kinds of callable
    with pytest.raises(ModelBusy) as raised:
        metered(server, ledger, timeout=0.3).ask(QUESTION)
    assert raised.value.spend == Spend(None, None, most=MOST)
    assert spent(ledger) == MOST


@pytest.mark.parametrize(
    "failure",
    [
        complains(429, {"code": "rate_limit_exceeded", "message": "slow"}),
        complains(429, {"code": "insufficient_quota", "message": "no"}),
        complains(500, "broken"),
        complains(503, "busy"),
        complains(401, "bad key"),
    ],
)
def test_a_call_that_the_server_rejected_costs_nothing(
    server: StandIn, ledger: BudgetLedger, failure: object
) -> None:
    server.then(failure)  # type: ignore[arg-type]  # likewise
    with pytest.raises(ModelError) as raised:
        metered(server, ledger).ask(QUESTION)
    assert raised.value.spend is None
    assert spent(ledger) == 0


def test_an_unreachable_server_costs_nothing(ledger: BudgetLedger) -> None:
    nowhere = "http://127.0.0.1:9/v1"
    model = OpenAICompatible(nowhere, MODEL, own_prices=OWN)
    with pytest.raises(ModelBusy) as raised:
        Metered(model, nowhere, ledger, own_prices=OWN).ask(QUESTION)
    assert raised.value.spend is None
    assert spent(ledger) == 0


def test_an_answer_without_usage_counts_as_its_worst_case(
    server: StandIn, ledger: BudgetLedger
) -> None:
    server.then(says("fine", usage=None))
    assert metered(server, ledger).ask(QUESTION).spend == Spend(None, None, most=MOST)
    assert spent(ledger) == MOST


def test_a_refusal_is_paid_for(server: StandIn, ledger: BudgetLedger) -> None:
    server.then(says(None, refusal="No."))
    with pytest.raises(ModelRefused) as raised:
        metered(server, ledger).ask(QUESTION)
    assert raised.value.spend == Spend(Tokens(1000, 100), Cost(Decimal("0.0025"), Decimal("0.001")))
    assert spent(ledger) == Decimal("0.0035")


def test_lost_attempts_are_reported_beside_the_answer(
    server: StandIn, ledger: BudgetLedger
) -> None:
    server.then(hangs_up, complains(500, "broken"), hangs_up, says("fine"))
    reply = metered(server, ledger, attempts=4).ask(QUESTION)
    assert reply.lost == Spend(None, None, requests=2, most=2 * MOST)
    assert reply.spend.tokens == Tokens(1000, 100)
    assert spent(ledger) == 2 * MOST + Decimal("0.0035")


def test_lost_attempts_are_reported_with_the_error(server: StandIn, ledger: BudgetLedger) -> None:
    server.then(hangs_up, hangs_up)
    with pytest.raises(ModelBusy) as raised:
        metered(server, ledger, attempts=2).ask(QUESTION)
    assert raised.value.spend == Spend(None, None, most=MOST)
    assert raised.value.lost == Spend(None, None, most=MOST)


def test_the_cost_of_a_refusal_stays_known_after_a_lost_attempt(
    server: StandIn, ledger: BudgetLedger
) -> None:
    server.then(hangs_up, says(None, refusal="No."))
    with pytest.raises(ModelRefused) as raised:
        metered(server, ledger, attempts=2).ask(QUESTION)
    assert raised.value.spend == Spend(Tokens(1000, 100), Cost(Decimal("0.0025"), Decimal("0.001")))
    assert raised.value.lost == Spend(None, None, most=MOST)


def test_nothing_is_sent_that_may_cost_more_than_is_left(server: StandIn) -> None:
    ledger = BudgetLedger(Budget(run=MOST + Decimal("0.003")))
    server.always = says("fine")
    model = metered(server, ledger)
    model.ask(QUESTION)
    with pytest.raises(BudgetSpent, match="this run's budget"):
        model.ask(QUESTION)
    assert len(server.questions) == 1


def test_a_lost_attempt_may_leave_too_little_for_another(server: StandIn) -> None:
    server.then(hangs_up)
    with pytest.raises(BudgetSpent) as raised:
        metered(server, BudgetLedger(Budget(run=MOST)), attempts=3).ask(QUESTION)
    assert raised.value.spend is None
    assert raised.value.lost == Spend(None, None, most=MOST)
    assert len(server.questions) == 1


def test_a_server_that_exceeded_a_limit_is_expected_to_do_so_again(
    server: StandIn, ledger: BudgetLedger
) -> None:
    beyond = {"prompt_tokens": 5000, "completion_tokens": LIMIT + 1000}
    server.then(says("fine", usage=beyond), hangs_up)
    model = metered(server, ledger)
    model.ask(QUESTION)
    with pytest.raises(ModelBusy) as raised:
        model.ask(QUESTION)
    assert raised.value.spend is not None
    assert raised.value.spend.most == (5000 * OWN.prompt + (LIMIT + 1000) * OWN.completion) / 10**6


def test_when_little_is_left_the_limit_is_lowered_to_what_answers_used_so_far(
    server: StandIn,
) -> None:
    short = {"prompt_tokens": 100, "completion_tokens": 10}
    server.always = says("fine", usage=short)
    used = (100 * OWN.prompt + 10 * OWN.completion) / 1_000_000
    model = metered(server, BudgetLedger(Budget(run=MOST + 2 * used)))
    for _ in range(5):
        model.ask(QUESTION)
    sent = [question["max_tokens"] for question in server.questions]
    assert sent == [LIMIT, LIMIT, LIMIT, 120, 120]


def test_a_model_that_uses_its_limit_keeps_it(server: StandIn) -> None:
    server.always = says("fine", usage={"prompt_tokens": 100, "completion_tokens": LIMIT})
    cost = (100 * OWN.prompt + LIMIT * OWN.completion) / 1_000_000
    model = metered(server, BudgetLedger(Budget(run=2 * cost + MOST)))
    for _ in range(3):
        model.ask(QUESTION)
    with pytest.raises(BudgetSpent):
        model.ask(QUESTION)
    assert {question["max_tokens"] for question in server.questions} == {LIMIT}


def test_a_model_without_a_price_is_asked_if_there_is_no_budget(server: StandIn) -> None:
    model = OpenAICompatible(server.base_url, MODEL)
    server.then(says("fine"), says("fine", usage=None))
    without = Metered(model, server.base_url, BudgetLedger())
    assert without.ask(QUESTION).spend == Spend(Tokens(1000, 100), None)
    assert without.ask(QUESTION).spend == Spend(None, None)


@dataclass
class BillingFake:
    """What a server bills, whether its answer gets through or not."""

    uses: Iterator[tuple[float, float, float, str]]
    billed: Decimal = Decimal(0)
    lock: Lock = field(default_factory=Lock)

    def __call__(self, standing: StandIn, request: Request) -> Response:
        question = json.loads(request.data)
        sent = sum(len(one["content"].encode()) for one in question["messages"])
        with self.lock:
            prompt_share, completion_share, cached_share, end = next(self.uses)
            prompt = max(1, int(sent * prompt_share))
            cached = int(prompt * cached_share)
            completion = int(question["max_tokens"] * completion_share)
            self.billed += OWN.prompt * (prompt - cached) / 10**6
            self.billed += (OWN.cached or OWN.prompt) * cached / 10**6
            self.billed += OWN.completion * completion / 10**6
        if end == "lost":
            return hangs_up(standing, request)
        usage = {
            "prompt_tokens": prompt,
            "completion_tokens": completion,
            "prompt_tokens_details": {"cached_tokens": cached},
        }
        return says("fine", usage=usage if end == "reported" else None)(standing, request)


SHARE = st.floats(0, 1)
USE = st.tuples(
    SHARE, SHARE, SHARE, st.sampled_from(["reported", "reported", "reported", "unreported", "lost"])
)


@pytest.mark.slow
@settings(max_examples=25)
@given(
    uses=st.lists(USE, min_size=40, max_size=40),
    count=st.integers(1, 20),
    cap=st.decimals(0, Decimal("0.05"), places=4),
    at_once=st.integers(1, 4),
)
def test_the_budget_holds_to_the_cent_whatever_a_server_bills(
    loopback: HTTPServer,
    uses: list[tuple[float, float, float, str]],
    count: int,
    cap: Decimal,
    at_once: int,
) -> None:
    server_bill = BillingFake(iter(uses))
    ledger = BudgetLedger(Budget(run=cap))
    spends: list[Spend] = []
    with stand_in(loopback) as server:
        server.always = server_bill
        model = metered(server, ledger, attempts=2)

        def ask(number: int) -> None:
            prompt = Prompt("Judge as JSON.", f"Paper {number}. " * number, {}, 40 * number)
            try:
                reply = model.ask(prompt)
                spends.extend(one for one in (reply.spend, reply.lost) if one)
            except ModelError as error:
                spends.extend(one for one in (error.spend, error.lost) if one)

        with ThreadPoolExecutor(at_once) as pool:
            list(pool.map(ask, range(1, count + 1)))
    recorded = total(spends)
    assert server_bill.billed <= spent(ledger) <= cap
    assert recorded.bound == spent(ledger)
    assert recorded.requests == len(server.questions)
    if all(end == "reported" for *_, end in uses[: len(server.questions)]):
        assert recorded.cost is not None
        assert recorded.cost.total == server_bill.billed


def test_each_retry_is_logged_with_its_reason_and_wait(
    server: StandIn, ledger: BudgetLedger, caplog: pytest.LogCaptureFixture
) -> None:
    server.then(complains(503, "overloaded"), hangs_up, says("fine"))
    with caplog.at_level("INFO", "paperlark"):
        metered(server, ledger, attempts=4).ask(QUESTION)
    retries = [line for line in caplog.messages if line.startswith("attempt")]
    assert [line.partition(",")[0] for line in retries] == [
        "attempt 2 of at most 4",
        "attempt 3 of at most 4",
    ]
    assert re.fullmatch(
        r"attempt 2 .*, after waiting \d+\.\d s, because .* 503: overloaded", retries[0]
    )
    assert QUESTION.user not in caplog.text


def test_the_stack_asks_for_reasoning_tokens_and_reserves_their_cost(
    server: StandIn, ledger: BudgetLedger
) -> None:
    with OpenAICompatible(server.base_url, MODEL) as client:
        stack = build_chat_stack(client, server.base_url, ledger, own_prices=OWN, now=lambda: NOW)
        usage = {"prompt_tokens": 20, "completion_tokens": LIMIT}
        server.then(says("", finish="length", usage=usage), says("fine", usage=None))
        stack.ask(QUESTION)
        before = spent(ledger)
        stack.ask(QUESTION)
    assert [question["max_tokens"] for question in server.questions] == [LIMIT, 5 * LIMIT]
    assert spent(ledger) - before == MOST + 4 * LIMIT * OWN.completion / 10**6


LARGEST = UnderWay(1, Tokens(max_prompt_tokens(QUESTION), LIMIT), MOST)


def test_a_question_is_noted_when_the_server_receives_it_with_the_most_that_it_costs(
    server: StandIn, ledger: BudgetLedger
) -> None:
    book, seen = FakeQuestionBook(), list[list[UnderWay]]()

    def looks(standing: StandIn, request: Request) -> Response:
        seen.append(list(book.notes.values()))
        return says("fine")(standing, request)

    server.always = looks
    reply = metered(server, ledger, book=book).ask(QUESTION)
    assert seen == [[LARGEST]]
    assert notes_of(reply.spend) == tuple(book.notes)


def test_a_note_of_a_question_that_nobody_bills_ends_at_once(
    server: StandIn, ledger: BudgetLedger
) -> None:
    book = FakeQuestionBook()
    server.then(complains(429, "too many"), complains(401, "no such key"))
    with pytest.raises(ModelError, match="no such key"):
        metered(server, ledger, attempts=3, book=book).ask(QUESTION)
    assert not book.notes
    assert len(server.questions) == 2


def test_attempts_that_may_be_billed_stay_noted_until_they_are_stored(
    server: StandIn, ledger: BudgetLedger
) -> None:
    book = FakeQuestionBook()
    server.then(hangs_up, hangs_up)
    reply = metered(server, ledger, attempts=3, book=book).ask(QUESTION)
    assert reply.lost is not None
    assert notes_of(reply.lost) + notes_of(reply.spend) == tuple(book.notes)
    assert len(book.notes) == 3
    server.then(hangs_up, hangs_up)
    with pytest.raises(ModelBusy) as failed:
        metered(server, ledger, attempts=2, book=book).ask(QUESTION)
    assert failed.value.lost is not None
    assert failed.value.spend is not None
    assert len(notes_of(failed.value.lost) + notes_of(failed.value.spend)) == 2


def test_what_cannot_be_noted_is_not_sent_and_costs_nothing(
    server: StandIn, ledger: BudgetLedger
) -> None:
    with pytest.raises(StoreError, match="the disk is full"):
        metered(server, ledger, attempts=3, book=FakeQuestionBook(full=True)).ask(QUESTION)
    assert not server.questions
    assert spent(ledger) == 0


def test_every_client_of_a_model_is_asked_through_the_books() -> None:
    package = Path(paperlark.__file__).parent
    sources = {file: file.read_text("utf-8") for file in package.rglob("*.py")}
    building = [file for file, text in sources.items() if "OpenAICompatible(" in text]
    asking = [file for file in building if file.name != "openai_compatible.py"]
    assert len(asking) >= 2
    for file in asking:
        assert re.search(r"\b(Metered|build_chat_stack)\(", sources[file]), file
        assert "book=book" in sources[file], file
