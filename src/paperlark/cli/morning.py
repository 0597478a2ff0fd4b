"""`paperlark morning`: all that a scheduled job has to do."""

from __future__ import annotations

import traceback
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path

import click

from paperlark.cli._deliver import NOT_DELIVERED, deliver_due
from paperlark.cli._errors import tell_error
from paperlark.cli._make import Outcome, make_each
from paperlark.cli._options import PATIENCE, environment_of, profile_option
from paperlark.cli._progress import progress
from paperlark.cli._waiting import LONGEST, wait_a_while, wait_for_announcement
from paperlark.compose import (
    Environment,
    RunOptions,
    build_site,
    deliveries_without_store,
    due_days,
    open_deliveries,
    open_page_maker,
)
from paperlark.domain.calendar import next_start, today
from paperlark.domain.delivery import Failure, Occasion
from paperlark.domain.errors import PaperlarkError, StoreBusy
from paperlark.domain.run_states import MEANINGS, State, worst
from paperlark.renderers.english import long_date
from paperlark.settings import Settings, load_settings

_PAUSES = (timedelta(minutes=20), timedelta(minutes=20))
"""Before a morning that did not end well is tried a second and a third time."""
_NAP = timedelta(hours=1)
"""A machine that slept itself wakes up with its clock ahead of ours."""


@click.command("morning", short_help="Do all that a scheduled job has to.")
@profile_option
@click.option(
    "--no-wait",
    is_flag=True,
    help="Do not wait for a late announcement, or for answers left in a batch.",
)
@click.option(
    "--repeat",
    is_flag=True,
    help="Never end: do it now, and then on each announcement day at 00:20 in New York. For"
    " containers.",
)
@click.option(
    "--feeds",
    type=click.Path(path_type=Path, file_okay=False),
    help="Read recorded feeds (DATE.CATEGORY.rss.xml[.gz]) from this folder instead of the"
    " network.",
)
@click.pass_context
def command(
    context: click.Context, *, profile_file: Path, no_wait: bool, repeat: bool, feeds: Path | None
) -> None:
    r"""Make the pages that are due, build the site, and bring them to you.

    Waits until today's announcement is out, for up to 6 hours. Makes today's page, and those of
    the last week that were missed or lack something. Builds the site where the profile's [site]
    has an address. Brings what is new to each [[deliver]] channel, once, and what it could not
    bring before. Called again it does what is left, so it may be called as often as you like.

    \b
    Exit codes, the first that fits:
      1  there is no page of a day that is due
      4  a page did not reach somebody, or the site could not be built
      3  a page says what is missing
      0  all is well, or there was nothing to do
    """
    environment = environment_of(context)
    tell = partial(click.echo, err=True)
    options = RunOptions(feeds=feeds, patience=PATIENCE, tell=tell)
    if not repeat:
        context.exit(_morning(load_settings(profile_file), options, environment, wait=not no_wait))
    while True:
        _try_thrice(profile_file, options, environment, wait=not no_wait)
        _sleep_until(next_start(environment.now()), environment)


def _try_thrice(
    profile_file: Path, options: RunOptions, environment: Environment, *, wait: bool
) -> None:
    """Do it, and again a little later where something was amiss."""
    for pause in (*_PAUSES, None):
        try:
            # Read anew each time: the profile may have changed.
            code = _morning(load_settings(profile_file), options, environment, wait=wait)
        except PaperlarkError as error:
            tell_error(str(error))
            code = MEANINGS[State.FAILED].exit_code
        except Exception:  # noqa: BLE001  # the channels were told; tomorrow is another day
            traceback.print_exc()
            code = MEANINGS[State.FAILED].exit_code
        if not code or pause is None:
            return
        environment.sleep(pause.total_seconds())


def _morning(
    settings: Settings, options: RunOptions, environment: Environment, *, wait: bool
) -> int:
    """Do it all; gives the exit code."""
    day = today(environment.now())
    try:
        states, failures = _make(settings, options, environment, day, wait=wait)
        code = max(_publish(settings), deliver_due(settings, environment, day, failures, only=None))
    except Exception as error:
        # Whoever waits for a page learns that something broke, whatever it was.
        _alarm(settings, environment, day, error)
        raise
    if State.FAILED in states:
        return MEANINGS[State.FAILED].exit_code
    return code or MEANINGS[worst(states)].exit_code


def _make(
    settings: Settings, options: RunOptions, environment: Environment, day: date, *, wait: bool
) -> tuple[list[State], list[Failure]]:
    """Make the pages that are due; give the states of their runs, and why there is none."""
    try:
        morning = due_days(settings, day)
        if not morning.days:
            click.echo(f"{long_date(day)}: nothing is due")
            return [State.QUIET], []
        if wait and morning.new and day in morning.days and options.feeds is None:
            wait_for_announcement(settings, options, environment, day)
        outcomes = _made(settings, options, environment, morning.days, wait=wait)
    except StoreBusy:
        # Another run is at work, and says of the day what there is to say.
        raise
    except PaperlarkError as error:
        tell_error(str(error))
        return [State.FAILED], [Failure(day, str(error))]
    failed = [Failure(one.day, str(one.error)) for one in outcomes if one.error is not None]
    return [one.state for one in outcomes], failed


def _made(
    settings: Settings,
    options: RunOptions,
    environment: Environment,
    days: Sequence[date],
    *,
    wait: bool,
) -> list[Outcome]:
    """Make pages, and again those whose papers wait in a batch, until it is answered."""
    until = environment.now() + LONGEST
    outcomes: dict[date, Outcome] = {}
    left = days
    while left:
        try:
            with open_page_maker(settings, options, environment) as maker:
                outcomes |= {one.day: one for one in make_each(maker, left, as_json=False)}
        except PaperlarkError as error:
            if not outcomes:
                raise
            # The pages of before are there all the same.
            tell_error(str(error))
        left = [one.day for one in outcomes.values() if _waits(one)]
        if (
            not left
            or not wait
            or not wait_a_while(environment, until, "a batch is not answered yet")
        ):
            break
    return list(outcomes.values())


def _waits(outcome: Outcome) -> bool:
    return outcome.made is not None and bool(outcome.made.digest.funnel.waiting)


def _publish(settings: Settings) -> int:
    """Build the site where it is to be seen; gives the exit code."""
    if settings.site.address is None or not settings.database.exists():
        return 0
    try:
        site = build_site([settings], settings.site.folder, settings.site.address, progress())
    except PaperlarkError as error:
        tell_error(str(error))
        return NOT_DELIVERED
    click.echo(f"site: {site.folder}")
    return 0


def _alarm(settings: Settings, environment: Environment, day: date, error: Exception) -> None:
    # Its words may hold anything; where they stand, in the log, nobody else reads them.
    text = f"paperlark broke down ({type(error).__name__}). Its log on your machine says where."
    if isinstance(error, StoreBusy):
        return
    try:
        with open_deliveries(settings, environment) as post:
            # It is tried again, and may break down again.
            post.send_notice(Occasion.ALARM, text, day, once=True)
    except PaperlarkError:
        deliveries_without_store(settings, environment).send_notice(Occasion.ALARM, text, day)


def _sleep_until(start: datetime, environment: Environment) -> None:
    click.echo(f"next: {start:%A, %d %B %Y, %H:%M %Z}", err=True)
    while (left := start - environment.now()) > timedelta():
        environment.sleep(min(left, _NAP).total_seconds())
