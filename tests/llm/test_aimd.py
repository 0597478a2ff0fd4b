from __future__ import annotations

import math
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paperlark.llm.completion import RateLimitHeaders, RemainingQuota
from paperlark.llm.rate_limiter import WINDOW, AimdConcurrency, RateLimits, SentRequest

LEFT = RateLimitHeaders(requests=RemainingQuota(remaining=2, resets_in=10.0, limit=5))


@dataclass(frozen=True)
class Asked:
    """A question to come: the most it may use, what it uses, and how long its answer takes."""

    most: int
    share: float
    seconds: float
    refused: bool

    @property
    def used(self) -> int:
        return round(self.most * self.share)


@dataclass
class Put:
    at: float
    used: int
    ends: float


QUESTIONS = st.lists(
    st.builds(
        Asked,
        most=st.integers(1, 400),
        share=st.floats(0, 1),
        seconds=st.floats(0, 100),
        refused=st.booleans(),
    ),
    max_size=40,
)


def put_all(pace: AimdConcurrency, questions: list[Asked]) -> list[Put]:
    """Put questions one after the other, each as soon as the pace allows it."""
    now = 0.0
    put: list[Put] = []
    open_: list[tuple[float, SentRequest, Asked]] = []

    def end_until(moment: float) -> None:
        for ends, turn, asked in sorted(open_, key=lambda one: one[0]):
            if ends <= moment:
                open_.remove((ends, turn, asked))
                if asked.refused:
                    pace.overloaded(ends, turn, None)
                else:
                    pace.succeeded(turn, asked.used)
                pace.end()

    for asked in questions:
        while (wait := pace.wait(now, asked.most)) > 0:
            now = min((ends for ends, *_ in open_), default=now) if wait == math.inf else now + wait
            end_until(now)
        turn = pace.begin(now, asked.most)
        open_.append((now + asked.seconds, turn, asked))
        put.append(Put(now, asked.used, now + asked.seconds))
        assert len(open_) <= pace.most
    return put


@given(QUESTIONS, st.integers(1, 8), st.integers(1, 12), st.integers(400, 2000))
def test_no_minute_sees_more_requests_or_tokens_than_are_allowed(
    questions: list[Asked], most: int, requests: int, tokens: int
) -> None:
    put = put_all(AimdConcurrency(most, RateLimits(requests, tokens)), questions)
    assert len(put) == len(questions)
    for first in put:
        minute = [one for one in put if first.at <= one.at < first.at + 60]
        assert len(minute) <= requests
        assert sum(one.used for one in minute) <= tokens


@given(QUESTIONS, st.integers(1, 8))
def test_no_more_are_under_way_than_may_be(questions: list[Asked], most: int) -> None:
    put = put_all(AimdConcurrency(most), questions)
    for one in put:
        assert sum(other.at <= one.at < other.ends for other in put) <= most


@given(QUESTIONS, st.integers(1, 5), st.floats(0.1, 60))
def test_a_server_s_own_count_is_never_overdrawn(
    questions: list[Asked], limit: int, seconds: float
) -> None:
    """The server's window is fixed, and it tells its count in every answer."""
    pace = AimdConcurrency(8)
    now, window, taken = 0.0, 0.0, 0
    for asked in questions:
        while (wait := pace.wait(now, asked.most)) > 0:
            now += wait
        if now >= window + seconds:
            window, taken = now, 0
        taken += 1
        assert taken <= limit
        turn = pace.begin(now, asked.most)
        left = RemainingQuota(limit - taken, window + seconds - now, limit)
        pace.update_quotas(now, turn, RateLimitHeaders(requests=left))
        pace.succeeded(turn, asked.used)
        pace.end()


def test_without_limits_nothing_waits() -> None:
    questions = [Asked(1000, 1.0, 5.0, refused=False)] * 50
    assert {put.at for put in put_all(AimdConcurrency(99), questions)} == {0.0}


def test_what_exceeds_a_minute_s_tokens_is_put_alone() -> None:
    pace = AimdConcurrency(8, RateLimits(tokens=1000))
    pace.begin(0.0, 10)
    assert pace.wait(1.0, 5000) == WINDOW - 1
    pace.begin(WINDOW, 5000)
    assert pace.wait(WINDOW, 1) == WINDOW


