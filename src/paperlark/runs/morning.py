"""Do all that a scheduled job has to do: make the due pages, build the site, deliver, raise alarms.

What other rooms do is passed in as `MorningSteps`; `compose.morning` fills them in.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import NoReturn, Protocol

from paperlark.domain.calendar import next_start, today
from paperlark.domain.delivery import Failure
from paperlark.domain.errors import PaperlarkError, RunHangs, RunTooLong, StoreBusy
from paperlark.domain.run_states import MEANINGS, State, worst
from paperlark.renderers.english import long_date
from paperlark.runs.due import (
    Waiter,
    due_days,
    judged_nothing,
    lacks_only_judgements,
    missing_parts,
)
from paperlark.runs.limit import RunLimit
from paperlark.runs.make_page import (
    DayOutcome,
    Interruptible,
    PageMaker,
    make_pages,
    uninterruptible,
)
from paperlark.settings import Settings
from paperlark.settings.environment import Environment
from paperlark.store.database import exists

_log = logging.getLogger(__name__)

NOT_DELIVERED = 4
"""The exit code of a run whose page, site or saved papers did not get where they belong."""
_PAUSES = (timedelta(minutes=20), timedelta(minutes=20))
"""Before a morning that did not end well is tried a second and a third time."""
_NAP = timedelta(hours=1)
"""Longest sleep: the clock of a machine that was suspended has moved on when it wakes up."""


class MorningReporter(Protocol):
    """Receives what a morning reports while it is at work."""

    def page(self, outcome: DayOutcome) -> None:
        """Report how a day ended."""
        ...

    def result(self, line: str) -> None:
        """Report a result other than a page."""
        ...

    def note(self, line: str) -> None:
        """Report what is being waited for."""
        ...

    def problem(self, text: str) -> None:
        """Report what went wrong, a line for each problem."""
        ...


class LogReporter:
    """Implements MorningReporter by the log."""

    def page(self, outcome: DayOutcome) -> None:
        """Do nothing: every outcome is logged where the page is made."""

    def result(self, line: str) -> None:
        """Log the result."""
        _log.info("%s", line)

    def note(self, line: str) -> None:
        """Log the reason for waiting."""
        _log.info("%s", line)

    def problem(self, text: str) -> None:
        """Log the problem."""
        _log.error("%s", text)


@dataclass(frozen=True, slots=True)
class MorningSteps:
    """What a morning calls: `deliver` returns whether everything that is due has been delivered.

    `read` reads the reader's libraries again, before the pages; `save` brings saved papers to their
    places. Both return whether that went well. `deliver`, `alarm` and `tell_hanging` are called
    with today's date in New York, the last where an earlier run hangs. `interruptible` is entered
    while a page is being made.
    """

    open_pages: Callable[[], AbstractContextManager[PageMaker]]
    build_site: Callable[[], Path]
    deliver: Callable[[date, Sequence[Failure]], bool]
    alarm: Callable[[date, str], object]
    tell_hanging: Callable[[date, str], object]
    read: Callable[[], bool] = lambda: True
    save: Callable[[], bool] = lambda: True
    interruptible: Interruptible = uninterruptible


@dataclass(frozen=True, slots=True)
class MorningResult:
    """How a morning ended: the due pages, where the site is, whether all was delivered and saved.

    `problem` is why no page could be begun, None where pages were made or nothing was due; `site`
    is None where none was built.
    """

    day: date
    outcomes: tuple[DayOutcome, ...] = ()
    problem: str | None = None
    site: Path | None = None
    delivered: bool = True

    @property
    def states(self) -> tuple[State, ...]:
        """How the runs ended."""
        if self.problem is not None:
            return (State.FAILED,)
        return tuple(one.state for one in self.outcomes) or (State.QUIET,)

    @property
    def exit_code(self) -> int:
        """The exit code: 1 a page is missing, 4 not all was delivered, 3 a page lacks something."""
        state = worst(list(self.states))
        if state is not State.FAILED and not self.delivered:
            return NOT_DELIVERED
        return MEANINGS[state].exit_code


@dataclass(frozen=True, slots=True)
class Morning:
    """One profile's morning; `waits` for a late announcement (if `live`) and for batch answers.

    `limit` counts the time that pages, site and deliveries take, and not what is waited for.
    """

    settings: Settings
    environment: Environment
    steps: MorningSteps
    limit: RunLimit
    reporter: MorningReporter
    waits: bool = True
    live: bool = True

    def run(self) -> MorningResult:
        """Make the pages that are due, build the site and deliver.

        Raises StoreBusy where another run is at work. Any other unexpected error is raised after
        an alarm to every channel.
        """
        day = today(self.environment.now())
        try:
            with self.limit.at_work():
                read = self.steps.read()
            outcomes, problem = self._pages(day)
            with self.limit.closing():
                site, published = _publish_site(self)
            with self.limit.closing():
                delivered = self.steps.deliver(day, _failures(day, outcomes, problem))
            with self.limit.closing():
                saved = self.steps.save()
        except RunHangs as error:
            self.steps.tell_hanging(day, str(error))
            raise
        except RunTooLong as error:
            self.steps.alarm(day, str(error))
            raise
        except StoreBusy:
            # The other run reports on this day.
            raise
        except Exception as error:
            # Its message may hold anything, and a channel is read by others; the log is not.
            kind = type(error).__name__
            text = f"paperlark broke down ({kind}). Its log on your machine says where."
            self.steps.alarm(day, text)
            raise
        arrived = delivered and published and saved and read
        result = MorningResult(day, outcomes, problem, site, arrived)
        _log.info("morning of %s: exit code %d", day, result.exit_code)
        return result

    def _pages(self, day: date) -> tuple[tuple[DayOutcome, ...], str | None]:
        """Return the outcomes of the due pages, or why none could be begun."""
        try:
            due = due_days(self.settings, day)
            _log.info("due on %s: %s", day, ", ".join(map(str, due.days)) or "nothing")
            if not due.days:
                self.reporter.result(f"{long_date(day)}: nothing is due")
                return (), None
            if self.waits and due.new and day in due.days and self.live:
                Waiter(self.environment, self.reporter.note).for_announcement(
                    day, lambda: self._missing_parts(day)
                )
            return self._make(due.days), None
        except StoreBusy:
            raise
        except PaperlarkError as error:
            self.reporter.problem(str(error))
            return (), str(error)

    def _missing_parts(self, day: date) -> str:
        with self.limit.at_work():
            return missing_parts(self.steps.open_pages, day, self.limit)

    def _make(self, days: Sequence[date]) -> tuple[DayOutcome, ...]:
        """Make pages, and those with papers in a batch again until the batch is answered."""
        waiter = Waiter(self.environment, self.reporter.note)
        deadline = waiter.deadline()
        outcomes: dict[date, DayOutcome] = {}
        left = days
        while left:
            try:
                outcomes |= self._make_once(left)
            except PaperlarkError as error:
                if not outcomes:
                    raise
                # The pages of the earlier round exist all the same.
                self.reporter.problem(str(error))
            left = [one.day for one in outcomes.values() if _awaits_batch(one)]
            if left and not (self.waits and waiter.pause(deadline, "a batch is not answered yet")):
                break
        return tuple(outcomes.values())

    def _make_once(self, days: Sequence[date]) -> dict[date, DayOutcome]:
        outcomes: dict[date, DayOutcome] = {}
        failed = False
        with self.limit.at_work(), self.steps.open_pages() as maker:
            for day in days:
                before = maker.before(day)
                if failed and before and lacks_only_judgements(before):
                    self.reporter.note(f"{day}: left for the next run, for the model fails now")
                    continue
                for one in make_pages(maker, (day,), self.limit, self.steps.interruptible):
                    self.reporter.page(one)
                    outcomes[day] = one
                    failed = failed or (one.made is not None and judged_nothing(one.made, before))
        return outcomes


def _failures(
    day: date, outcomes: Sequence[DayOutcome], problem: str | None
) -> tuple[Failure, ...]:
    if problem is not None:
        return (Failure(day, problem),)
    return tuple(Failure(one.day, str(one.error)) for one in outcomes if one.error is not None)


def _awaits_batch(outcome: DayOutcome) -> bool:
    return outcome.made is not None and bool(outcome.made.digest.funnel.waiting)


def _publish_site(morning: Morning) -> tuple[Path | None, bool]:
    """Build the site where it has an address; return its folder, and False where that failed."""
    settings = morning.settings
    if settings.site.address is None or not exists(settings.database):
        return None, True
    try:
        folder = morning.steps.build_site()
    except PaperlarkError as error:
        morning.reporter.problem(str(error))
        return None, False
    morning.reporter.result(f"site: {folder}")
    return folder, True


class Ended(Protocol):
    """How one or several mornings ended."""

    @property
    def exit_code(self) -> int:
        """The exit code of the command line."""
        ...


def repeat_mornings(
    run: Callable[[], Ended], environment: Environment, reporter: MorningReporter
) -> NoReturn:
    """Run a morning now and on every announcement day, for ever; nothing that goes wrong ends it.

    `run` reads the profiles anew each time, for they may have changed.
    """
    while True:
        _try_three_times(run, environment, reporter)
        _sleep_until(next_start(environment.now()), environment, reporter)


def _try_three_times(
    run: Callable[[], Ended], environment: Environment, reporter: MorningReporter
) -> None:
    for attempt, pause in enumerate((*_PAUSES, None), start=1):
        try:
            code = run().exit_code
        except PaperlarkError as error:
            reporter.problem(str(error))
            code = MEANINGS[State.FAILED].exit_code
        except Exception:  # noqa: BLE001  # it is logged, the channels had an alarm
            _log.critical("the morning broke down", exc_info=True)
            code = MEANINGS[State.FAILED].exit_code
        if not code or pause is None:
            return
        _log.info("attempt %d ended with exit code %d; trying again in %s", attempt, code, pause)
        environment.sleep(pause.total_seconds())


def _sleep_until(start: datetime, environment: Environment, reporter: MorningReporter) -> None:
    reporter.note(f"next: {start:%A, %d %B %Y, %H:%M %Z}")
    while (left := start - environment.now()) > timedelta():
        environment.sleep(min(left, _NAP).total_seconds())
