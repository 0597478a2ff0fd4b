"""One policy for the requests of a run: what is repeated, and when a server is left alone."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Condition, Lock

import pytest
import stamina
from hypothesis import given
from hypothesis import strategies as st

from paperlark.domain.errors import (
    BudgetSpent,
    ModelBusy,
    ModelError,
    ModelRefused,
    ModelUnusable,
    NoBatchService,
)
from paperlark.llm.retry import ATTEMPTS, RequestBreaker, RetryPolicy


class Remembering:
    """What a run remembers for the next one."""

    def __init__(self, said: str | None = None) -> None:
        self.said = said

    def recall(self) -> str | None:
        return self.said

    def keep(self, said: str) -> None:
        self.said = said

    def forget(self) -> None:
        self.said = None


class Server:
    """Fails as scripted, then answers; counts the requests that reach it."""

    def __init__(self, *ends: Exception | None) -> None:
        self.ends: Iterator[Exception | None] = iter(ends)
        self.requests = 0
        self._lock = Lock()

    def __call__(self) -> str:
        with self._lock:
            self.requests += 1
            end = next(self.ends, None)
        if end is not None:
            raise end
        return "fine"


def busy(retry_after: float | None = None, *, overloaded: bool = False) -> ModelBusy:
    return ModelBusy("it is down", retry_after=retry_after, overloaded=overloaded)


def ends(policy: RetryPolicy, server: Callable[[], str], questions: int) -> list[str]:
    """Ask one question after the other, and return how each ended."""
    return [_end(policy, server) for _ in range(questions)]


def _end(policy: RetryPolicy, server: Callable[[], str]) -> str:
    try:
        return policy(server)
    except ModelError as error:
        return type(error).__name__


def test_one_failure_is_repeated() -> None:
    server = Server(busy())
    assert ends(RetryPolicy(), server, 2) == ["fine", "fine"]
    assert server.requests == 3


@pytest.mark.parametrize("questions", [1, 2, 3, 40])
@pytest.mark.parametrize("overloaded", [True, False])
def test_a_dead_server_gets_four_requests_more_than_the_first(
    questions: int, *, overloaded: bool
) -> None:
    memory = Remembering()
    server = Server(*(busy(overloaded=overloaded) for _ in range(999)))
    assert "fine" not in ends(RetryPolicy(RequestBreaker(memory)), server, questions)
    assert server.requests == (ATTEMPTS if questions == 1 else 5)
    assert (memory.said is not None) == (questions > 1)


@pytest.mark.parametrize("at_once", [2, 8, 32])
def test_many_questions_at_once_do_not_each_try_again(at_once: int) -> None:
    together = Barrier(at_once, timeout=10)
    server = Server(*(busy() for _ in range(999)))

    def fails_together() -> str:
        if server.requests < at_once:
            together.wait()
        return server()

    policy = RetryPolicy()
    with ThreadPoolExecutor(at_once) as pool:
        found = list(pool.map(lambda _: _end(policy, fails_together), range(3 * at_once)))
    assert "fine" not in found
    assert server.requests <= at_once + 4


def test_a_question_that_always_fails_does_not_cost_the_others_theirs() -> None:
    poison = Server(*(busy() for _ in range(999)))
    well = Server()
    policy = RetryPolicy()
    assert ends(policy, poison, 1) == ["ModelBusy"]
    assert ends(policy, well, 9) == ["fine"] * 9


def test_the_failures_of_a_run_are_repeated_within_one_budget() -> None:
    policy = RetryPolicy()
    server = Server(*([busy(), None] * 500))
    found = ends(policy, server, 100)
    repeated = server.requests - len(found)
    assert repeated == 4 + found.count("fine") // 5
    with pytest.raises(ModelBusy) as raised:
        policy(Server(*[busy()] * 9))
    assert raised.value.final


def test_being_asked_to_slow_down_uses_up_no_budget() -> None:
    server = Server(*([busy(overloaded=True), None] * 500))
    assert ends(RetryPolicy(), server, 100) == ["fine"] * 100


def test_a_long_wait_opens_it_at_once() -> None:
    memory = Remembering()
    server = Server(*(busy(7200) for _ in range(9)))
    assert ends(RetryPolicy(RequestBreaker(memory)), server, 3) == [
        "ModelBusy",
        "ModelUnusable",
        "ModelUnusable",
    ]
    assert server.requests == 1
    assert memory.said == "not asked again in this run: it is down"


def test_what_no_request_can_mend_opens_it_at_once_and_is_remembered() -> None:
    memory = Remembering()
    server = Server(ModelUnusable("no such key", hint="get one"))
    assert ends(RetryPolicy(RequestBreaker(memory)), server, 3) == ["ModelUnusable"] * 3
    assert server.requests == 1
    assert memory.said == "no such key: get one"


def test_a_run_that_was_stopped_is_not_the_servers_failure() -> None:
    memory = Remembering()
    breaker = RequestBreaker(memory)
    breaker.close()
    server = Server()
    assert ends(RetryPolicy(breaker), server, 1) == ["ModelUnusable"]
    assert ends(RetryPolicy(RequestBreaker(memory)), Server(busy(math.inf)), 1) == ["ModelBusy"]
    assert (server.requests, memory.said) == (0, None)


def test_a_server_that_failed_in_an_earlier_run_gets_one_request() -> None:
    memory = Remembering("it was down")
    server = Server(*(busy() for _ in range(9)))
    assert ends(RetryPolicy(RequestBreaker(memory)), server, 3)[0] == "ModelBusy"
    assert server.requests == 1
    assert memory.said == "not asked again in this run: it is down, as in an earlier run"


@pytest.mark.parametrize("end", [None, ModelRefused("no"), NoBatchService("none")])
def test_a_server_that_answers_again_is_forgiven(end: Exception | None) -> None:
    memory = Remembering("it was down")
    policy = RetryPolicy(RequestBreaker(memory))
    ends(policy, Server(end), 1)
    assert memory.said is None
    assert ends(policy, Server(busy(), busy()), 1) == ["fine"]


def test_what_was_not_sent_proves_nothing() -> None:
    memory = Remembering("it was down")
    server = Server(BudgetSpent("no money"), busy())
    assert ends(RetryPolicy(RequestBreaker(memory)), server, 2) == ["BudgetSpent", "ModelBusy"]
    assert memory.said is not None


def test_the_pauses_double_and_the_servers_own_are_respected() -> None:
    waits: list[float] = []
    now = 0.0

    def wait(_: Condition, seconds: float | None) -> None:
        nonlocal now
        assert seconds is not None
        waits.append(seconds)
        now += seconds

    breaker = RequestBreaker(clock=lambda: now, wait=wait)
    with stamina.set_testing(False):
        ends(RetryPolicy(breaker), Server(busy(), busy(), busy(20)), 1)
    assert [round(seconds, 2) for seconds in waits[2:]] == [20.0]
    assert 0.75 <= waits[0] <= 1.25
    assert 1.5 <= waits[1] <= 2.5


@given(
    st.lists(st.sampled_from(["busy", "overloaded", "refused", "fine"]), max_size=60),
    st.integers(1, 20),
)
def test_whatever_a_server_does_every_question_ends(script: list[str], questions: int) -> None:
    made = {"busy": busy(), "overloaded": busy(overloaded=True), "refused": ModelRefused("no")}
    server = Server(*(made.get(end) for end in script))
    with stamina.set_testing(True):
        assert len(ends(RetryPolicy(), server, questions)) == questions
    assert server.requests <= ATTEMPTS * questions
