from __future__ import annotations

import math
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from threading import Event, Lock, Thread

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paperlark.domain.errors import ModelBusy
from paperlark.llm.completion import RateLimitHeaders, RemainingQuota
from paperlark.llm.rate_limiter import WINDOW, AimdConcurrency, RateLimiter, RateLimits, SentRequest
from standins.hours import FakeTime


@pytest.fixture
def time() -> FakeTime:
    return FakeTime()


def make_limiter(time: FakeTime, most: int = 8, limits: RateLimits = RateLimits()) -> RateLimiter:  # noqa: B008
    return RateLimiter(AimdConcurrency(most, limits), clock=time.clock, wait=time.wait)


@contextmanager
def waiting(limiter: RateLimiter, count: int) -> Iterator[list[object]]:
    """Let so many threads wait for a slot, in order; yields their outcomes so far."""
    outcomes: list[object] = []

    def enter(number: int) -> None:
        try:
            with limiter.slot(1):
                outcomes.append(number)
        except ModelBusy as error:
            outcomes.append(error)

    threads = [Thread(target=enter, args=(number,)) for number in range(count)]
    for place, thread in enumerate(threads):
        thread.start()
        while len(limiter._queue) <= place and thread.is_alive():
            pass
    yield outcomes
    for thread in threads:
        thread.join(10)


def test_no_more_requests_are_in_flight_than_allowed(time: FakeTime) -> None:
    limiter, lock = make_limiter(time, most=3), Lock()
    inside, most = 0, 0

    def ask(_: int) -> None:
        nonlocal inside, most
        with limiter.slot(1):
            with lock:
                inside += 1
                most = max(most, inside)
            Event().wait(0.001)
            with lock:
                inside -= 1

    with ThreadPoolExecutor(12) as pool:
        list(pool.map(ask, range(60)))
    assert most == 3


def test_threads_go_in_first_in_first_out_order(time: FakeTime) -> None:
    limiter = make_limiter(time, most=1)
    with ExitStack() as inside:
        inside.enter_context(limiter.slot(1))
        with waiting(limiter, 5) as outcomes:
            inside.close()
    assert outcomes == [0, 1, 2, 3, 4]


def test_a_wait_told_to_one_thread_holds_for_all(time: FakeTime) -> None:
    limiter = make_limiter(time)
    with limiter.slot(1) as request:
        limiter.overloaded(request, retry_after=20.0)
    with ThreadPoolExecutor(4) as pool:

        def ask(_: int) -> float:
            with limiter.slot(1):
                return time.now

        moments = list(pool.map(ask, range(4)))
    assert min(moments) >= 20


def test_requests_wait_for_the_next_minute(time: FakeTime) -> None:
    limiter = make_limiter(time, limits=RateLimits(requests=2))
    moments = []
    for _ in range(5):
        with limiter.slot(1):
            moments.append(time.now)
    assert moments == [0, 0, WINDOW, WINDOW, 2 * WINDOW]


def test_an_exhausted_quota_is_waited_for(time: FakeTime) -> None:
    limiter = make_limiter(time)
    with limiter.slot(1) as request:
        limiter.update_quotas(request, RateLimitHeaders(requests=RemainingQuota(0, 7.0, 10)))
        limiter.succeeded(request, 1)
    with limiter.slot(1):
        assert time.now == 7


def test_a_wait_of_an_hour_raises_for_every_thread(time: FakeTime) -> None:
    limiter = make_limiter(time)
    with limiter.slot(1) as request:
        limiter.overloaded(request, retry_after=3600.0)
    with pytest.raises(ModelBusy, match="asks to wait 3600 s") as raised, limiter.slot(1):
        pass
    assert (raised.value.retry_after, raised.value.spend, time.waits) == (3600, None, [])


def test_closing_the_limiter_stops_waiting_threads(time: FakeTime) -> None:
    limiter = make_limiter(time, most=1)
    with limiter.slot(1), waiting(limiter, 3) as outcomes:
        limiter.close()
    assert [str(end) for end in outcomes] == ["not asked: the run was stopped"] * 3


def test_a_failed_request_releases_its_slot(time: FakeTime) -> None:
    limiter = make_limiter(time, most=1)
    for _ in range(3):
        with pytest.raises(ZeroDivisionError), limiter.slot(1):
            raise ZeroDivisionError
    with limiter.slot(1):
        pass


LEFT = RateLimitHeaders(requests=RemainingQuota(remaining=2, resets_in=10.0, limit=5))


