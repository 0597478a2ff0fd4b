"""Agents of launchd, which starts programs on macOS.

launchd knows the machine's clock only, and starts what was missed when the machine wakes.
"""

from __future__ import annotations

import os
import plistlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import time, tzinfo
from pathlib import Path
from typing import Any
from xml.parsers.expat import ExpatError

from paperlark.domain.calendar import today
from paperlark.domain.errors import NotScheduled
from paperlark.schedule.job import ALARM, MARK, ScheduledJob, require_printable
from paperlark.schedule.schedule import (
    FileEdit,
    Programs,
    ScheduleStatus,
    file_edits,
    make_files,
    read_file,
)
from paperlark.schedule.times import SUNDAY, SchedulerClock, after_midnight, clocks, clocks_of
from paperlark.settings.environment import Environment

_XML = '<?xml version="1.0" encoding="UTF-8"?>\n'
LAUNCHD_MARK = f"{_XML}<!-- {MARK} launchd`"
# Exit codes up to 4 are paperlark's own, and already told.
_COMMAND = (
    '"$0" -m paperlark morning --profile "$1" || [ $? -le 4 ]'
    ' || "$0" -m paperlark deliver --profile "$1" --alarm "$2"'
)
_ROOM = 600
"""Seconds to end in: answers that are being paid for are stored first."""


def agent_label(job: ScheduledJob) -> str:
    """Return what launchd calls the job."""
    return f"paperlark.{job.slug}"


def agent(job: ScheduledJob, starts: Sequence[SchedulerClock]) -> str:
    """Return the property list that starts a reader's mornings.

    Raises NotScheduled where something cannot stand in it.
    """
    log = str(job.profile.with_suffix(".log"))
    words = [str(job.python), str(job.profile), ALARM]
    require_printable(*words, log, *job.variables.values())
    wanted: dict[str, Any] = {
        "Label": agent_label(job),
        # No path is part of the script: the shell is given them as they are.
        "ProgramArguments": ["/bin/sh", "-c", _COMMAND, *words],
        "WorkingDirectory": str(job.profile.parent),
        "StartCalendarInterval": [
            {"Hour": clock.at.hour, "Minute": clock.at.minute, "Weekday": _weekday(day)}
            for clock in starts
            for day in clock.days
        ],
        "StandardOutPath": log,
        "StandardErrorPath": log,
        "ExitTimeOut": _ROOM,
        "ProcessType": "Background",
    }
    if job.variables:
        wanted["EnvironmentVariables"] = dict(job.variables)
    text = plistlib.dumps(wanted, sort_keys=False).decode("utf-8")
    return f"{LAUNCHD_MARK}: run it again to update this. -->\n{text.removeprefix(_XML)}"


def starts_of(text: str, zone: tzinfo) -> tuple[SchedulerClock, ...]:
    """Parse the start times of an agent of ours."""
    return clocks_of(
        (
            (time(one["Hour"], one["Minute"]), (one["Weekday"] - 1) % (SUNDAY + 1))
            for one in _read(text).get("StartCalendarInterval", ())
        ),
        zone,
    )


def profile_of(text: str) -> str:
    """Parse the profile of an agent, empty where it is none of ours."""
    words = _read(text).get("ProgramArguments", ())
    return str(words[4]) if len(words) == 6 else ""  # noqa: PLR2004  # as `agent` writes them


def _weekday(day: int) -> int:
    return (day + 1) % (SUNDAY + 1)


