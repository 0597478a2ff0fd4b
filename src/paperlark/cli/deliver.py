"""`paperlark deliver`: deliver pages to the channels."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from paperlark.cli._deliver import print_deliveries
from paperlark.cli._options import Day, open_for, profile_option
from paperlark.settings import Settings


@click.command("deliver")
@click.option("--date", "day", type=Day(), help="Only the page of this day.")
@click.option("--channel", help="Only this channel, by its name in the profile.")
@click.option(
    "--again",
    is_flag=True,
    help="Deliver the page of the day (today's by default) again, even if it was delivered before.",
)
@click.option("--try", "trial", is_flag=True, help="Send a test message to each channel.")
@click.option("--alarm", metavar="TEXT", help="Send this text to each channel as an alarm.")
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
    r"""Deliver pages to the channels in the profile's tables [[deliver]].

    Each page is sent once to each channel. Deliveries that failed in the last week are tried
    again. `paperlark morning` does the same after it has made the day's page.

    \b
    Examples:
      paperlark deliver                                today's page, and earlier failed deliveries
      paperlark deliver --try                          test your channels
      paperlark deliver --date 2025-02-26 --again --channel slack
    """
    profile = open_for(context, profile_file)
    if alarm and not profile.settings.channels:
        # A timer's alarm must not fail where nobody is to be told.
        click.echo("the profile has no channel to send the alarm to", err=True)
        return
    _check(profile.settings, channel)
    if trial:
        report = profile.send_test_message(channel=channel)
    elif alarm:
        report = profile.send_alarm(alarm, channel=channel)
    else:
        report = profile.deliver(day, channel=channel, again=again)
    context.exit(print_deliveries(report))


def _check(settings: Settings, channel: str | None) -> None:
    names = [one.name for one in settings.channels]
    if not names:
        raise click.UsageError("the profile has no channel: add a table [[deliver]]")
    if channel is not None and channel not in names:
        raise click.UsageError(f"there is no channel {channel!r}; expected one of {names}")
