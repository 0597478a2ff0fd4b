"""What starts paperlark every morning: a timer, lines in the crontab, a workflow, a container."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from paperlark.compose.doctor.patient import Patient, note, ok, warning
from paperlark.compose.schedules.crontab import CronSchedule
from paperlark.compose.schedules.placed import DockerSchedule, GithubSchedule
from paperlark.compose.schedules.schedule import Schedule, Standing, job_of
from paperlark.compose.schedules.timers import SystemdSchedule
from paperlark.domain.checkup import Finding
from paperlark.domain.errors import NotScheduled
from paperlark.renderers import english
from paperlark.schedule.times import next_start


def check_schedule(patient: Patient) -> Iterator[Finding]:
    """Say what is set for this profile, and when it starts next."""
    standing = list(_standing(patient))
    for one in standing:
        yield ok("schedule", f"{one.place}: {_next(patient, one)}")
    if not standing:
        yield note("schedule", "nothing starts it by itself", "paperlark schedule --help")
    if len(standing) > 1:
        yield warning("schedule", "it is started from several places", "keep one:"
                      " paperlark schedule ... --remove")  # fmt: skip


def _standing(patient: Patient) -> Iterator[Standing]:
    """Ask every way of starting it; one that this machine does not have has nothing set."""
    jobs = (job_of(patient.profile, patient.settings, Path(sys.executable)),)
    ways: tuple[Schedule, ...] = (
        SystemdSchedule(jobs, patient.world),
        CronSchedule(jobs, patient.world),
        GithubSchedule(jobs, patient.world),
        DockerSchedule(jobs),
    )
    for way in ways:
        try:
            yield from way.standing()
        except NotScheduled:
            continue


def _next(patient: Patient, one: Standing) -> str:
    if not one.starts:
        return "runs all the time"
    here = next_start(one.starts, patient.world.now()).astimezone(patient.world.zone())
    return f"starts next on {english.brief_date(here.date())} at {here:%H:%M}"
