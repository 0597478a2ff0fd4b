"""`paperlark deliver`: pages to the channels, by hand."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from paperlark.cli._deliver import deliver_due, tell_outcome
from paperlark.cli._options import PATIENCE, Day, environment_of, profile_option
from paperlark.compose import open_deliveries
from paperlark.domain.calendar import today
from paperlark.domain.delivery import Occasion
from paperlark.settings import Settings, load_settings


@click.command("deliver", short_help="Bring pages to your channels.")
@click.option("--date", "day", type=Day(), help="The page of this day alone.")
@click.option("--channel", help="This channel only, by its name in the profile.")
@click.option(
    "--again",
    is_flag=True,
    help="Bring the page of the day (unless named, today's) once more, whatever came of it before.",
)
@click.option("--try", "trial", is_flag=True, help="See whether the channels work: a line to each.")
@click.option("--alarm", metavar="TEXT", help="Tell the channels that something is wrong: this.")
@profile_option
@click.pass_context
def command(
    context: click.Context,
    *,
    day: date | None,
    channel: str | None,
    again: bool,
    trial: bool,
    alarm: str | None,
    profile_file: Path,
) -> None:
    r"""Bring pages to the channels of the profile, its tables [[deliver]].

    Each page comes once: what arrived before is known and is not sent again. What could not be
    brought in the last week is tried again. `paperlark morning` does the same after it has made
    the day's page.

    \b
    Examples:
      paperlark deliver                                today's page, and what was not brought yet
      paperlark deliver --try                          whether your channels work
      paperlark deliver --date 2025-02-26 --again --channel slack
    """
    settings, environment = load_settings(profile_file), environment_of(context)
    if alarm and not settings.channels:
        # A timer's alarm must not fail where nobody is to be told.
        click.echo("the profile has no channel to tell", err=True)
        return
    _check(settings, channel)
    now = today(environment.now())
    if not (trial or alarm or day or again):
        context.exit(deliver_due(settings, environment, now, (), only=channel))
    with open_deliveries(settings, environment, patience=PATIENCE) as post:
        if trial:
            text = f"It works: pages of {settings.profile.name!r} will come here."
            context.exit(tell_outcome(post.send_notice(Occasion.TRIAL, text, now, only=channel)))
        if alarm:
            context.exit(tell_outcome(post.send_notice(Occasion.ALARM, alarm, now, only=channel)))
        context.exit(tell_outcome(post.deliver_day(day or now, only=channel, again=again)))


def _check(settings: Settings, channel: str | None) -> None:
    names = [one.name for one in settings.channels]
    if not names:
        raise click.UsageError("the profile has no channel: add a table [[deliver]] to it")
    if channel is not None and channel not in names:
        raise click.UsageError(f"there is no channel {channel!r}; expected one of {names}")
