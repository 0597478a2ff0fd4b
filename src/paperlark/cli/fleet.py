"""`paperlark fleet`: the mornings of thousands of readers, by workers on one or many machines."""

from __future__ import annotations

import json
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from functools import partial
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

import click

from paperlark.cli._options import (
    Day,
    check_not_future,
    environment_of,
    feeds_option,
    run_options,
)
from paperlark.cli._terminal import progress, tell_error
from paperlark.cli.deliver import NOT_DELIVERED, print_deliveries
from paperlark.renderers.english import counted

if TYPE_CHECKING:
    from paperlark.domain.fleet import MorningStatus
    from paperlark.fleet.morning import FleetMorning
    from paperlark.fleet.opening import OpenedFleet

_SIGNALED = 128
_SENDING_PAUSE = 30.0
"""Seconds between two looks for what is to be sent."""

_group_option = click.option(
    "--group",
    "group_file",
    type=click.Path(path_type=Path, dir_okay=False),
    default=Path("group.toml"),
    show_default=True,
    envvar="PAPERLARK_GROUP",
    help="The file of the group, whose `database` has the readers.",
)


@click.group("fleet")
def command() -> None:
    r"""Make the pages of all readers of a group's database, by workers on one or many machines.

    The group's file names a PostgreSQL database; `paperlark readers add` makes its readers. A
    morning reads the feeds once and cuts the readers into shards, which workers take from a queue
    in the database. A worker that dies loses nothing: another one makes its shard. Pages are
    rendered when they are looked at, mails when `deliver` sends them.

    \b
    Examples:
      paperlark fleet morning --workers 2     on one machine: begin, make all, and end
      paperlark fleet worker                  on more machines: wait for shards, for ever
      paperlark fleet deliver --stay          send mails as they are queued, for ever
      paperlark fleet status                  how far it is, what is slow, who has no page
    """


@command.command("morning")
@_group_option
@click.option("--date", "day", type=Day(), help="This day instead of today, without waiting.")
@click.option(
    "--workers",
    type=click.IntRange(0, 512),
    default=1,
    show_default=True,
    help="Start so many workers here; 0 leaves it to those that run elsewhere.",
)
@click.option(
    "--cluster",
    metavar="ADDRESS",
    help="Make the shards on the Dask cluster of this scheduler (tcp://host:8786), or on a `local`"
    " one of --workers processes.",
)
@click.option(
    "--shard-size",
    type=click.IntRange(1, 10_000),
    default=250,
    show_default=True,
    help="Readers in one shard.",
)
@click.option("--no-wait", is_flag=True, help="Do not wait for a late announcement.")
@feeds_option
@click.pass_context
def morning(
    context: click.Context,
    *,
    group_file: Path,
    day: date | None,
    workers: int,
    cluster: str | None,
    shard_size: int,
    no_wait: bool,
    feeds: Path | None,
) -> None:
    r"""Make the pages of all enabled readers, and end when each has one or is told why not.

    You may start it as often as you like, on any machine: the feeds are read once, a page is made
    once, and who failed is tried again. A late announcement is waited for up to 6 hours.

    \b
    Exit codes, the first that applies:
      1  a reader has no page
      3  a page says what is missing
      0  all is well
    """
    fleet = _open(context, group_file, feeds)
    made = day or fleet.today()
    check_not_future(made, fleet.today(), "--date")
    with _stopping() as stop:
        begun = fleet.morning(
            made,
            wait=day is None and not no_wait and feeds is None,
            shard_size=shard_size,
            tell=partial(click.echo, err=True),
            progress=progress(),
        )
        new = begun.begin(stop.event)
        click.echo(f"{made}: {counted(new, 'new shard')}", err=True)
        status = _make(begun, stop, group_file, feeds, workers=workers, cluster=cluster)
    if status is None:
        click.echo("stopped; start it again to go on", err=True)
        context.exit(_SIGNALED + stop.number)
    from paperlark.fleet.progress import exit_code  # noqa: PLC0415  # not for --help

    _print_status(status)
    context.exit(exit_code(status))


