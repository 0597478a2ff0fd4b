"""Units of a user's systemd: a timer, what it starts, and what that starts where it breaks down.

systemd knows New York's clock, starts what was slept through, and tries again what failed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import time, tzinfo
from pathlib import Path

from paperlark.domain.calendar import NEW_YORK, today
from paperlark.domain.errors import NotScheduled
from paperlark.schedule.job import ALARM, MARK, ScheduledJob, require_printable, withheld_notes
from paperlark.schedule.schedule import (
    FileEdit,
    Programs,
    ScheduleStatus,
    file_edits,
    make_files,
    read_file,
)
from paperlark.schedule.times import SchedulerClock, clocks, runs
from paperlark.settings.environment import Environment

OLDEST = 244
"""The first systemd that tries a oneshot again, and has a way to leave `$` alone."""
MIDNIGHT = SchedulerClock(time(0, 20), (0, 1, 2, 3, 4), NEW_YORK)
"""The start in New York's clock; RandomizedDelaySec spreads it."""
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_CALENDAR = re.compile(
    r"^OnCalendar=(?P<days>\S+) \*-\*-\* (?P<at>\d\d:\d\d):00(?P<zone> America/New_York)?$",
    re.MULTILINE,
)
_SERVICE = """\
{mark}
[Unit]
Description=paperlark: the page of "{name}"
OnFailure={alarm}
# Three tries within a day, then the reader is told.
StartLimitIntervalSec=23h
StartLimitBurst=3

[Service]
Type=oneshot
WorkingDirectory={folder}
# The colon: a dollar sign is only a dollar sign.
ExecStart=:{python} -m paperlark morning --profile {profile}
# Secrets do not belong here: `paperlark secret set NAME` keeps them, or this file, mode 600.
EnvironmentFile=-%E/paperlark/environment
{variables}# A page that says what is missing is a page.
SuccessExitStatus=3
# A late announcement is waited for, and a batch of questions after it, six hours each.
TimeoutStartSec=14h
Restart=on-failure
RestartSec=20min
# A mistake in the command is the same mistake twenty minutes later.
RestartPreventExitStatus=2
Nice=10
{hardening}
"""
_ALARM = """\
{mark}
[Unit]
Description=paperlark: tells the readers of "{name}" that there is no page

[Service]
Type=oneshot
WorkingDirectory={folder}
ExecStart=:{python} -m paperlark deliver --profile {profile} --alarm {alarm}
EnvironmentFile=-%E/paperlark/environment
{variables}TimeoutStartSec=10min
{hardening}
"""
# Only what needs no namespaces: not every system lets users have those.
_HARDENING = """\
NoNewPrivileges=true
LockPersonality=true
RestrictRealtime=true
RestrictSUIDSGID=true
SystemCallArchitectures=native
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK"""
_TIMER = """\
{mark}
[Unit]
Description=paperlark: every morning the page of "{name}"

[Timer]
{calendar}
# A machine that was off or asleep starts it when it is back.
Persistent=true
{spread}
[Install]
WantedBy=timers.target
"""
# For arXiv's sake; the same delay every morning.
_SPREAD = """\
# Not everybody asks arXiv in the same minute.
RandomizedDelaySec=20min
FixedRandomDelay=true
"""


def mark(profile: Path) -> str:
    """Return the first line of every unit of that profile."""
    return f"# {MARK} systemd` for {profile}"


