"""`paperlark today`: the page of today's announcement."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import click

from paperlark.cli._estimating import estimate_days
from paperlark.cli._making import make_one
from paperlark.cli._options import estimate_option, page_options, world_of
from paperlark.cli._progress import progress
from paperlark.compose import Choices, World, open_press
from paperlark.domain.calendar import next_announcement_day, today
from paperlark.domain.errors import FeedNotFound
from paperlark.renderers import english
from paperlark.settings import Settings, load_settings

PAUSE = timedelta(minutes=15)
LONGEST = timedelta(hours=6)


@click.command("today", short_help="Make the page of today's announcement.")
@click.option(
    "--wait",
    is_flag=True,
    help="Wait until arXiv has the whole announcement out: ask again every 15 minutes, for up to"
    " 6 hours.",
)
@estimate_option
@page_options
@click.pass_context
def command(
    context: click.Context,
    *,
    wait: bool,
    estimates: bool,
    profile_file: Path,
    choices: Choices,
    as_json: bool,
) -> None:
    """Make the page of today's announcement.

    Today is the day in New York, where arXiv's feeds turn at midnight. On Saturdays and Sundays
    there is no announcement, and the page says so. Sometimes a feed is late or is
    yesterday's; without --wait the page is then made of what other sources have, and says what
    is missing.
    """
    settings, world = load_settings(profile_file), world_of(context)
    day = today(world.now())
    if wait:
        _wait(settings, choices, world, day)
    if estimates:
        context.exit(estimate_days(settings, choices, day, day, world=world, as_json=as_json))
    exit_code = make_one(settings, choices, day, world=world, as_json=as_json)
    if not as_json:
        click.echo(f"\nThe next announcement is due on {_next(day)}, at midnight in New York.")
    context.exit(exit_code)


def _wait(settings: Settings, choices: Choices, world: World, day: date) -> None:
    """Return when the announcement is whole, or when it has been waited for long enough."""
    until = world.now() + LONGEST
    while lacking := _lacking(settings, choices, world, day):
        if world.now() + PAUSE > until:
            click.echo("not waiting any longer", err=True)
            return
        minutes = PAUSE // timedelta(minutes=1)
        click.echo(f"not out yet ({lacking}); asking again in {minutes} minutes", err=True)
        world.sleep(PAUSE.total_seconds())


def _lacking(settings: Settings, choices: Choices, world: World, day: date) -> str:
    """Say what is missing; the profile's database is free for others in between."""
    with open_press(settings, choices, world) as press:
        try:
            return "; ".join(press.lacking(day, progress()))
        except FeedNotFound as error:
            return error.problem


def _next(day: date) -> str:
    return english.long_date(next_announcement_day(day))
