"""Check an installation, schedule its mornings, complete in its shell, and take it off again."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import time
from pathlib import Path
from typing import TYPE_CHECKING, Literal, get_args

from paperlark.api.opening import find_profile
from paperlark.settings.environment import Environment
from paperlark.settings.places import PROFILE, config_folder

if TYPE_CHECKING:
    from paperlark.doctor import Group
    from paperlark.installation.completion import CompletionFile, Shell
    from paperlark.installation.remains import Remnant
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


def find_completion(
    shell: str | None = None, *, environment: Environment | None = None
) -> CompletionFile:
    """Return where a shell looks for the completion of `paperlark`.

    Arguments:
        shell: bash, zsh, fish or powershell; the one that the user works in by default.
        environment: see `open_profile`.

    Raises CompletionNotInstalled where the shell is not known.

    >>> paperlark.find_completion("fish").path.name
    'paperlark.fish'
    """
    from paperlark.domain.errors import CompletionNotInstalled
    from paperlark.installation.completion import SHELLS, completion_file, current_shell

    variables = (environment or Environment()).variables
    wanted: Shell | None = next((one for one in SHELLS if one == shell), None)
    wanted = current_shell(variables) if shell is None else wanted
    if wanted is None:
        raise CompletionNotInstalled(
            "which shell you use is not known" if shell is None else f"{shell} is not known",
            hint=f"name one of {', '.join(SHELLS)}: paperlark completion bash",
        )
    return completion_file(wanted, variables)


def find_remains(
    profiles: Sequence[str | Path] = (), *, environment: Environment | None = None
) -> tuple[Remnant, ...]:
    """Return what paperlark has written on this machine, with sizes; nothing is changed.

    Arguments:
        profiles: these as well as the default one, and those that are scheduled here.
        environment: see `open_profile`.

    >>> remains = paperlark.find_remains(["paperlark.toml"])
    >>> "pages" in {one.what for one in remains}
    True
    """
    from paperlark.installation.remains import find_remains as find

    where = environment or Environment()
    named = [find_profile(one, environment=where) for one in profiles or (None,)]
    every = (*named, config_folder(where.variables) / PROFILE, *_scheduled_profiles(where))
    return find(
        tuple(dict.fromkeys(one.absolute() for one in every)),
        where,
        lambda profile: _schedules_of(profile, where),
    )


def delete_remains(
    remains: Sequence[Remnant], *, environment: Environment | None = None
) -> tuple[str, ...]:
    """Delete what `find_remains` found, or a part of it, and return what is left to do by hand.

    Arguments:
        remains: what to delete; of what has the kind STAYS nothing is touched.
        environment: see `open_profile`.

    Raises StoreBusy while a run works on one of the profiles, and NotRemoved.

    >>> paperlark.delete_remains([])
    ()
    """
    from paperlark.installation.remains import delete_remains as delete

    return delete(remains, environment or Environment())


def _scheduled_profiles(environment: Environment) -> Iterator[Path]:
    from paperlark.domain.errors import NotScheduled
    from paperlark.schedule.cron import CronSchedule
    from paperlark.schedule.launchd import LaunchdSchedule
    from paperlark.schedule.systemd import SystemdSchedule
    from paperlark.schedule.windows import WindowsSchedule

    for kind in (SystemdSchedule, CronSchedule, LaunchdSchedule, WindowsSchedule):
        with suppress(NotScheduled):  # a crontab that cannot be read
            yield from kind((), environment).profiles()


def _schedules_of(profile: Path, environment: Environment) -> Iterator[Schedule]:
    from paperlark.domain.errors import NotScheduled, ProfileError

    for kind in get_args(ScheduleKind):
        with suppress(NotScheduled, ProfileError):
            yield open_schedule(kind, [profile], environment=environment, may_be_lost=True)


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
