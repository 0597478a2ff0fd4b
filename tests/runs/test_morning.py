from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

import pytest

from paperlark.domain.errors import FeedNotFound, PublishError
from paperlark.runs.due import LONGEST, PAUSE, Waiter
from paperlark.runs.make_page import DayOutcome
from paperlark.runs.morning import MorningResult, repeat_mornings
from paperlark.runs.progress import NoProgress, TimedProgress
from paperlark.settings.environment import Environment

DAY = date(2025, 2, 26)
FAILED = DayOutcome(DAY, error=FeedNotFound("there is no feed"))


@dataclass
class Clock:
    """A clock that only sleeping moves."""

    time: datetime = datetime(2025, 2, 26, 12, tzinfo=UTC)
    slept: list[float] = field(default_factory=list)

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.time += timedelta(seconds=seconds)

    @property
    def environment(self) -> Environment:
        return Environment(now=lambda: self.time, sleep=self.sleep)


@dataclass
class Reporter:
    """Implements MorningReporter by remembering."""

    lines: list[str] = field(default_factory=list)

    def page(self, outcome: DayOutcome) -> None:
        self.lines.append(str(outcome.day))

    def result(self, line: str) -> None:
        self.lines.append(line)

    def note(self, line: str) -> None:
        self.lines.append(line)

    def problem(self, text: str) -> None:
        self.lines.append(f"problem: {text}")


@pytest.mark.parametrize(
    ("result", "code"),
    [
        (MorningResult(DAY), 0),
        (MorningResult(DAY, delivered=False), 4),
        (MorningResult(DAY, (FAILED,), delivered=False), 1),
        (MorningResult(DAY, problem="there is no key", delivered=False), 1),
    ],
)
def test_the_exit_code_names_the_worst_that_happened(result: MorningResult, code: int) -> None:
    assert result.exit_code == code


def test_waiting_for_an_announcement_ends_when_nothing_is_missing() -> None:
    clock, told = Clock(), Reporter()
    missing = iter(("cs.LG", "cs.LG", ""))
    Waiter(clock.environment, told.note).for_announcement(DAY, lambda: next(missing))
    assert clock.slept == [PAUSE.total_seconds()] * 2
    assert told.lines == ["cs.LG; asking again in 15 minutes"] * 2


def test_waiting_for_an_announcement_is_given_up_after_six_hours() -> None:
    clock, told = Clock(), Reporter()
    Waiter(clock.environment, told.note).for_announcement(DAY, lambda: "cs.LG")
    assert sum(clock.slept) == LONGEST.total_seconds()
    assert told.lines[-1] == "cs.LG; not waiting any longer"


def test_waiting_for_an_announcement_is_given_up_when_the_next_day_begins() -> None:
    clock = Clock(datetime(2025, 2, 27, 4, 50, tzinfo=UTC))  # 23:50 in New York
    Waiter(clock.environment, lambda _: None).for_announcement(DAY, lambda: "cs.LG")
    assert clock.slept == [PAUSE.total_seconds()]


class Enough(BaseException):
    pass


def _repeat(outcomes: Sequence[MorningResult | Exception]) -> tuple[Reporter, list[datetime]]:
    """Run mornings that end like this, one attempt after the other."""
    clock, reporter = Clock(), Reporter()
    begun: list[datetime] = []
    left = list(outcomes)

    def run() -> MorningResult:
        if not left:
            raise Enough
        begun.append(clock.time)
        outcome = left.pop(0)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    with pytest.raises(Enough):
        repeat_mornings(run, clock.environment, reporter)
    return reporter, begun


def test_a_morning_that_fails_is_tried_three_times_and_then_on_the_next_day() -> None:
    failed = MorningResult(DAY, (FAILED,))
    _, begun = _repeat([failed, PublishError("the folder is full"), failed, failed])
    noon = datetime(2025, 2, 26, 12, tzinfo=UTC)
    assert begun[:3] == [noon + timedelta(minutes=20) * n for n in range(3)]
    assert begun[3] == datetime(2025, 2, 27, 5, 20, tzinfo=UTC)


def test_a_morning_that_ends_well_is_not_tried_again() -> None:
    reporter, begun = _repeat([MorningResult(DAY), MorningResult(DAY)])
    assert [one.date() for one in begun] == [DAY, DAY + timedelta(days=1)]
    assert reporter.lines[0].startswith("next: Thursday, 27 February 2025, 00:20")


def test_an_unexpected_error_is_logged_with_its_traceback_and_ends_nothing(
    caplog: pytest.LogCaptureFixture,
) -> None:
    reporter, begun = _repeat([RuntimeError("a bug of ours"), MorningResult(DAY)])
    assert len(begun) == 2
    (record,) = [one for one in caplog.records if one.levelno == logging.CRITICAL]
    assert record.exc_info is not None
    assert [line for line in reporter.lines if line.startswith("problem")] == []


def test_how_long_a_step_took_is_logged_even_where_it_failed(
    caplog: pytest.LogCaptureFixture,
) -> None:
    progress = TimedProgress(NoProgress())
    with caplog.at_level(logging.INFO, "paperlark"):
        with progress.step("ranking", 37) as advance:
            advance(37)
        with pytest.raises(KeyError), progress.step("judging", 5):
            raise KeyError
    first, second = (one.getMessage() for one in caplog.records)
    assert first.startswith("step ranking (37): 0.0")
    assert second.startswith("step judging (5): 0.0")