def _make(
    begun: FleetMorning,
    stop: _Stop,
    group_file: Path,
    feeds: Path | None,
    *,
    workers: int,
    cluster: str | None,
) -> MorningStatus | None:
    """Watch a morning until it has ended, with workers of its own where some are wanted."""
    if cluster is not None:
        from paperlark.fleet.cluster import ClusterShards, ShardTask, open_cluster  # noqa: PLC0415
        from paperlark.fleet.opening import open_shards  # noqa: PLC0415

        opener = partial(open_shards, group_file.absolute(), run_options(feeds=feeds))
        task = ShardTask(opener, begun.connect, begun.database, begun.day, begun.limits)
        with open_cluster(cluster, workers) as client:
            shards = ClusterShards(client, task)
            try:
                return begun.watch(stop.event, _Reporter(), shards.submit)
            finally:
                shards.cancel()
    from paperlark.fleet.processes import WorkerProcesses  # noqa: PLC0415

    arguments = ["fleet", "worker", "--once", f"--group={group_file}", f"--date={begun.day}"]
    processes = WorkerProcesses([*arguments, *([f"--feeds={feeds}"] if feeds else [])], workers)
    processes.start()
    try:
        return begun.watch(stop.event, _Reporter(), processes.keep_going)
    finally:
        processes.stop()


@command.command("worker")
@_group_option
@click.option("--once", is_flag=True, help="End when no shard is left, instead of waiting.")
@click.option("--date", "day", type=Day(), help="Make only shards of this day.")
@feeds_option
@click.pass_context
def worker(
    context: click.Context, *, group_file: Path, once: bool, day: date | None, feeds: Path | None
) -> None:
    """Make shards, one after the other; start as many workers as there are cores.

    It runs until it is told to end (SIGTERM or Ctrl-C), and then finishes its shard within 9
    seconds or gives it back. A shard whose worker is silent for a minute is made by another one.
    """
    fleet = _open(context, group_file, feeds)
    with _stopping() as stop:
        made = fleet.worker(stop.event).run(day, stay=not once)
    click.echo(f"{counted(made, 'shard')} made", err=True)
    if stop.number:
        context.exit(_SIGNALED + stop.number)


@command.command("status")
@_group_option
@click.option("--date", "day", type=Day(), help="The morning of this day instead of the latest.")
@click.option("--json", "as_json", is_flag=True, help="Print everything as JSON.")
@click.pass_context
def status(context: click.Context, *, group_file: Path, day: date | None, as_json: bool) -> None:
    """Print how far a morning is, what is slow, and who has no page; exit codes as `morning`."""
    from paperlark.fleet.progress import exit_code, status_document  # noqa: PLC0415  # not for --help

    found = _open(context, group_file, None).status(day)
    if as_json:
        click.echo(json.dumps(status_document(found), indent=2, ensure_ascii=False))
    else:
        _print_status(found)
    context.exit(exit_code(found))


@command.command("deliver")
@_group_option
@click.option("--stay", is_flag=True, help="Send what is queued as it is queued, for ever.")
@click.option(
    "--at-once",
    type=click.IntRange(1, 64),
    default=4,
    show_default=True,
    help="Deliver to so many readers at a time.",
)
@click.option("--date", "day", type=Day(), help="As if it were this day.")
@click.pass_context
def deliver(
    context: click.Context, *, group_file: Path, stay: bool, at_once: int, day: date | None
) -> None:
    """Send what mornings have queued, once to each channel, and what could not be sent before.

    Several may run, on any machine: they share the readers. Exit code 4 where something did not
    reach somebody.
    """
    fleet = _open(context, group_file, None)
    complete = True
    with _stopping() as stop:
        while not stop.event.is_set():
            complete = _deliver(fleet, stop.event, at_once, day)
            if not stay:
                break
            stop.event.wait(_SENDING_PAUSE)
    if stop.number:
        context.exit(_SIGNALED + stop.number)
    context.exit(0 if complete else NOT_DELIVERED)


