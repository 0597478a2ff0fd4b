"""Crontab lines between two marks; all other lines stay unchanged.

cron starts programs with next to no environment and knows the machine's clock only.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import time, tzinfo
from itertools import takewhile
from pathlib import Path

from paperlark.domain.calendar import today
from paperlark.domain.errors import NotScheduled
from paperlark.schedule.job import ALARM, ScheduledJob, require_printable, withheld_notes
from paperlark.schedule.schedule import FileEdit, Programs, ScheduleStatus
from paperlark.schedule.times import SUNDAY, SchedulerClock, after_midnight, clocks, runs
from paperlark.settings.environment import Environment

_LONGEST = 998
"""Maximum length of a command in cron."""
_LINE = re.compile(r"(?P<minute>\d+) (?P<hour>\d+) \* \* (?P<days>[0-6,-]+)")


def block(job: ScheduledJob, starts: Sequence[SchedulerClock]) -> str:
    """Return the lines that start a reader's mornings, marks included.

    Raises NotScheduled where a path cannot stand in a crontab.
    """
    begin, end = _marks(job.profile)
    command = _command(job)
    lines = (f"{cron_time(clock)} {command}" for clock in starts)
    return "\n".join((begin, *lines, end)) + "\n"


def with_block(crontab: str, profile: Path, text: str) -> str:
    """Replace a profile's block, or append it; an empty text removes it.

    Raises NotScheduled where the marks are not as they were written.
    """
    begin, end = _marks(profile)
    lines = crontab.splitlines(keepends=True)
    places = [n for n, line in enumerate(lines) if line.rstrip("\r\n") in {begin, end}]
    if not places:
        whole = crontab if crontab.endswith("\n") or not crontab or not text else f"{crontab}\n"
        return whole + text
    marks = [lines[n].rstrip("\r\n") for n in places]
    if marks != [begin, end]:
        raise NotScheduled(
            f"the crontab lacks a line {begin!r} followed by a line {end!r}",
            hint="correct it with crontab -e",
        )
    first, last = places
    return "".join((*lines[:first], text, *lines[last + 1 :]))


def block_of(crontab: str, profile: Path) -> str:
    """Return the lines of a profile between its marks, empty where there are none."""
    begin, end = _marks(profile)
    _, _, after = f"\n{crontab}".partition(f"\n{begin}\n")
    return "".join(takewhile(lambda line: line.rstrip() != end, after.splitlines(keepends=True)))


def starts_of(lines: str, zone: tzinfo) -> tuple[SchedulerClock, ...]:
    """Parse the start times of crontab lines."""
    return tuple(
        SchedulerClock(
            time(int(found["hour"]), int(found["minute"])),
            tuple(sorted(_days_of(found["days"]))),
            zone,
        )
        for found in map(_LINE.match, lines.splitlines())
        if found
    )


def cron_time(clock: SchedulerClock) -> str:
    """Format a start time for cron, where Sunday is 0."""
    days = ",".join(
        str(first) if first == last else f"{first}-{last}"
        for first, last in runs((day + 1) % (SUNDAY + 1) for day in clock.days)
    )
    return f"{clock.at.minute} {clock.at.hour} * * {days}"


def _marks(profile: Path) -> tuple[str, str]:
    require_printable(str(profile))
    return f"# paperlark begin {profile}", f"# paperlark end {profile}"


def _command(job: ScheduledJob) -> str:
    """Return the shell command; exit codes up to 4 are paperlark's own and already reported."""
    require_printable(str(job.python))
    paperlark = f"{shlex.quote(str(job.python))} -m paperlark"
    profile = shlex.quote(str(job.profile))
    log = shlex.quote(str(job.profile.with_suffix(".log")))
    variables = "".join(
        f"export {name}={shlex.quote(value)}; " for name, value in job.variables.items()
    )
    require_printable(variables)
    # The log tells what servers said, and cron's files are for everybody.
    command = (
        f": >> {log}; chmod 600 {log}; {variables}"
        f"{{ {paperlark} morning --profile {profile} || [ $? -le 4 ]"
        f" || {paperlark} deliver --profile {profile} --alarm {shlex.quote(ALARM)}; }}"
        f" >> {log} 2>&1"
    )
    # To cron an end of line is %, and crons differ on what a backslash does before anything else.
    command = command.replace("%", "\\%")
    if "\\" in command.replace("\\%", "") or len(command) > _LONGEST:
        raise NotScheduled(
            f"the path of {job.profile} or {job.python} is too long for cron or has a backslash",
            hint="move it to another path",
        )
    return command


def _days_of(text: str) -> Iterator[int]:
    for part in text.split(","):
        first, _, last = part.partition("-")
        for day in range(int(first), int(last or first) + 1):
            yield (day - 1) % (SUNDAY + 1)


PLACE = "your crontab"


@dataclass(frozen=True, slots=True)
class CronSchedule:
    """Crontab lines for each job, at a local time or after midnight in New York."""

    jobs: Sequence[ScheduledJob]
    environment: Environment
    at: time | None = None

    def setting(self) -> tuple[FileEdit, ...]:
        """Return the edit that adds the jobs' lines."""
        return self._edits([(job.profile, self._block(job)) for job in self.jobs])

    def removing(self) -> tuple[FileEdit, ...]:
        """Return the edit that removes them."""
        return self._edits([(job.profile, "") for job in self.jobs])

    def make(self, edits: Sequence[FileEdit]) -> tuple[str, ...]:
        """Install the new crontab."""
        for edit in edits:
            ran = self._programs.run("crontab", "-", text=edit.after or "")
            if not ran.well:
                raise NotScheduled(f"crontab rejected it ({ran.problem})")
        logs = (job.profile.with_suffix(".log") for job in self.jobs)
        if not any(one.shown for one in edits):
            return ()
        withheld = withheld_notes(self.jobs, f"{PLACE}, above paperlark's (crontab -e)")
        return (*(f"its log: {log}" for log in logs), *withheld)

    def standing(self) -> tuple[ScheduleStatus, ...]:
        """Return the jobs that the crontab has."""
        crontab, zone = self._read(), self.environment.zone()
        found = (starts_of(block_of(crontab, job.profile), zone) for job in self.jobs)
        return tuple(ScheduleStatus(PLACE, starts) for starts in found if starts)

    def profiles(self) -> tuple[Path, ...]:
        """Return each profile that has such a schedule here, whatever the jobs are."""
        begin = "# paperlark begin "
        lines = self._read().splitlines() if self._programs.has("crontab") else ()
        return tuple(Path(one.removeprefix(begin)) for one in lines if one.startswith(begin))

    def _block(self, job: ScheduledJob) -> str:
        zone = self.environment.zone()
        at = self.at or after_midnight(str(job.profile))
        local = None if self.at is None else zone
        return block(job, clocks(today(self.environment.now()), at=at, local=local, scheduler=zone))

    def _edits(self, blocks: Sequence[tuple[Path, str]]) -> tuple[FileEdit, ...]:
        before = after = self._read()
        for profile, text in blocks:
            after = with_block(after, profile, text)
        shown = "".join(text for _, text in blocks)
        return (FileEdit(PLACE, before or None, after, shown),) if after != before else ()

    def _read(self) -> str:
        ran = self._programs.run("crontab", "-l")
        # Who has no crontab yet is told so, as a failure, in the words of their cron.
        if not ran.well and "no crontab" not in ran.problem.lower():
            raise NotScheduled(f"the crontab cannot be read ({ran.problem})")
        return ran.out if ran.well else ""

    @property
    def _programs(self) -> Programs:
        return Programs(self.environment.variables)
