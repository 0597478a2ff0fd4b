"""Tasks of Windows' Task Scheduler, which starts them by the machine's clock.

Their files are for `schtasks /Create /XML`, in the schema that Microsoft documents; Windows itself
writes them in UTF-16.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time, tzinfo
from pathlib import Path
from xml.etree.ElementTree import Element, ParseError
from xml.sax.saxutils import escape

from defusedxml.ElementTree import fromstring

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
from paperlark.schedule.times import SchedulerClock, after_midnight, clocks, clocks_of
from paperlark.settings.environment import Environment

WINDOWS_MARK = f'<?xml version="1.0" encoding="UTF-16"?>\n<!-- {MARK} windows`'
NAMESPACE = "http://schemas.microsoft.com/windows/2004/02/mit/task"
_IN = f"{{{NAMESPACE}}}"
_ENCODING = "utf-16"
_FOLDER = "\\paperlark\\"
"""Where Task Scheduler lists the tasks, each by its file's name."""
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_TRIGGER = """\
    <CalendarTrigger>
      <StartBoundary>2025-01-01T{at:%H:%M}:00</StartBoundary>
      <ScheduleByWeek>
        <WeeksInterval>1</WeeksInterval>
        <DaysOfWeek>{days}</DaysOfWeek>
      </ScheduleByWeek>
    </CalendarTrigger>
"""
# The time limit is that of the other schedulers: a late announcement is waited for, and a batch.
_TASK = """\
{mark}: run it again to update this. -->
<Task version="1.2" xmlns="{namespace}">
  <RegistrationInfo>
    <Description>paperlark: every morning the page of "{name}"</Description>
    <Source>{profile}</Source>
  </RegistrationInfo>
  <Triggers>
{triggers}  </Triggers>
  <Principals>
    <Principal id="Author">
      <LogonType>InteractiveToken</LogonType>
      <RunLevel>LeastPrivilege</RunLevel>
    </Principal>
  </Principals>
  <Settings>
    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>
    <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>
    <StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>
    <StartWhenAvailable>true</StartWhenAvailable>
    <ExecutionTimeLimit>PT14H</ExecutionTimeLimit>
  </Settings>
  <Actions Context="Author">
    <Exec>
      <Command>{command}</Command>
      <Arguments>{arguments}</Arguments>
      <WorkingDirectory>{folder}</WorkingDirectory>
    </Exec>
  </Actions>
</Task>
"""


def task(job: ScheduledJob, starts: Sequence[SchedulerClock]) -> str:
    """Return the task that starts a reader's mornings.

    Raises NotScheduled where a path cannot stand in it.
    """
    words = ["-m", "paperlark.schedule.windows", str(job.profile)]
    for text in (str(job.python), *words, str(job.profile.parent)):
        require_printable(text)
        if re.search(r'%|\$\(|"', text):
            raise NotScheduled(
                f"Windows would replace a part of {text!r} in a task",
                hint="choose a path without % and $(",
            )
    return _TASK.format(
        mark=WINDOWS_MARK,
        namespace=NAMESPACE,
        name=_text(job.name),
        profile=_text(str(job.profile)),
        triggers="".join(_trigger(clock) for clock in starts),
        command=_text(str(_windowless(job.python))),
        arguments=_text(subprocess.list2cmdline(words)),
        folder=_text(str(job.profile.parent)),
    )


def starts_of(text: str, zone: tzinfo) -> tuple[SchedulerClock, ...]:
    """Parse the start times of a task of ours."""
    return clocks_of(
        (
            (datetime.fromisoformat(trigger.findtext(f"{_IN}StartBoundary", "")).time(), day)
            for trigger in _read(text).iter(f"{_IN}CalendarTrigger")
            for day, name in enumerate(_DAYS)
            if trigger.find(f".//{_IN}{name}") is not None
        ),
        zone,
    )


def profile_of(text: str) -> str:
    """Parse the profile of a task, empty where it is none of ours."""
    return _read(text).findtext(f"{_IN}RegistrationInfo/{_IN}Source", "")


