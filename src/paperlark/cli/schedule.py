"""`paperlark schedule`: the page of every morning by itself."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar, cast

import click

from paperlark.cli._options import environment_of
from paperlark.compose import (
    RELEASED,
    CronSchedule,
    DockerSchedule,
    Environment,
    FileEdit,
    GithubSchedule,
    Schedule,
    ScheduleStatus,
    SystemdSchedule,
    job_of,
    lost_job,
)
from paperlark.domain.calendar import NEW_YORK, today
from paperlark.renderers.english import brief_date
from paperlark.schedule.job import ScheduledJob
from paperlark.schedule.times import next_start
from paperlark.settings import load_settings

_Command = TypeVar("_Command", bound=Callable[..., Any])
_SOON = timedelta(hours=2)

_EPILOG = """\
\b
Each shows what it would write and where, asks, and writes:
  paperlark schedule systemd             on a Linux machine of your own
  paperlark schedule cron --at 07:30     on any Unix machine, at a time of your own
  paperlark schedule github              in a repository of yours, with a public site
  paperlark schedule docker              a container that runs for ever
  paperlark schedule systemd --show      what is set, and when it starts next
  paperlark schedule systemd --remove    it never happened

arXiv's announcement of a day is out at midnight in New York, and the morning starts just after
that, whatever the clocks do there and here. What starts is `paperlark morning`.
"""


class _TimeOfDay(click.ParamType[time]):
    """A time written HH:MM."""

    name = "HH:MM"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> time:
        """Read the time, or say how one is written."""
        if isinstance(value, time):
            return value
        try:
            return datetime.strptime(str(value), "%H:%M").time()  # noqa: DTZ007  # its zone is the machine's
        except ValueError:
            self.fail(f"{value!r} is no time; write it like 06:30", param, ctx)


@dataclass(frozen=True, slots=True)
class _Wish:
    """What is to be done: set it, show it or remove it, with or without asking."""

    environment: Environment
    profiles: tuple[Path, ...]
    show: bool
    remove: bool
    yes: bool

    def jobs(self) -> tuple[ScheduledJob, ...]:
        """Give the readers' mornings."""
        return tuple(map(self._job, self.profiles))

    def _job(self, profile: Path) -> ScheduledJob:
        python = Path(sys.executable)
        if (self.show or self.remove) and not profile.exists():
            return lost_job(profile, python)
        return job_of(profile, load_settings(profile), python)


_SHARED = (
    click.option(
        "--profile",
        "profiles",
        type=click.Path(path_type=Path, dir_okay=False),
        multiple=True,
        default=(Path("paperlark.toml"),),
        envvar="PAPERLARK_PROFILE",
        help="A profile; give it several times for several.  [default: paperlark.toml]",
    ),
    click.option("--show", is_flag=True, help="Show what is set now and when it starts next."),
    click.option("--remove", is_flag=True, help="Take away what was written."),
    click.option("--yes", is_flag=True, help="Do not ask."),
)
_at_option = click.option(
    "--at",
    type=_TimeOfDay(),
    help="Start at this time of this machine's clock, all year round; it must be after midnight in"
    " New York.  [default: right after that]",
)
_install_option = click.option(
    "--install",
    "requirement",
    metavar="REQUIREMENT",
    default=RELEASED,
    show_default=True,
    help="What pip installs there: a version, or an address of the source.",
)


def _wishing(command: _Command) -> _Command:
    """Give a command the options that all have, as `wish`."""

    @wraps(command)
    @click.pass_context
    def wished(
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
        wish = _Wish(environment_of(context), profiles, show=show, remove=remove, yes=yes)
        return command(*arguments, wish=wish, **others)

    decorated = cast("_Command", wished)
    for option in reversed(_SHARED):
        decorated = option(decorated)
    return decorated


@click.group("schedule", short_help="Have the page made every morning by itself.", epilog=_EPILOG)
def command() -> None:
    """Have the page made and brought every morning by itself.

    Nothing that paperlark did not write is ever changed, and doing it twice changes nothing.
    """


@command.command("systemd", short_help="A timer of your own systemd.")
@_wishing
@_at_option
def systemd(*, wish: _Wish, at: time | None) -> None:
    """Write a timer and a service for your own systemd, and start the timer.

    It starts what was slept through, tries again what failed, and tells your channels when it
    gives up.
    """
    _carry_out(wish, SystemdSchedule(wish.jobs(), wish.environment, at))


@command.command("cron", short_help="Lines in your crontab.")
@_wishing
@_at_option
def cron(*, wish: _Wish, at: time | None) -> None:
    """Write lines into your crontab, between two marks.

    They are computed from this machine's time zone: run it again when that changes. Where the
    clocks change on other days than New York's there are two starts a day, of which one finds
    nothing to do. What is printed goes to a log beside the profile.
    """
    _carry_out(wish, CronSchedule(wish.jobs(), wish.environment, at))


@command.command("github", short_help="A workflow in a repository of yours.")
@_wishing
@_at_option
@_install_option
@click.option("--no-site", is_flag=True, help="Only commit the pages: publish no site.")
def github(*, wish: _Wish, at: time | None, requirement: str, no_site: bool) -> None:
    """Write a GitHub workflow into the repository that the profile is in.

    Every morning it makes the pages, commits them, publishes the site with GitHub Pages, and opens
    an issue when something went wrong. Secrets come from the repository's.
    """
    schedule = GithubSchedule(wish.jobs(), wish.environment, at, requirement, site=not no_site)
    _carry_out(wish, schedule)


@command.command("docker", short_help="A container that runs for ever.")
@_wishing
@_install_option
def docker(*, wish: _Wish, requirement: str) -> None:
    """Write a Dockerfile and a compose.yaml beside the profile.

    The image holds paperlark alone; the folder of the profile is seen by the container, and pages
    appear in it. Secrets are files.
    """
    _carry_out(wish, DockerSchedule(wish.jobs(), requirement))


def _carry_out(wish: _Wish, schedule: Schedule) -> None:
    if wish.show:
        _show(schedule.standing(), wish.environment)
        return
    edits = schedule.removing() if wish.remove else schedule.setting()
    if edits:
        _preview(edits)
        wish.yes or click.confirm("Do it?", abort=True)
    elif wish.remove:
        click.echo("nothing is set: nothing to remove")
        return
    notes = schedule.make(edits)
    click.echo("done" if edits else "it is set like that already")
    for note in notes:
        click.echo(f"- {note}")
    if not wish.remove:
        _show(schedule.standing(), wish.environment)


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
        click.echo("nothing is set")
    for one in standing:
        click.echo(one.place)
        if not one.starts:
            click.echo("  runs all the time, and wakes after midnight in New York")
            continue
        coming = next_start(one.starts, environment.now())
        here, there = coming.astimezone(environment.zone()), coming.astimezone(NEW_YORK)
        click.echo(f"  next start: {_moment(here)} here, {_moment(there)} in New York")
        following = next_start(one.starts, coming)
        if following - coming < _SOON and today(following) != today(coming):
            click.echo(
                "  an hour too early, in this part of the year: the start after it makes the page"
            )


def _moment(moment: datetime) -> str:
    return f"{brief_date(moment.date())} {moment:%H:%M}"