@command.command("save")
@_group_option
@click.option(
    "--at-once",
    type=click.IntRange(1, 64),
    default=4,
    show_default=True,
    help="Ask Zotero for so many readers at a time.",
)
@click.pass_context
def save(context: click.Context, *, group_file: Path, at_once: int) -> None:
    """Read the collections of Zotero that readers name, and bring their saved papers there.

    For all readers whose profiles have a table [zotero]; their keys are secrets of this machine.
    Exit code 4 where something is left for the next time.
    """
    fleet = _open(context, group_file, None)
    with _stopping() as stop:
        found = fleet.bring_saved(stop=stop.event, at_once=at_once)
    for reader, lines in found.items():
        for ok, line in lines:
            click.echo(f"{reader}: {line}") if ok else tell_error(f"{reader}: {line}")
    if stop.number:
        context.exit(_SIGNALED + stop.number)
    well = all(ok for lines in found.values() for ok, _ in lines)
    context.exit(0 if well else NOT_DELIVERED)


def _deliver(fleet: OpenedFleet, stop: threading.Event, at_once: int, day: date | None) -> bool:
    result = fleet.deliver(day, stop=stop, at_once=at_once)
    for reader, problem in result.problems.items():
        tell_error(f"{reader}: {problem}")
    for reader, report in result.reports.items():
        click.echo(f"{reader}:")
        print_deliveries(report)
    click.echo(f"delivered to {counted(len(result.reports), 'reader')}", err=True)
    return result.complete


def _open(context: click.Context, group_file: Path, feeds: Path | None) -> OpenedFleet:
    from paperlark.fleet.opening import open_fleet  # noqa: PLC0415  # not for --help

    options = run_options(feeds=feeds)
    return open_fleet(group_file, environment=environment_of(context), options=options)


class _Stop:
    """Set by SIGTERM or Ctrl-C; `number` is the signal's, 0 before one came."""

    def __init__(self) -> None:
        self.event = threading.Event()
        self.number = 0

    def __call__(self, number: int, _frame: FrameType | None) -> None:
        self.number = number
        self.event.set()


@contextmanager
def _stopping() -> Iterator[_Stop]:
    """Let SIGTERM and Ctrl-C ask for an orderly end."""
    stop = _Stop()
    if threading.current_thread() is not threading.main_thread():
        yield stop
        return
    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class _Reporter:
    """Prints one line for each change of a morning's counts."""

    def __init__(self) -> None:
        self._before = ""

    def __call__(self, status: MorningStatus) -> None:
        """Print how far it is, if that has changed."""
        line = _line(status)
        if line != self._before:
            click.echo(line, err=True)
            self._before = line


def _line(status: MorningStatus) -> str:
    from paperlark.fleet.progress import progress_of  # noqa: PLC0415  # not for --help

    if not status.cut:
        return f"{status.day}: reading feeds"
    found = progress_of(status)
    failed = f", {counted(found.failed, 'reader')} without a page" if found.failed else ""
    return (
        f"{status.day}: {found.ended} of {counted(found.all, 'shard')},"
        f" {found.made} of {counted(found.readers, 'reader')}{failed}"
    )


def _print_status(status: MorningStatus) -> None:
    """Print a morning: counts, seconds by stage, stragglers, and who has no page."""
    from paperlark.fleet.progress import progress_of  # noqa: PLC0415  # not for --help

    found = progress_of(status)
    click.echo(_line(status))
    if status.seconds is not None:
        click.echo(f"  {'reading feeds':<14}{status.seconds:8.1f} s")
    for stage, seconds in sorted(found.stages.items(), key=lambda one: -one[1]):
        click.echo(f"  {stage:<14}{seconds:8.1f} s of all workers")
    for one in found.stragglers:
        took = f"{one.running or 0.0:.1f} s"
        click.echo(f"  slow: shard {one.number} ({one.worker}), {took}, attempt {one.attempts}")
    for reader, problem in status.failures.items():
        tell_error(f"{reader}: {problem}")
    if found.partial:
        click.echo(f"  {counted(found.partial, 'page')} with something missing")
