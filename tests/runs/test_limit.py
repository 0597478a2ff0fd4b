"""Every run has an end, and says where it was."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from paperlark.domain.errors import RunTooLong
from paperlark.runs.limit import CLOSING, RunLimit, duration
from paperlark.runs.progress import NoProgress


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def limit(clock: Clock) -> RunLimit:
    return RunLimit(7200.0, NoProgress(), patience=60.0, timer=clock)


def test_a_step_ends_at_its_next_paper_and_the_error_says_where(
    limit: RunLimit, clock: Clock
) -> None:
    def look_up() -> None:
        with limit.at_work(), limit.step("looking up authors", 400) as advance:
            advance(100)
            clock.now = 7200.0
            advance()

    with pytest.raises(RunTooLong) as raised:
        look_up()
    assert raised.value.problem == (
        "the run took longer than 2 hours and was ended (looking up authors, 299 of 400 left)"
    )


def test_no_step_begins_when_the_time_is_over(limit: RunLimit, clock: Clock) -> None:
    with limit.at_work():
        clock.now = 7200.0
        with pytest.raises(RunTooLong, match="ranking, 3 of 3 left"), limit.step("ranking", 3):
            pass


def test_what_is_judged_is_kept_and_nothing_more_is_asked(limit: RunLimit, clock: Clock) -> None:
    with limit.at_work():
        with limit.step("judging", 3) as advance:
            assert limit.over() is None
            clock.now = 7200.0
            advance()
            assert limit.over() == "the run reached its limit of 2 hours ([run] at_most)"
            advance()
        clock.now += 1


def test_waiting_between_two_parts_does_not_count(limit: RunLimit, clock: Clock) -> None:
    for _ in range(3):
        with limit.at_work():
            clock.now += 2000
            assert limit.over() is None
        clock.now += 21_600
    with limit.at_work():
        clock.now += 1200
        assert limit.over()


def test_what_must_follow_has_time_of_its_own(limit: RunLimit, clock: Clock) -> None:
    with limit.at_work():
        clock.now += 8000
    with limit.closing():
        clock.now += CLOSING - 1
        assert limit.over() is None
        clock.now += 1
        assert limit.over()


@contextmanager
def _ended_by_force(seconds: float, patience: float = 0.0) -> Iterator[RunLimit]:
    given_up: list[str] = []
    limit = RunLimit(seconds, NoProgress(), patience=patience, give_up=given_up.append)
    yield limit
    assert signal.getsignal(signal.SIGUSR2) is signal.SIG_DFL
    assert given_up == []


def _hang(limit: RunLimit, step: str) -> None:
    with limit.at_work(), limit.step(step, 2):
        while True:
            pass


@pytest.mark.skipif(not hasattr(signal, "SIGUSR2"), reason="this system has no SIGUSR2")
@pytest.mark.parametrize("step", ["ranking", "judging"])
def test_a_step_that_hangs_is_interrupted(step: str) -> None:
    with (
        _ended_by_force(0.05) as limit,
        pytest.raises(RunTooLong, match=f"{step}, 2 of 2 left"),
    ):
        _hang(limit, step)


@pytest.mark.skipif(not hasattr(signal, "SIGUSR2"), reason="this system has no SIGUSR2")
def test_who_uses_the_library_keeps_the_signal_for_himself() -> None:
    with RunLimit(0.01, NoProgress()).at_work():
        assert signal.getsignal(signal.SIGUSR2) is signal.SIG_DFL


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (7200, "2 hours"),
        (5400, "1 hour 30 minutes"),
        (45, "45 seconds"),
        (3661, "1 hour 1 minute 1 second"),
        (0.25, "0.25 seconds"),
    ],
)
def test_durations_are_words(seconds: float, words: str) -> None:
    assert duration(seconds) == words
