"""Check an installation, and schedule its mornings."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import time
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from paperlark.api.opening import find_profile
from paperlark.settings.environment import Environment

if TYPE_CHECKING:
    from paperlark.doctor import Group
    from paperlark.schedule.job import ScheduledJob
    from paperlark.schedule.schedule import Schedule

ScheduleKind = Literal["systemd", "cron", "launchd", "windows", "github", "docker"]


def examine(
    path: str | Path | None = None,
    *,
    environment: Environment | None = None,
    offline: bool = False,
    may_ask_model: Callable[[str], bool] = lambda _: False,
) -> Iterator[Group]:
    """Check everything that a page needs; nothing is sent to a channel, and nothing is changed.

    Arguments:
        path: the profile, which may have mistakes; as `find_profile` by default.
        environment: see `open_profile`.
        offline: ask no server.
        may_ask_model: is told what one short question to the model costs at most, and returns
            whether it may be asked.

    Yields groups of findings, as they are found.

    >>> groups = list(paperlark.examine("paperlark.toml", offline=True))
    >>> groups[0].name, str(groups[0].findings[0].severity)
    ('profile', 'ok')
    """
    from paperlark.doctor import examine as check

    return check(
        find_profile(path, environment=environment),
        environment or Environment(),
        offline=offline,
        may_ask_model=may_ask_model,
    )


def open_schedule(
    kind: ScheduleKind,
    profiles: Sequence[str | Path],
    *,
    environment: Environment | None = None,
    at: time | None = None,
    requirement: str | None = None,
    site: bool = True,
    may_be_lost: bool = False,
) -> Schedule:
    """Return a way to have mornings run by themselves, to be shown, set or removed.

    Arguments:
        kind: what starts them.
        profiles: one or more.
        environment: see `open_profile`.
        at: a time of this machine's clock; right after midnight in New York by default.
        requirement: what is installed there, for GitHub and Docker: an address or the path of a
            wheel; a wheel of what is running by default.
        site: publish the site, for GitHub.
        may_be_lost: a profile need not exist, so that its schedule can be removed.

    Raises ProfileError, or NotScheduled where this is not possible here.

    >>> schedule = paperlark.open_schedule("docker", ["paperlark.toml"])
    >>> len(schedule.setting()) > 0
    True
    """
    from paperlark.http.network_settings import carried_variables
    from paperlark.schedule.cron import CronSchedule
    from paperlark.schedule.generated_files import DockerSchedule, GithubSchedule
    from paperlark.schedule.launchd import LaunchdSchedule
    from paperlark.schedule.systemd import SystemdSchedule
    from paperlark.schedule.windows import WindowsSchedule

    where = environment or Environment()
    files = [find_profile(one, environment=where) for one in profiles]
    network = carried_variables(where.variables)
    jobs = tuple(
        replace(
            _job(one, may_be_lost=may_be_lost), variables=network.open, withheld=network.withheld
        )
        for one in files
    )
    if kind == "systemd":
        return SystemdSchedule(jobs, where, at)
    if kind == "cron":
        return CronSchedule(jobs, where, at)
    if kind == "github":
        return GithubSchedule(jobs, where, at, requirement, site=site)
    if kind == "launchd":
        return LaunchdSchedule(jobs, where, at)
    if kind == "windows":
        return WindowsSchedule(jobs, where, at)
    return DockerSchedule(jobs, requirement)


def _job(profile: Path, *, may_be_lost: bool) -> ScheduledJob:
    from paperlark.schedule.schedule import job_of, lost_job
    from paperlark.settings import load_settings
    from paperlark.settings.identity import find_id
    from paperlark.store.readers import stored_readers

    python = Path(sys.executable)
    if may_be_lost and not profile.exists():
        return lost_job(profile, python)
    settings = load_settings(profile)
    return job_of(profile, find_id(settings, stored_readers(settings.database)), python)
