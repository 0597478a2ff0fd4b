"""Lines of a crontab between two marks; all other lines stay as they are.

cron starts programs with next to no environment and knows the machine's clock only.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Sequence
from datetime import time, tzinfo
from itertools import takewhile
from pathlib import Path

from paperlark.domain.errors import NotScheduled
from paperlark.schedule.job import ALARM, Job, require_printable
from paperlark.schedule.times import SUNDAY, Clock, runs

_LONGEST = 998
"""Characters that the usual cron takes in a command."""
_LINE = re.compile(r"(?P<minute>\d+) (?P<hour>\d+) \* \* (?P<days>[0-6,-]+)")


def block(job: Job, starts: Sequence[Clock]) -> str:
    """Give the lines that start a reader's mornings, marks included.

    Raises NotScheduled where a path cannot stand in a crontab.
    """
    begin, end = _marks(job.profile)
    command = _command(job)
    lines = (f"{cron_time(clock)} {command}" for clock in starts)
    return "\n".join((begin, *lines, end)) + "\n"


def with_block(crontab: str, profile: Path, text: str) -> str:
    """Put a profile's block where its old one was, else at the end; an empty one takes it away.

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
            f"the crontab has not one line {begin!r} and one {end!r} after it",
            mend="put that right with crontab -e",
        )
    first, last = places
    return "".join((*lines[:first], text, *lines[last + 1 :]))


def block_of(crontab: str, profile: Path) -> str:
    """Give the lines of a profile between its marks, none where it has none."""
    begin, end = _marks(profile)
    _, _, after = f"\n{crontab}".partition(f"\n{begin}\n")
    return "".join(takewhile(lambda line: line.rstrip() != end, after.splitlines(keepends=True)))


def starts_of(lines: str, zone: tzinfo) -> tuple[Clock, ...]:
    """Read the clocks of crontab lines back."""
    return tuple(
        Clock(
            time(int(found["hour"]), int(found["minute"])),
            tuple(sorted(_days_of(found["days"]))),
            zone,
        )
        for found in map(_LINE.match, lines.splitlines())
        if found
    )


def cron_time(clock: Clock) -> str:
    """Write a clock as cron does, for whom Sunday is 0."""
    days = ",".join(
        str(first) if first == last else f"{first}-{last}"
        for first, last in runs((day + 1) % (SUNDAY + 1) for day in clock.days)
    )
    return f"{clock.at.minute} {clock.at.hour} * * {days}"


def _marks(profile: Path) -> tuple[str, str]:
    require_printable(str(profile))
    return f"# paperlark begin {profile}", f"# paperlark end {profile}"


def _command(job: Job) -> str:
    """Give the shell command; up to 4 are paperlark's own, and it told them itself."""
    require_printable(str(job.python))
    paperlark = f"{shlex.quote(str(job.python))} -m paperlark"
    profile = shlex.quote(str(job.profile))
    log = shlex.quote(str(job.profile.with_suffix(".log")))
    command = (
        f"{{ {paperlark} morning --profile {profile} || [ $? -le 4 ]"
        f" || {paperlark} deliver --profile {profile} --alarm {shlex.quote(ALARM)}; }}"
        f" >> {log} 2>&1"
    )
    # To cron an end of line is %, and crons differ on what a backslash does before anything else.
    command = command.replace("%", "\\%")
    if "\\" in command.replace("\\%", "") or len(command) > _LONGEST:
        raise NotScheduled(
            f"the path of {job.profile} or {job.python} is too long for cron, or has a backslash",
            mend="keep it elsewhere",
        )
    return command


def _days_of(text: str) -> Iterator[int]:
    for part in text.split(","):
        first, _, last = part.partition("-")
        for day in range(int(first), int(last or first) + 1):
            yield (day - 1) % (SUNDAY + 1)
