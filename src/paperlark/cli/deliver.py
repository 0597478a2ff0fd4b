"""`paperlark deliver`: deliver pages to the channels by hand."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from paperlark import DeliveryResult
from paperlark.cli._options import Day, open_for, profile_option
from paperlark.cli._terminal import tell_error
from paperlark.domain.delivery import Occasion
from paperlark.settings import Settings

if TYPE_CHECKING:
    from paperlark import DeliveryOutcome, DeliveryReport


NOT_DELIVERED = 4
"""The exit code of a run whose page did not reach somebody."""


def print_deliveries(report: DeliveryReport) -> int:
    """Print what became of each delivery; return the exit code."""
    if report.problem is not None:
        tell_error(report.problem)
    for one in report.outcomes:
        _print_delivery(one)
    return 0 if report.complete else NOT_DELIVERED


def _print_delivery(one: DeliveryOutcome) -> None:
    problem = (one.problem or "").removeprefix(f"{one.channel}: ")
    why = f": {problem}" if problem and not one.ok else ""
    line = f"{one.channel}: {one.occasion} of {one.day} {one.result}{why}"
    if one.ok:
        click.echo(line)
    else:
        tell_error(line)
    if one.result is DeliveryResult.UNKNOWN and one.occasion in {Occasion.DAY, Occasion.WEEK}:
        again = f"paperlark deliver --again --date {one.day} --channel {one.channel}"
        click.echo(f"look whether it is there; if not: {again}", err=True)


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