def _read(text: str) -> Mapping[str, Any]:
    if not text.startswith(LAUNCHD_MARK):
        return {}
    try:
        found = plistlib.loads(text.encode("utf-8", "surrogateescape"))
    except (plistlib.InvalidFileException, ExpatError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


@dataclass(frozen=True, slots=True)
class LaunchdSchedule:
    """An agent for each job, at a local time or after midnight in New York."""

    jobs: Sequence[ScheduledJob]
    environment: Environment
    at: time | None = None

    def setting(self) -> tuple[FileEdit, ...]:
        """Return the agents; those of a profile that had another id go."""
        return tuple(edit for job in self.jobs for edit in self._setting(job))

    def removing(self) -> tuple[FileEdit, ...]:
        """Return the edits that remove the agents."""
        gone = {path: None for job in self.jobs for path in self._there(job)}
        return file_edits(gone, LAUNCHD_MARK)

    def make(self, edits: Sequence[FileEdit]) -> tuple[str, ...]:
        """Change the agents and have launchd know; where it cannot, say what to run."""
        for edit in edits:
            if self._is_loaded(label := Path(edit.place).stem):
                self._programs.run("launchctl", "bootout", f"{self._domain}/{label}")
        make_files(edits)
        # Also where nothing had to be written: it may not have been loaded.
        paths = (self._folder / f"{agent_label(job)}.plist" for job in self.jobs)
        there = [path for path in paths if path.exists()]
        asked = [
            ["bootstrap", self._domain, str(path)]
            for path in there
            if not self._is_loaded(path.stem)
        ]
        notes = tuple(self._programs.tell("launchd", "launchctl", asked))
        if not there:
            return notes
        logs = (f"its log: {job.profile.with_suffix('.log')}" for job in self.jobs)
        withheld = dict.fromkeys(name for job in self.jobs for name in job.withheld)
        return (
            *notes,
            *logs,
            *(
                f"{name} holds a password and was not written: launchctl setenv {name} ..."
                for name in withheld
            ),
        )

    def standing(self) -> tuple[ScheduleStatus, ...]:
        """Return the agents that are there."""
        zone = self.environment.zone()
        return tuple(
            ScheduleStatus(str(path), starts_of(read_file(path) or "", zone))
            for job in self.jobs
            for path in self._there(job)
        )

    def profiles(self) -> tuple[Path, ...]:
        """Return each profile that has such a schedule here, whatever the jobs are."""
        found = (profile_of(read_file(one) or "") for one in self._plists())
        return tuple(Path(one) for one in found if one)

    def _setting(self, job: ScheduledJob) -> tuple[FileEdit, ...]:
        path = self._folder / f"{agent_label(job)}.plist"
        there = read_file(path) or ""
        if there.startswith(LAUNCHD_MARK) and profile_of(there) != str(job.profile):
            raise NotScheduled(
                f"{path} is of the profile {profile_of(there)}",
                hint="remove that schedule first; or, if both are in use, write an `id` of its own"
                " into one of the two profiles",
            )
        stale: dict[Path, str | None] = dict.fromkeys(
            one for one in self._there(job) if one != path
        )
        return file_edits({path: agent(job, self._starts(job)), **stale}, LAUNCHD_MARK)

    def _there(self, job: ScheduledJob) -> Iterator[Path]:
        return (
            path for path in self._plists() if profile_of(read_file(path) or "") == str(job.profile)
        )

    def _plists(self) -> Iterable[Path]:
        return sorted(self._folder.glob("paperlark.*.plist"))

    def _starts(self, job: ScheduledJob) -> tuple[SchedulerClock, ...]:
        zone = self.environment.zone()
        at = self.at or after_midnight(str(job.profile))
        local = None if self.at is None else zone
        return clocks(today(self.environment.now()), at=at, local=local, scheduler=zone)

    def _is_loaded(self, label: str) -> bool:
        if not self._programs.has("launchctl"):
            return False
        return self._programs.run("launchctl", "print", f"{self._domain}/{label}").well

    @property
    def _domain(self) -> str:
        return f"gui/{os.getuid() if hasattr(os, 'getuid') else '$(id -u)'}"

    @property
    def _folder(self) -> Path:
        home = Path(self.environment.variables.get("HOME") or Path.home())
        return home / "Library" / "LaunchAgents"

    @property
    def _programs(self) -> Programs:
        return Programs(self.environment.variables)