def run_morning(profile: Path, python: Path) -> int:
    """Run the morning without a window, its output in a log; tell the channels if it crashed.

    Returns the exit code.
    """

    def run(*words: str) -> int:
        done = subprocess.run(  # noqa: S603  # this program, its words ours
            [python, "-m", "paperlark", *words, "--profile", profile],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            check=False,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
        return done.returncode

    with profile.with_suffix(".log").open("ab") as log:
        code = run("morning")
        # Exit codes up to 4 are paperlark's own, and already told.
        if code not in range(5):
            run("deliver", "--alarm", ALARM)
        return code


def _trigger(clock: SchedulerClock) -> str:
    return _TRIGGER.format(at=clock.at, days="".join(f"<{_DAYS[day]} />" for day in clock.days))


def _text(text: str) -> str:
    require_printable(text)
    return escape(text)


def _windowless(python: Path) -> Path:
    """Return the interpreter that opens no window; it has no output either."""
    return python.with_name("pythonw.exe") if python.name.lower() == "python.exe" else python


def _read(text: str) -> Element:
    if not text.startswith(WINDOWS_MARK):
        return Element("Task")
    try:
        found: Element = fromstring(text.encode(_ENCODING, "surrogatepass"))
    except (ParseError, ValueError):
        return Element("Task")
    return found


@dataclass(frozen=True, slots=True)
class WindowsSchedule:
    """A task for each job, at a local time or after midnight in New York."""

    jobs: Sequence[ScheduledJob]
    environment: Environment
    at: time | None = None

    def setting(self) -> tuple[FileEdit, ...]:
        """Return the tasks; those of a profile that had another id go."""
        return tuple(edit for job in self.jobs for edit in self._setting(job))

    def removing(self) -> tuple[FileEdit, ...]:
        """Return the edits that remove the tasks."""
        gone = {path: None for job in self.jobs for path in self._there(job)}
        return file_edits(gone, WINDOWS_MARK, _ENCODING)

    def make(self, edits: Sequence[FileEdit]) -> tuple[str, ...]:
        """Change the tasks and have Windows know; where it cannot, say what to run."""
        make_files(edits)
        gone = [Path(edit.place) for edit in edits if edit.after is None]
        # Also where nothing had to be written: it may not have been registered.
        there = [path for job in self.jobs if (path := self._path(job)).exists()]
        asked = (
            *(["/Delete", "/TN", f"{_FOLDER}{path.stem}", "/F"] for path in gone),
            *(
                ["/Create", "/TN", f"{_FOLDER}{path.stem}", "/XML", str(path), "/F"]
                for path in there
            ),
        )
        told = self._programs.tell("Windows", "schtasks", asked, subprocess.list2cmdline)
        notes = tuple(told)
        if not there:
            return notes
        names = dict.fromkeys(one for job in self.jobs for one in (*job.variables, *job.withheld))
        return (
            *notes,
            *(f"the task sees {name} only if Windows keeps it: setx {name} ..." for name in names),
            *(f"its log: {job.profile.with_suffix('.log')}" for job in self.jobs),
            "it runs while you are logged in",
        )

    def standing(self) -> tuple[ScheduleStatus, ...]:
        """Return the tasks that are there."""
        zone = self.environment.zone()
        return tuple(
            ScheduleStatus(str(path), starts_of(read_file(path, _ENCODING) or "", zone))
            for job in self.jobs
            for path in self._there(job)
        )

    def profiles(self) -> tuple[Path, ...]:
        """Return each profile that has such a schedule here, whatever the jobs are."""
        texts = (read_file(one, _ENCODING) or "" for one in sorted(self._folder.glob("*.xml")))
        return tuple(Path(one) for one in map(profile_of, texts) if one)

    def _setting(self, job: ScheduledJob) -> tuple[FileEdit, ...]:
        path = self._path(job)
        there = profile_of(read_file(path, _ENCODING) or "")
        if there and there != str(job.profile):
            raise NotScheduled(
                f"{path} is of the profile {there}",
                hint="remove that schedule first; or, if both are in use, write an `id` of its own"
                " into one of the two profiles",
            )
        stale: dict[Path, str | None] = dict.fromkeys(
            one for one in self._there(job) if one != path
        )
        wanted = {path: task(job, self._starts(job)), **stale}
        return file_edits(wanted, WINDOWS_MARK, _ENCODING)

    def _there(self, job: ScheduledJob) -> Iterator[Path]:
        for path in sorted(self._folder.glob("*.xml")):
            if profile_of(read_file(path, _ENCODING) or "") == str(job.profile):
                yield path

    def _starts(self, job: ScheduledJob) -> tuple[SchedulerClock, ...]:
        zone = self.environment.zone()
        at = self.at or after_midnight(str(job.profile))
        local = None if self.at is None else zone
        return clocks(today(self.environment.now()), at=at, local=local, scheduler=zone)

    def _path(self, job: ScheduledJob) -> Path:
        return self._folder / f"{job.slug}.xml"

    @property
    def _folder(self) -> Path:
        given = self.environment.variables.get("LOCALAPPDATA")
        return Path(given or Path.home() / "AppData" / "Local") / "paperlark" / "tasks"

    @property
    def _programs(self) -> Programs:
        return Programs(self.environment.variables)


if __name__ == "__main__":
    # What a task starts: `pythonw` has no output, so another interpreter writes into the log.
    _started = Path(sys.executable)
    _python = _started.with_name(_started.name.replace("pythonw", "python"))
    sys.exit(run_morning(Path(sys.argv[1]), _python))