def units(
    job: ScheduledJob, unit: str, starts: Sequence[SchedulerClock] = (MIDNIGHT,)
) -> Mapping[str, str]:
    """Return the units by their file names; the timer is `unit`.timer.

    Raises NotScheduled where a path cannot stand in a unit.
    """
    alarm = f"{unit}-alarm.service"
    blanks = {
        "mark": mark(job.profile),
        "name": _specified(job.name),
        "folder": _folder(job.profile.parent),
        "python": quoted(_program(job.python)),
        "profile": quoted(str(job.profile)),
        "hardening": _HARDENING,
        "variables": "".join(
            f"Environment={quoted(f'{name}={value}')}\n" for name, value in job.variables.items()
        ),
    }
    text = f"{ALARM}; its log: journalctl --user -u {unit}"
    return {
        f"{unit}.service": _SERVICE.format(alarm=alarm, **blanks),
        f"{unit}.timer": _TIMER.format(
            calendar="\n".join(_on_calendar(clock) for clock in starts),
            spread=_SPREAD if MIDNIGHT in starts else "",
            **blanks,
        ),
        alarm: _ALARM.format(alarm=quoted(text), **blanks),
    }


def starts_of(timer: str, local: tzinfo) -> tuple[SchedulerClock, ...]:
    """Read a timer's clocks back; those without a zone are in `local`."""
    return tuple(
        SchedulerClock(
            time.fromisoformat(found["at"]),
            tuple(_days_of(found["days"])),
            NEW_YORK if found["zone"] else local,
        )
        for found in _CALENDAR.finditer(timer)
    )


def quoted(text: str) -> str:
    r"""Write one argument of a command: quotes around it, `"`, `\` and `%` escaped."""
    escaped = _specified(text).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _on_calendar(clock: SchedulerClock) -> str:
    days = ",".join(
        _DAYS[first] if first == last else f"{_DAYS[first]}..{_DAYS[last]}"
        for first, last in runs(clock.days)
    )
    zone = " America/New_York" if clock.zone is NEW_YORK else ""
    return f"OnCalendar={days} *-*-* {clock.at:%H:%M}:00{zone}"


def _days_of(text: str) -> Iterable[int]:
    for part in text.split(","):
        first, _, last = part.partition("..")
        yield from range(_DAYS.index(first), _DAYS.index(last or first) + 1)


def _specified(text: str) -> str:
    """Write a text that systemd finds no specifier in."""
    require_printable(text)
    return text.replace("%", "%%")


def _folder(path: Path) -> str:
    # Nothing quotes this one: a backslash at its end would take the next line in.
    text = str(path)
    if text.endswith(("\\", " ")):
        raise NotScheduled(
            f"systemd cannot work in {text!r}", hint="give the folder another name, or use cron"
        )
    return _specified(text)


def _program(path: Path) -> str:
    if re.search(r"""["'\\]""", str(path)):
        raise NotScheduled(
            f"systemd starts no program at {path}", hint="install paperlark elsewhere, or use cron"
        )
    return str(path)


_LINGER = "it runs while you are logged in; for always: loginctl enable-linger"