@dataclass(frozen=True)
class Planned:
    """A question to come: the most it may use, what it uses, and how long its answer takes."""

    most: int
    share: float
    seconds: float
    refused: bool

    @property
    def used(self) -> int:
        return round(self.most * self.share)


@dataclass
class Sent:
    at: float
    used: int
    ends_at: float


QUESTIONS = st.lists(
    st.builds(
        Planned,
        most=st.integers(1, 400),
        share=st.floats(0, 1),
        seconds=st.floats(0, 100),
        refused=st.booleans(),
    ),
    max_size=40,
)


def send_all(concurrency: AimdConcurrency, questions: list[Planned]) -> list[Sent]:
    """Put questions one after the other, each as soon as the pace allows it."""
    now = 0.0
    sent: list[Sent] = []
    open_: list[tuple[float, SentRequest, Planned]] = []

    def end_until(moment: float) -> None:
        for ends_at, request, planned in sorted(open_, key=lambda one: one[0]):
            if ends_at <= moment:
                open_.remove((ends_at, request, planned))
                if planned.refused:
                    concurrency.overloaded(ends_at, request, None)
                else:
                    concurrency.succeeded(request, planned.used)
                concurrency.end()

    for planned in questions:
        while (wait := concurrency.wait(now, planned.most)) > 0:
            now = (
                min((ends_at for ends_at, *_ in open_), default=now)
                if wait == math.inf
                else now + wait
            )
            end_until(now)
        request = concurrency.begin(now, planned.most)
        open_.append((now + planned.seconds, request, planned))
        sent.append(Sent(now, planned.used, now + planned.seconds))
        assert len(open_) <= concurrency.most
    return sent


@given(QUESTIONS, st.integers(1, 8), st.integers(1, 12), st.integers(400, 2000))
def test_no_minute_exceeds_its_requests_or_tokens(
    questions: list[Planned], most: int, requests: int, tokens: int
) -> None:
    sent = send_all(AimdConcurrency(most, RateLimits(requests, tokens)), questions)
    assert len(sent) == len(questions)
    for first in sent:
        minute = [one for one in sent if first.at <= one.at < first.at + 60]
        assert len(minute) <= requests
        assert sum(one.used for one in minute) <= tokens


@given(QUESTIONS, st.integers(1, 8))
def test_concurrency_never_exceeds_its_maximum(questions: list[Planned], most: int) -> None:
    sent = send_all(AimdConcurrency(most), questions)
    for one in sent:
        assert sum(other.at <= one.at < other.ends_at for other in sent) <= most


@given(QUESTIONS, st.integers(1, 5), st.floats(0.1, 60))
def test_a_servers_own_quota_is_never_exceeded(
    questions: list[Planned], limit: int, seconds: float
) -> None:
    """The server's window is fixed, and it tells its count in every answer."""
    concurrency = AimdConcurrency(8)
    now, window, taken = 0.0, 0.0, 0
    for planned in questions:
        while (wait := concurrency.wait(now, planned.most)) > 0:
            now += wait
        if now >= window + seconds:
            window, taken = now, 0
        taken += 1
        assert taken <= limit
        request = concurrency.begin(now, planned.most)
        left = RemainingQuota(limit - taken, window + seconds - now, limit)
        concurrency.update_quotas(now, request, RateLimitHeaders(requests=left))
        concurrency.succeeded(request, planned.used)
        concurrency.end()


def test_without_limits_nothing_waits() -> None:
    questions = [Planned(1000, 1.0, 5.0, refused=False)] * 50
    assert {sent.at for sent in send_all(AimdConcurrency(99), questions)} == {0.0}


def test_a_request_larger_than_a_minutes_tokens_goes_alone() -> None:
    concurrency = AimdConcurrency(8, RateLimits(tokens=1000))
    concurrency.begin(0.0, 10)
    assert concurrency.wait(1.0, 5000) == WINDOW - 1
    concurrency.begin(WINDOW, 5000)
    assert concurrency.wait(WINDOW, 1) == WINDOW


def test_unused_tokens_are_released() -> None:
    concurrency = AimdConcurrency(8, RateLimits(tokens=1000))
    request = concurrency.begin(0.0, 1000)
    assert concurrency.wait(0.0, 400) == WINDOW
    concurrency.succeeded(request, 600)
    assert concurrency.wait(0.0, 400) == 0