def test_what_was_not_used_is_given_back() -> None:
    pace = AimdConcurrency(8, RateLimits(tokens=1000))
    turn = pace.begin(0.0, 1000)
    assert pace.wait(0.0, 400) == WINDOW
    pace.succeeded(turn, 600)
    assert pace.wait(0.0, 400) == 0


def test_a_refusal_halves_what_is_put_at_once_and_answers_bring_it_back_one_by_one() -> None:
    pace = AimdConcurrency(8)
    turns = [pace.begin(0.0, 1) for _ in range(8)]
    assert pace.wait(0.0, 1) == math.inf
    widths = [pace.width]
    pace.overloaded(0.0, turns[0], None)
    widths.append(pace.width)
    for _ in range(2):
        for _ in range(pace.width + 1):
            pace.succeeded(turns[1], 1)
        widths.append(pace.width)
    for _ in range(100):
        pace.succeeded(turns[1], 1)
    assert [*widths, pace.width] == [8, 4, 5, 6, 8]


def test_one_burst_that_is_refused_is_one_lesson() -> None:
    pace = AimdConcurrency(8)
    burst = [pace.begin(0.0, 1) for _ in range(8)]
    for turn in burst:
        pace.overloaded(1.0, turn, None)
        pace.end()
    assert pace.width == 4
    pace.overloaded(2.0, pace.begin(2.0, 1), None)
    assert pace.width == 2


def test_one_question_at_least_may_be_put() -> None:
    pace = AimdConcurrency(2)
    for moment in range(5):
        pace.overloaded(moment, pace.begin(moment, 1), None)
        pace.end()
    assert (pace.width, pace.wait(9.0, 1)) == (1, 0)


def test_a_wait_that_the_server_asks_for_holds_for_all() -> None:
    pace = AimdConcurrency(8)
    pace.overloaded(5.0, pace.begin(0.0, 1), 20.0)
    assert (pace.wait(5.0, 1), pace.wait(15.0, 1), pace.wait(25.0, 1)) == (20, 10, 0)


def test_a_shorter_wait_asked_for_later_does_not_end_a_longer_one() -> None:
    pace = AimdConcurrency(8)
    turns = [pace.begin(0.0, 1), pace.begin(0.0, 1)]
    pace.overloaded(0.0, turns[0], 20.0)
    pace.overloaded(0.0, turns[1], 1.0)
    assert pace.wait(0.0, 1) == 20


def test_what_the_server_says_is_left_is_kept_to_and_renewed() -> None:
    pace = AimdConcurrency(8)
    pace.update_quotas(0.0, pace.begin(0.0, 1), LEFT)
    assert pace.wait(0.0, 1) == 0
    for _ in range(2):
        pace.begin(0.0, 1)
        pace.end()
    assert pace.wait(4.0, 1) == 6
    assert pace.wait(10.0, 1) == 0
    for _ in range(5):
        pace.begin(10.0, 1)
        pace.end()
    assert 0 < pace.wait(10.0, 1) <= 60


def test_what_was_put_meanwhile_is_not_left_any_more() -> None:
    pace = AimdConcurrency(8)
    first = pace.begin(0.0, 1)
    pace.begin(0.0, 1)
    pace.begin(0.0, 1)
    pace.update_quotas(3.0, first, LEFT)
    assert pace.wait(3.0, 1) == 10


def test_what_the_server_said_of_an_earlier_question_is_old_news() -> None:
    pace = AimdConcurrency(8)
    first, second = pace.begin(0.0, 1), pace.begin(0.0, 1)
    pace.update_quotas(1.0, second, LEFT)
    pace.update_quotas(2.0, first, RateLimitHeaders(requests=RemainingQuota(0, 60.0, 5)))
    assert pace.wait(2.0, 1) == 0


@pytest.mark.parametrize(("left", "wait"), [(5000, 0), (400, 10)])
def test_tokens_that_are_left_are_kept_to(left: int, wait: float) -> None:
    pace = AimdConcurrency(8)
    told = RateLimitHeaders(tokens=RemainingQuota(left, 10.0, 6000))
    pace.update_quotas(0.0, pace.begin(0.0, 100), told)
    assert pace.wait(0.0, 500) == wait
