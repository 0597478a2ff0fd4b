"""`paperlark schedule`: schedule the daily page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar, cast

import click

from paperlark.api import ScheduleKind, find_profile, open_schedule
from paperlark.cli._options import PROFILE_PATH, environment_of
from paperlark.domain.calendar import NEW_YORK, today
from paperlark.renderers.english import brief_date
from paperlark.schedule.schedule import FileEdit, Schedule, ScheduleStatus
from paperlark.schedule.times import next_start
from paperlark.settings.environment import Environment

_Command = TypeVar("_Command", bound=Callable[..., Any])
_SOON = timedelta(hours=2)

_EPILOG = """\
\b
Each command shows what it would write and where, asks, and writes:
  paperlark schedule systemd             on a Linux machine of your own
  paperlark schedule cron --at 07:30     on any Unix machine, at a time of your own
  paperlark schedule launchd             on a Mac
  paperlark schedule windows             on Windows
  paperlark schedule github              in a repository of yours, with a public site
  paperlark schedule docker              a container that runs for ever
  paperlark schedule systemd --show      what is scheduled, and when it starts next
  paperlark schedule systemd --remove    remove the schedule

arXiv publishes a day's announcement at midnight in New York. `paperlark morning` is started just
after that, and changes between summer and winter time are accounted for.
"""


class _TimeOfDay(click.ParamType[time]):
    """A time written HH:MM."""

    name = "HH:MM"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> time:
        """Parse the time, or say how one is written."""
        if isinstance(value, time):
            return value
        try:
            return datetime.strptime(str(value), "%H:%M").time()  # noqa: DTZ007  # its zone is the machine's
        except ValueError:
            self.fail(f"{value!r} is not a valid time; write it like 06:30", param, ctx)


@dataclass(frozen=True, slots=True)
class _Task:
    """What is to be done: set the schedule, show it or remove it, with or without asking."""

    environment: Environment
    profiles: tuple[Path, ...]
    show: bool
    remove: bool
    yes: bool

    def carry_out(self, kind: ScheduleKind, **chosen: Any) -> None:  # noqa: ANN401  # open_schedule's
        """Show, set or remove a schedule of this kind."""
        schedule = open_schedule(
            kind,
            self.profiles,
            environment=self.environment,
            may_be_lost=self.show or self.remove,
            **chosen,
        )
        _carry_out(self, schedule)


def _found_profiles(
    context: click.Context, _option: click.Parameter, named: Sequence[Path]
) -> tuple[Path, ...]:
    environment = environment_of(context)
    return tuple(find_profile(one, environment=environment) for one in named or (None,))


_SHARED = (
    click.option(
        "--profile",
        "profiles",
        type=PROFILE_PATH,
        metavar="FILE|FOLDER",
        multiple=True,
        callback=_found_profiles,
        envvar="PAPERLARK_PROFILE",
        help="A profile, or the folder that has it; may be repeated.  [default: as for the other"
        " commands: paperlark.toml in the current folder, or in ~/.config/paperlark]",
    ),
    click.option("--show", is_flag=True, help="Show what is scheduled and when it starts next."),
    click.option("--remove", is_flag=True, help="Remove what was written."),
    click.option("--yes", is_flag=True, help="Do not ask."),
)
_at_option = click.option(
    "--at",
    type=_TimeOfDay(),
    help="Start at this time of this machine's clock, all year round; it must be after midnight in"
    " New York.  [default: right after midnight in New York]",
)
_install_option = click.option(
    "--install",
    "requirement",
    metavar="ADDRESS|FILE",
    help="What is installed there: the address of the source, git+https://HOST/PATH@COMMIT, or the"
    " file of a wheel.  [default: a wheel of what is running, laid beside the files]",
)


def _task_options(command: _Command) -> _Command:
    """Add the options that all subcommands have, as `task`."""

    @wraps(command)
    @click.pass_context
    def with_task(
        context: click.Context,
        /,
        *arguments: object,
        profiles: tuple[Path, ...],
        show: bool,
        remove: bool,
        yes: bool,
        **others: object,
    ) -> object:
        if show and remove:
            raise click.UsageError("choose one of --show and --remove")
        task = _Task(environment_of(context), profiles, show=show, remove=remove, yes=yes)
        return command(*arguments, task=task, **others)

    decorated = cast("_Command", with_task)
    for option in reversed(_SHARED):
        decorated = option(decorated)
    return decorated


@click.group("schedule", epilog=_EPILOG)
def command() -> None:
    """Schedule the daily page: have it made and delivered every morning.

    Only what paperlark wrote is ever changed, and running a command twice changes nothing.
    """


@command.command("systemd", short_help="A timer of your own systemd.")
@_task_options
@_at_option
def systemd(*, task: _Task, at: time | None) -> None:
    """Write a timer and a service for your own systemd, and start the timer.

    A morning that was missed while the machine slept is started later, one that failed is tried
    again, and your channels are told when it gives up.
    """
    task.carry_out("systemd", at=at)


@command.command("cron", short_help="Lines in your crontab.")
@_task_options
@_at_option
def cron(*, task: _Task, at: time | None) -> None:
    """Write lines into your crontab, between two marks.

    They are computed from this machine's time zone: run this again when it changes. Where summer
    time changes on other dates than in New York there are two starts a day, and one of them finds
    nothing to do. The output goes to a log beside the profile.
    """
    task.carry_out("cron", at=at)


@command.command("launchd", short_help="An agent of launchd, on a Mac.")
@_task_options
@_at_option
def launchd(*, task: _Task, at: time | None) -> None:
    """Write an agent into ~/Library/LaunchAgents, and load it.

    A morning that was missed while the Mac slept is started when it wakes. Times are computed from
    this machine's time zone: run this again when it changes. The output goes to a log beside the
    profile.
    """
    task.carry_out("launchd", at=at)


@command.command("windows", short_help="A task of Windows' Task Scheduler.")
@_task_options
@_at_option
def windows(*, task: _Task, at: time | None) -> None:
    """Write a task for Windows' Task Scheduler, and register it.

    A morning that was missed while the machine was off is started when it is back and you are
    logged in. Times are computed from this machine's time zone: run this again when it changes. The
    log is beside the profile.
    """
    task.carry_out("windows", at=at)


@command.command("github", short_help="A workflow in a repository of yours.")
@_task_options
@_at_option
@_install_option
@click.option("--no-site", is_flag=True, help="Only commit the pages: publish no site.")
def github(*, task: _Task, at: time | None, requirement: str | None, no_site: bool) -> None:
    """Write a GitHub workflow into the repository that the profile is in.

    Every morning it makes the pages, commits them, publishes the site with GitHub Pages, and opens
    an issue if something went wrong. It uses the repository's secrets, and installs a wheel of
    paperlark that is laid into .github/paperlark.
    """
    task.carry_out("github", at=at, requirement=requirement, site=not no_site)


@command.command("docker", short_help="A container that runs for ever.")
@_task_options
@_install_option
def docker(*, task: _Task, requirement: str | None) -> None:
    """Write a Dockerfile and a compose.yaml beside the profile.

    The image holds only paperlark, from a wheel that is laid beside them; the profile's folder is
    mounted into the container, and pages are written there. Secrets are files.
    """
    task.carry_out("docker", requirement=requirement)


def _carry_out(task: _Task, schedule: Schedule) -> None:
    if task.show:
        _show(schedule.standing(), task.environment)
        return
    edits = schedule.removing() if task.remove else schedule.setting()
    if edits:
        _preview(edits)
        task.yes or click.confirm("Do it?", abort=True)
    elif task.remove:
        click.echo("nothing is scheduled: nothing to remove")
        return
    notes = schedule.make(edits)
    click.echo("done" if edits else "already scheduled like this")
    for note in notes:
        click.echo(f"- {note}")
    if not task.remove:
        _show(schedule.standing(), task.environment)


def _preview(edits: Sequence[FileEdit]) -> None:
    for edit in edits:
        if edit.shown:
            click.echo(f"{'write' if edit.before is None else 'change'} {edit.place}:\n")
            click.echo("".join(f"    {line}".rstrip() + "\n" for line in edit.shown.splitlines()))
        else:
            what = "" if edit.after is None else "paperlark's lines from "
            click.echo(f"remove {what}{edit.place}")


def _show(standing: Sequence[ScheduleStatus], environment: Environment) -> None:
    if not standing:
        click.echo("nothing is scheduled")
    for one in standing:
        click.echo(one.place)
        if not one.starts:
            click.echo("  runs all the time, and starts a morning after midnight in New York")
            continue
        coming = next_start(one.starts, environment.now())
        here, there = coming.astimezone(environment.zone()), coming.astimezone(NEW_YORK)
        click.echo(f"  next start: {_moment(here)} here, {_moment(there)} in New York")
        following = next_start(one.starts, coming)
        if following - coming < _SOON and today(following) != today(coming):
            click.echo(
                "  an hour too early at this time of the year: the start after it makes the page"
            )


def _moment(moment: datetime) -> str:
    return f"{brief_date(moment.date())} {moment:%H:%M}"
