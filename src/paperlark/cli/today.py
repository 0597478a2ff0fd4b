"""`paperlark today`: the page of today's announcement."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from paperlark.cli._estimate import estimate_days
from paperlark.cli._make import make_one
from paperlark.cli._options import environment_of, estimate_option, page_options
from paperlark.cli._waiting import wait_for_announcement
from paperlark.compose import RunOptions
from paperlark.domain.calendar import next_announcement_day, today
from paperlark.renderers import english
from paperlark.settings import load_settings


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
    options: RunOptions,
    as_json: bool,
) -> None:
    """Make the page of today's announcement.

    Today is the day in New York, where arXiv's feeds turn at midnight. On Saturdays and Sundays
    there is no announcement, and the page says so. Sometimes a feed is late or is
    yesterday's; without --wait the page is then made of what other sources have, and says what
    is missing.
    """
    settings, environment = load_settings(profile_file), environment_of(context)
    day = today(environment.now())
    if wait:
        wait_for_announcement(settings, options, environment, day)
    if estimates:
        context.exit(
            estimate_days(settings, options, day, day, environment=environment, as_json=as_json)
        )
    exit_code = make_one(settings, options, day, environment=environment, as_json=as_json)
    if not as_json:
        click.echo(f"\nThe next announcement is due on {_next(day)}, at midnight in New York.")
    context.exit(exit_code)


def _next(day: date) -> str:
    return english.long_date(next_announcement_day(day))
