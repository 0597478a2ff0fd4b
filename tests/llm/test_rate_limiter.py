from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from threading import Event, Lock, Thread

import pytest

from paperlark.domain.errors import ModelBusy
from paperlark.llm.completion import RateLimitHeaders, RemainingQuota
from paperlark.llm.rate_limiter import WINDOW, AimdConcurrency, RateLimiter, RateLimits
from standins.hours import FakeTime


@pytest.fixture
def time() -> FakeTime:
    return FakeTime()


def limiter(time: FakeTime, most: int = 8, limits: RateLimits = RateLimits()) -> RateLimiter:  # noqa: B008
    return RateLimiter(AimdConcurrency(most, limits), clock=time.clock, wait=time.wait)


@contextmanager
def waiting(gate: RateLimiter, count: int) -> Iterator[list[object]]:
    """Have so many threads wait for a turn, in order; gives what came of each so far."""
    ends: list[object] = []

    def enter(number: int) -> None:
        try:
            with gate.slot(1):
                ends.append(number)
        except ModelBusy as error:
            ends.append(error)

    threads = [Thread(target=enter, args=(number,)) for number in range(count)]
    for place, thread in enumerate(threads):
        thread.start()
        while len(gate._queue) <= place and thread.is_alive():
            pass
    yield ends
    for thread in threads:
        thread.join(10)


def test_no_more_are_inside_than_may_be(time: FakeTime) -> None:
    gate, lock = limiter(time, most=3), Lock()
    inside, most = 0, 0

    def ask(_: int) -> None:
        nonlocal inside, most
        with gate.slot(1):
            with lock:
                inside += 1
                most = max(most, inside)
            Event().wait(0.001)
            with lock:
                inside -= 1

    with ThreadPoolExecutor(12) as pool:
        list(pool.map(ask, range(60)))
    assert most == 3


def test_who_came_first_goes_first(time: FakeTime) -> None:
    gate = limiter(time, most=1)
    with ExitStack() as inside:
        inside.enter_context(gate.slot(1))
        with waiting(gate, 5) as ends:
            inside.close()
    assert ends == [0, 1, 2, 3, 4]


def test_the_wait_that_one_was_told_holds_for_the_others(time: FakeTime) -> None:
    gate = limiter(time)
    with gate.slot(1) as turn:
        gate.overloaded(turn, retry_after=20.0)
    with ThreadPoolExecutor(4) as pool:

        def ask(_: int) -> float:
            with gate.slot(1):
                return time.now

        moments = list(pool.map(ask, range(4)))
    assert min(moments) >= 20


def test_a_minute_s_requests_are_waited_for(time: FakeTime) -> None:
    gate = limiter(time, limits=RateLimits(requests=2))
    moments = []
    for _ in range(5):
        with gate.slot(1):
            moments.append(time.now)
    assert moments == [0, 0, WINDOW, WINDOW, 2 * WINDOW]


def test_what_the_server_says_is_left_is_waited_for(time: FakeTime) -> None:
    gate = limiter(time)
    with gate.slot(1) as turn:
        gate.update_quotas(turn, RateLimitHeaders(requests=RemainingQuota(0, 7.0, 10)))
        gate.succeeded(turn, 1)
    with gate.slot(1):
        assert time.now == 7


def test_a_server_that_wants_an_hour_is_asked_by_nobody(time: FakeTime) -> None:
    gate = limiter(time)
    with gate.slot(1) as turn:
        gate.overloaded(turn, retry_after=3600.0)
    with pytest.raises(ModelBusy, match="asks to wait 3600 s") as raised, gate.slot(1):
        pass
    assert (raised.value.retry_after, raised.value.spend, time.waits) == (3600, None, [])


def test_once_closed_whoever_waits_is_told_and_asks_nothing(time: FakeTime) -> None:
    gate = limiter(time, most=1)
    with gate.slot(1), waiting(gate, 3) as ends:
        gate.close()
    assert [str(end) for end in ends] == ["not asked: the run was stopped"] * 3


def test_a_question_that_failed_leaves_its_place(time: FakeTime) -> None:
    gate = limiter(time, most=1)
    for _ in range(3):
        with pytest.raises(ZeroDivisionError), gate.slot(1):
            raise ZeroDivisionError
    with gate.slot(1):
        pass