@dataclass(frozen=True, slots=True)
class SystemdSchedule:
    """A timer for each job, at a time of this machine's clock or by New York's."""

    jobs: Sequence[ScheduledJob]
    environment: Environment
    at: time | None = None

    def setting(self) -> tuple[FileEdit, ...]:
        """Return the units; those of a profile that had another name go."""
        self._require_young()
        return tuple(edit for job in self.jobs for edit in self._setting(job))

    def removing(self) -> tuple[FileEdit, ...]:
        """Return the units that are there as going."""
        gone = {path: None for job in self.jobs for path in self._there(job)}
        return file_edits(gone, "")

    def make(self, edits: Sequence[FileEdit]) -> tuple[str, ...]:
        """Change the units and have systemd know; where it cannot, say what to run."""
        timers = [Path(edit.place) for edit in edits if edit.place.endswith(".timer")]
        gone = [path.name for path in timers if str(path) in _going(edits)]
        # Systemd finds what to take back in the units: they must still be there.
        unheard = tuple(self._systemctl([["disable", "--now", name] for name in gone]))
        make_files(edits)
        # Also where nothing had to be written: it may not have been enabled.
        names = (f"{_unit(job)}.timer" for job in self.jobs)
        wanted = [name for name in names if (self._folder / name).exists()]
        told = [["daemon-reload"], *(["enable", "--now", name] for name in wanted)]
        notes = (*unheard, *self._systemctl(told))
        if wanted:
            notes += withheld_notes(self.jobs, f"{self._environment_file} (mode 600)")
        return (*notes, _LINGER) if wanted else notes

    def standing(self) -> tuple[ScheduleStatus, ...]:
        """Return the timers that are there."""
        timers = [path for job in self.jobs for path in self._there(job) if path.suffix == ".timer"]
        zone = self.environment.zone()
        return tuple(
            ScheduleStatus(str(one), starts_of(read_file(one) or "", zone)) for one in timers
        )

    def profiles(self) -> tuple[Path, ...]:
        """Return each profile that has such a schedule here, whatever the jobs are."""
        ours, _, _ = mark(Path()).rpartition(str(Path()))
        timers = sorted(self._folder.glob("paperlark-*.timer"))
        firsts = ((read_file(one) or "").partition("\n")[0] for one in timers)
        return tuple(Path(one.removeprefix(ours)) for one in firsts if one.startswith(ours))

    def _setting(self, job: ScheduledJob) -> tuple[FileEdit, ...]:
        texts = units(job, _unit(job), self._starts())
        wanted = {self._folder / name: text for name, text in texts.items()}
        for path in wanted:
            _require_same(path, read_file(path) or "", job)
        stale = {path: None for path in self._there(job) if path not in wanted}
        return file_edits({**wanted, **stale}, f"{mark(job.profile)}\n")

    def _there(self, job: ScheduledJob) -> Iterator[Path]:
        first = mark(job.profile) + "\n"
        found = sorted(self._folder.glob("paperlark-*.*"))
        return (path for path in found if (read_file(path) or "").startswith(first))

    def _starts(self) -> tuple[SchedulerClock, ...]:
        if self.at is None:
            return (MIDNIGHT,)
        zone = self.environment.zone()
        return clocks(today(self.environment.now()), at=self.at, local=zone, scheduler=zone)

    def _systemctl(self, commands: Sequence[Sequence[str]]) -> Iterator[str]:
        asked = [("--user", *arguments) for arguments in commands]
        return self._programs.tell("systemd", "systemctl", asked)

    def _require_young(self) -> None:
        if not self._programs.has("systemctl"):
            return
        found = re.match(r"systemd (\d+)", self._programs.run("systemctl", "--version").out)
        if found and int(found[1]) < OLDEST:
            raise NotScheduled(
                f"systemd {found[1]} is too old, {OLDEST} is needed",
                hint="use cron: paperlark schedule cron",
            )

    @property
    def _folder(self) -> Path:
        return self._configuration / "systemd" / "user"

    @property
    def _environment_file(self) -> Path:
        return self._configuration / "paperlark" / "environment"

    @property
    def _configuration(self) -> Path:
        environment = self.environment.variables
        home = Path(environment.get("HOME") or Path.home())
        return Path(environment.get("XDG_CONFIG_HOME") or home / ".config")

    @property
    def _programs(self) -> Programs:
        return Programs(self.environment.variables)


def _unit(job: ScheduledJob) -> str:
    return f"paperlark-{job.slug}"


def _require_same(path: Path, text: str, job: ScheduledJob) -> None:
    """Make sure that a unit of ours is of this very profile; raises NotScheduled."""
    ours, _, _ = mark(job.profile).partition(str(job.profile))
    first = text.partition("\n")[0]
    if first.startswith(ours) and first != mark(job.profile):
        raise NotScheduled(
            f"{path} is of the profile {first.removeprefix(ours)}",
            hint="remove that schedule first; or, if both are in use, write an `id` of its own into"
            " one of the two profiles",
        )


def _going(edits: Sequence[FileEdit]) -> set[str]:
    return {edit.place for edit in edits if edit.after is None}
