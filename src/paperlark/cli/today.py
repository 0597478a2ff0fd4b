"""`paperlark today`: make the page of today's announcement."""

from __future__ import annotations

from datetime import date
from functools import partial
from pathlib import Path

import click

from paperlark.cli._make import make_one
from paperlark.cli._options import estimate_option, open_for, page_options
from paperlark.domain.calendar import next_announcement_day
from paperlark.renderers import english
from paperlark.settings.environment import RunOptions


@click.command("today")
@click.option(
    "--wait",
    is_flag=True,
    help="Wait until arXiv has published the whole announcement: ask every 15 minutes, for up to"
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

    Today is the date in New York, where arXiv's feeds change at midnight. On Saturdays and Sundays
    there is no announcement, and the page says so. Sometimes a feed is late, or still
    yesterday's; without --wait the page is then made from other sources, and says what is missing.
    """
    profile = open_for(context, profile_file, options)
    day = profile.today
    if wait:
        profile.wait_for_announcement(tell=partial(click.echo, err=True))
    if estimates:
        from paperlark.cli._estimate import estimate_days  # noqa: PLC0415  # few runs need it

        context.exit(estimate_days(profile, day, day, as_json=as_json))
    exit_code = make_one(profile, day, as_json=as_json)
    if not as_json:
        click.echo(f"\nThe next announcement is due on {_next(day)}, at midnight in New York.")
    context.exit(exit_code)


def _next(day: date) -> str:
    return english.long_date(next_announcement_day(day))
