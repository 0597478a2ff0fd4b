"""Ctrl-C while a model is asked: no answer that is being paid for is thrown away."""

from __future__ import annotations

import json
import os
import shutil
import signal
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date
from types import FrameType

import click

from paperlark.cli._errors import tell_error
from paperlark.cli._progress import progress
from paperlark.compose import Environment, MadePage, PageMaker, RunOptions, open_page_maker
from paperlark.domain.digest import Digest
from paperlark.domain.errors import PaperlarkError, SourceError
from paperlark.domain.run_states import MEANINGS, State, worst
from paperlark.renderers import english, terminal, wording
from paperlark.settings import Settings

INTERRUPTED = 130
"""The exit code of a process that a second Ctrl-C ended, as a shell gives it."""


@contextmanager
def answers_are_waited_for(stop: Callable[[], int]) -> Iterator[None]:
    """Let a first Ctrl-C call `stop`, which gives how many answers are under way.

    They come in and are stored, and then the run ends. A second Ctrl-C ends it at once; so does
    the first where nothing is under way.
    """
    asked = False

    def interrupted(_number: int, _frame: FrameType | None) -> None:
        nonlocal asked
        if asked:
            # Threads that wait for a server would keep the process; what was paid is stored.
            os._exit(INTERRUPTED)
        asked = True
        waiting = stop()
        if not waiting:
            raise KeyboardInterrupt
        answers = "1 answer" if waiting == 1 else f"{waiting} answers"
        click.echo(f"waiting for {answers} being paid for; Ctrl-C again leaves at once", err=True)

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, interrupted)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one day ended: what was made, or the error instead."""

    day: date
    made: MadePage | None = None
    error: PaperlarkError | None = None

    @property
    def state(self) -> State:
        """The state of the run."""
        return State(self.made.digest.status) if self.made else State.FAILED


def make_one(
    settings: Settings, options: RunOptions, day: date, *, environment: Environment, as_json: bool
) -> int:
    """Make one day's page and show its top; gives the exit code.

    Raises PaperlarkError when there is no page.
    """
    with open_page_maker(settings, options, environment) as maker:
        outcome = _make(maker, day)
    if as_json:
        _print_json([outcome])
    if outcome.error is not None:
        raise outcome.error
    if not as_json:
        _show_top(outcome)
    return MEANINGS[outcome.state].exit_code


def make_range(
    settings: Settings,
    options: RunOptions,
    first: date,
    last: date,
    *,
    environment: Environment,
    as_json: bool,
    show_last: bool = False,
) -> int:
    """Make every page from first to last, a line each; gives the exit code of the worst.

    One day that fails does not stop the next. Raises SourceError when there is none at all.
    """
    with open_page_maker(settings, options, environment) as maker:
        days = maker.days(first, last)
        if not days:
            raise SourceError(
                f"there is no feed of any day from {first} to {last}",
                hint="name other days, or a folder that has feeds of them",
            )
        outcomes = make_each(maker, days, as_json=as_json)
    answered = [day for one in outcomes if one.made for day in one.made.answered]
    if as_json:
        _print_json(outcomes)
    elif show_last:
        _show_top(outcomes[-1])
    else:
        _tell_answered(day for day in answered if day not in days)
    return MEANINGS[worst([outcome.state for outcome in outcomes])].exit_code


def make_each(maker: PageMaker, days: Sequence[date], *, as_json: bool) -> list[Outcome]:
    """Make these pages, a line each; one day that fails does not stop the next."""
    return [_tell(_make(maker, day), as_json=as_json) for day in days]


def _make(maker: PageMaker, day: date) -> Outcome:
    try:
        with answers_are_waited_for(maker.stop):
            return Outcome(day, made=maker.make(day, progress()))
    except PaperlarkError as error:
        return Outcome(day, error=error)


def _tell(outcome: Outcome, *, as_json: bool) -> Outcome:
    """Say at once how a day ended; an error is told even where the rest is JSON."""
    if outcome.error is not None:
        tell_error(f"{outcome.day}: {outcome.error}")
    elif outcome.made and not as_json:
        summary = " · ".join(wording.summary(outcome.made.digest))
        click.echo(f"{outcome.day}  {summary}  {outcome.made.pages[0]}")
        _tell_kept(outcome.made)
    return outcome


def _show_top(outcome: Outcome) -> None:
    if outcome.made is not None:
        width = shutil.get_terminal_size().columns
        shown = outcome.made.kept or outcome.made.digest
        click.echo(f"\n{terminal.top(shown, width=width)}\n")
        click.echo("\n".join(str(page) for page in outcome.made.pages))
        _tell_kept(outcome.made)
        _tell_waiting(shown)
        _tell_answered(outcome.made.answered)


def _tell_kept(made: MadePage) -> None:
    if made.kept:
        click.echo(f"the {made.kept.status} page made before is better and stays", err=True)


def _tell_waiting(digest: Digest) -> None:
    waiting = digest.funnel.waiting
    if waiting:
        papers = english.counted(waiting, "paper")
        wait = "waits" if waiting == 1 else "wait"
        click.echo(f"{papers} {wait} in a batch: run the same command again to collect", err=True)


def _tell_answered(days: Iterable[date]) -> None:
    for day in days:
        click.echo(f"a batch of {day} was answered: paperlark run --date {day}", err=True)


def _print_json(outcomes: Sequence[Outcome]) -> None:
    click.echo(json.dumps([_record(outcome) for outcome in outcomes], indent=2, default=str))


def _record(outcome: Outcome) -> dict[str, object]:
    record: dict[str, object] = {"day": outcome.day, "status": outcome.state, "error": None}
    if outcome.made is None:
        return record | {"error": str(outcome.error), "pages": []}
    digest = outcome.made.digest
    return record | {
        "pages": outcome.made.pages,
        "kept": outcome.made.kept.status if outcome.made.kept else None,
        "model": digest.model,
        "spend": asdict(digest.spend) if digest.spend else None,
        "funnel": asdict(digest.funnel),
        "notes": digest.notes,
    }
