"""Checks of the channels and the schedule. Nothing is sent."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from paperlark.compose.channels import open_channel, open_mailbox
from paperlark.doctor.findings import CheckContext, Finding, Severity, error, note, ok, warning
from paperlark.domain import plain_text
from paperlark.domain.delivery import Parcel
from paperlark.domain.errors import (
    ChannelBusy,
    NotScheduled,
    PaperlarkError,
    SecretMissing,
    StoreError,
)
from paperlark.renderers import english
from paperlark.schedule.cron import CronSchedule
from paperlark.schedule.generated_files import DockerSchedule, GithubSchedule
from paperlark.schedule.launchd import LaunchdSchedule
from paperlark.schedule.schedule import Schedule, ScheduleStatus, job_of
from paperlark.schedule.systemd import SystemdSchedule
from paperlark.schedule.times import next_start
from paperlark.schedule.windows import WindowsSchedule
from paperlark.settings.values import ChannelSettings
from paperlark.store.database import exists
from paperlark.store.outbox import OutboxStore
from paperlark.store.reading import is_current, open_read_only


def check_deliveries(context: CheckContext) -> Iterator[Finding]:
    """Open each channel, and read the outbox."""
    channels = context.settings.channels
    if not channels:
        yield ok("deliveries", "none: pages stay on this machine")
        return
    for channel in channels:
        yield _channel(context, channel)
    yield from _undelivered(context)


def _channel(context: CheckContext, channel: ChannelSettings) -> Finding:
    settings, environment = context.settings, context.environment
    try:
        if channel.mail is None:
            open_channel(settings, channel, environment)
            if channel.plugin is not None:
                return ok(channel.name, f"the plug-in {channel.plugin} is ready; nothing was sent")
            return ok(channel.name, "its address is valid for Apprise")
        mailbox = open_mailbox(settings, channel, environment)
        if context.offline:
            return note(channel.name, "its mail server was not contacted: --offline")
        mailbox.check()
    except SecretMissing:
        # What should be a secret's name may be the secret itself: it is not repeated.
        return error(channel.name, "its secret is missing", "see the secrets above")
    except PaperlarkError as failed:
        severity = Severity.WARNING if isinstance(failed, ChannelBusy) else Severity.ERROR
        problem = failed.problem.removeprefix(f"{channel.name}: ")
        return Finding(channel.name, severity, problem, failed.hint)
    server = settings.mail.server if settings.mail else ""
    return ok(channel.name, f"{server} accepts mail to {channel.mail}; nothing was sent")


def _undelivered(context: CheckContext) -> Iterator[Finding]:
    for name, waiting in _waiting(context).items():
        days = english.counted(len(waiting), "day")
        why = next((one.problem for one in reversed(waiting) if one.problem), None)
        found = f"{days} not delivered yet" + (f" ({plain_text.one_line(why)})" if why else "")
        yield warning(name, found, "deliver what is left: paperlark deliver")


def _waiting(context: CheckContext) -> dict[str, list[Parcel]]:
    """Return each channel's open parcels; faults of the database are reported elsewhere."""
    path, waiting = context.settings.database, dict[str, list[Parcel]]()
    try:
        if not exists(path) or not is_current(path):
            return {}
        with open_read_only(path) as connection:
            parcels = OutboxStore(connection, path).since(context.settings.profile.id, date.min)
    except StoreError:
        return {}
    for parcel in parcels:
        if parcel.open:
            waiting.setdefault(parcel.channel, []).append(parcel)
    return waiting


def check_schedule(context: CheckContext) -> Iterator[Finding]:
    """Return the schedule of this profile, and when it starts next."""
    standing = list(_standing(context))
    for one in standing:
        yield ok("schedule", f"{one.place}: {_next(context, one)}")
    if not standing:
        yield note("schedule", "not scheduled", "paperlark schedule --help")
    if len(standing) > 1:
        yield warning("schedule", "scheduled in several places", "keep one:"
                      " paperlark schedule ... --remove")  # fmt: skip


def _standing(context: CheckContext) -> Iterator[ScheduleStatus]:
    """Return what every scheduler has set; one that is not installed has nothing."""
    jobs = (job_of(context.profile, context.settings, Path(sys.executable)),)
    ways: tuple[Schedule, ...] = (
        SystemdSchedule(jobs, context.environment),
        CronSchedule(jobs, context.environment),
        LaunchdSchedule(jobs, context.environment),
        WindowsSchedule(jobs, context.environment),
        GithubSchedule(jobs, context.environment),
        DockerSchedule(jobs),
    )
    for way in ways:
        try:
            yield from way.standing()
        except NotScheduled:
            continue


def _next(context: CheckContext, one: ScheduleStatus) -> str:
    if not one.starts:
        return "runs continuously"
    here = next_start(one.starts, context.environment.now()).astimezone(context.environment.zone())
    return f"starts next on {english.brief_date(here.date())} at {here:%H:%M}"