def test_an_overload_halves_the_concurrency_and_successes_raise_it_one_by_one() -> None:
    concurrency = AimdConcurrency(8)
    requests = [concurrency.begin(0.0, 1) for _ in range(8)]
    assert concurrency.wait(0.0, 1) == math.inf
    widths = [concurrency.width]
    concurrency.overloaded(0.0, requests[0], None)
    widths.append(concurrency.width)
    for _ in range(2):
        for _ in range(concurrency.width + 1):
            concurrency.succeeded(requests[1], 1)
        widths.append(concurrency.width)
    for _ in range(100):
        concurrency.succeeded(requests[1], 1)
    assert [*widths, concurrency.width] == [8, 4, 5, 6, 8]


def test_one_overloaded_burst_halves_the_concurrency_once() -> None:
    concurrency = AimdConcurrency(8)
    burst = [concurrency.begin(0.0, 1) for _ in range(8)]
    for request in burst:
        concurrency.overloaded(1.0, request, None)
        concurrency.end()
    assert concurrency.width == 4
    concurrency.overloaded(2.0, concurrency.begin(2.0, 1), None)
    assert concurrency.width == 2


def test_at_least_one_request_may_be_sent() -> None:
    concurrency = AimdConcurrency(2)
    for moment in range(5):
        concurrency.overloaded(moment, concurrency.begin(moment, 1), None)
        concurrency.end()
    assert (concurrency.width, concurrency.wait(9.0, 1)) == (1, 0)


def test_a_wait_that_the_server_asked_for_holds() -> None:
    concurrency = AimdConcurrency(8)
    concurrency.overloaded(5.0, concurrency.begin(0.0, 1), 20.0)
    assert (concurrency.wait(5.0, 1), concurrency.wait(15.0, 1), concurrency.wait(25.0, 1)) == (
        20,
        10,
        0,
    )


def test_a_later_shorter_wait_does_not_end_a_longer_one() -> None:
    concurrency = AimdConcurrency(8)
    requests = [concurrency.begin(0.0, 1), concurrency.begin(0.0, 1)]
    concurrency.overloaded(0.0, requests[0], 20.0)
    concurrency.overloaded(0.0, requests[1], 1.0)
    assert concurrency.wait(0.0, 1) == 20


def test_a_remaining_quota_is_respected_and_renewed() -> None:
    concurrency = AimdConcurrency(8)
    concurrency.update_quotas(0.0, concurrency.begin(0.0, 1), LEFT)
    assert concurrency.wait(0.0, 1) == 0
    for _ in range(2):
        concurrency.begin(0.0, 1)
        concurrency.end()
    assert concurrency.wait(4.0, 1) == 6
    assert concurrency.wait(10.0, 1) == 0
    for _ in range(5):
        concurrency.begin(10.0, 1)
        concurrency.end()
    assert 0 < concurrency.wait(10.0, 1) <= 60


def test_requests_sent_meanwhile_reduce_a_reported_quota() -> None:
    concurrency = AimdConcurrency(8)
    first = concurrency.begin(0.0, 1)
    concurrency.begin(0.0, 1)
    concurrency.begin(0.0, 1)
    concurrency.update_quotas(3.0, first, LEFT)
    assert concurrency.wait(3.0, 1) == 10


def test_headers_of_an_earlier_request_are_ignored() -> None:
    concurrency = AimdConcurrency(8)
    first, second = concurrency.begin(0.0, 1), concurrency.begin(0.0, 1)
    concurrency.update_quotas(1.0, second, LEFT)
    concurrency.update_quotas(2.0, first, RateLimitHeaders(requests=RemainingQuota(0, 60.0, 5)))
    assert concurrency.wait(2.0, 1) == 0


@pytest.mark.parametrize(("left", "wait"), [(5000, 0), (400, 10)])
def test_a_remaining_token_quota_is_respected(left: int, wait: float) -> None:
    concurrency = AimdConcurrency(8)
    headers = RateLimitHeaders(tokens=RemainingQuota(left, 10.0, 6000))
    concurrency.update_quotas(0.0, concurrency.begin(0.0, 100), headers)
    assert concurrency.wait(0.0, 500) == wait


def test_changes_of_concurrency_and_waits_are_logged(
    time: FakeTime, caplog: pytest.LogCaptureFixture
) -> None:
    limiter = make_limiter(time)
    with caplog.at_level("DEBUG", "paperlark"), limiter.slot(1) as request:
        limiter.overloaded(request, retry_after=20.0)
        for _ in range(5):
            limiter.succeeded(request, 1)
    assert caplog.messages == [
        "the server is overloaded: concurrency halved from 8 to 4",
        "the server asks to wait 20.0 s before the next request",
        "concurrency raised from 4 to 5",
    ]
