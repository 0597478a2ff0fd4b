"""`paperlark morning`: all that a scheduled job has to do."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from paperlark.api import OpenedProfile, find_profiles, repeat_mornings, run_mornings
from paperlark.cli._make import print_notes, print_outcome
from paperlark.cli._options import (
    environment_of,
    feeds_option,
    open_for,
    run_options,
)
from paperlark.cli._terminal import tell_error
from paperlark.cli.deliver import print_deliveries

if TYPE_CHECKING:
    from paperlark import DayOutcome


class _Printer:
    """Implements MorningReporter on standard output and standard error."""

    def __init__(self) -> None:
        self._told: set[str] = set()

    def page(self, outcome: DayOutcome) -> None:
        """Print a line about the day, and notes that were on no page before."""
        print_outcome(outcome)
        notes = outcome.made.digest.notes if outcome.made else ()
        print_notes(note for note in notes if note not in self._told)
        self._told.update(notes)

    def result(self, line: str) -> None:
        """Print it."""
        click.echo(line)

    def note(self, line: str) -> None:
        """Print it on standard error."""
        click.echo(line, err=True)

    def problem(self, text: str) -> None:
        """Print it as an error."""
        tell_error(text)


@click.command("morning")
@click.option(
    "--profile",
    "named",
    type=click.Path(path_type=Path),
    multiple=True,
    default=(Path("paperlark.toml"),),
    show_default="paperlark.toml",
    envvar="PAPERLARK_PROFILE",
    help="Your profile, or a folder of profiles; may be repeated. What goes wrong with one does not"
    " stop the others. The environment variable PAPERLARK_PROFILE can name them instead.",
)
@click.option(
    "--no-wait",
    is_flag=True,
    help="Do not wait for a late announcement, or for the answers to a batch.",
)
@click.option(
    "--repeat",
    is_flag=True,
    help="Run for ever: now, and then on each announcement day at 00:20 in New York. For"
    " containers.",
)
@feeds_option
@click.pass_context
def command(
    context: click.Context,
    *,
    named: tuple[Path, ...],
    no_wait: bool,
    repeat: bool,
    feeds: Path | None,
) -> None:
    r"""Make the pages that are due, build the site, and deliver.

    Waits up to 6 hours for today's announcement. Makes today's page, and those of the last week
    that were missed or are incomplete. Builds the site if the profile's [site] has an address.
    Delivers what is new to each [[deliver]] channel, once, and what could not be delivered before.
    You may run it as often as you like: it only does what is left to do.

    With several profiles, or a folder of them (its .toml files, and the paperlark.toml of each
    folder in it), each has its own morning, one after the other; the exit code is the worst.

    \b
    Exit codes, the first that applies:
      1  a day that is due has no page
      4  a page did not reach somebody, or the site could not be built
      3  a page says what is missing
      0  all is well, or there was nothing to do
    """
    open_anew = partial(_open, context, named, feeds)
    if repeat:
        repeat_mornings(
            open_anew,
            wait=not no_wait,
            environment=environment_of(context),
            reporter=_Printer(),
            on_delivery=print_deliveries,
        )
    opened = open_anew()
    if isinstance(opened, OpenedProfile):
        context.exit(
            opened.run_morning(
                wait=not no_wait, reporter=_Printer(), on_delivery=print_deliveries
            ).exit_code
        )
    ended = run_mornings(
        opened, wait=not no_wait, reporter=_Printer(), on_delivery=print_deliveries
    )
    context.exit(ended.exit_code)


def _open(
    context: click.Context, named: Sequence[Path], feeds: Path | None
) -> OpenedProfile | Mapping[str, Callable[[], OpenedProfile]]:
    """Open the profile, or return what opens each where several are named or in a folder."""
    options = run_options(feeds=feeds)
    if len(named) == 1 and not named[0].is_dir():
        return open_for(context, named[0], options)
    profiles = dict.fromkeys(profile for one in named for profile in find_profiles(one))
    if not profiles:
        raise click.UsageError(f"no profile (.toml) in {', '.join(map(str, named))}")
    return {str(profile): partial(open_for, context, profile, options) for profile in profiles}
