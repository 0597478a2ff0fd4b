"""Units of a user's systemd: a timer, what it starts, and what that starts where it breaks down.

systemd knows New York's clock, starts what was slept through, and tries again what failed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import time, tzinfo
from pathlib import Path

from paperlark.domain.calendar import NEW_YORK
from paperlark.domain.errors import NotScheduled
from paperlark.schedule.job import ALARM, MARK, Job, require_printable
from paperlark.schedule.times import Clock, runs

OLDEST = 244
"""The first systemd that tries a oneshot again, and has a way to leave `$` alone."""
MIDNIGHT = Clock(time(0, 20), (0, 1, 2, 3, 4), NEW_YORK)
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
# A page that says what is missing is a page.
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
TimeoutStartSec=10min
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
    """Give the first line of every unit of that profile."""
    return f"# {MARK} systemd` for {profile}"


def units(job: Job, unit: str, starts: Sequence[Clock] = (MIDNIGHT,)) -> Mapping[str, str]:
    """Give the units by their file names; the timer is `unit`.timer.

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


def starts_of(timer: str, local: tzinfo) -> tuple[Clock, ...]:
    """Read a timer's clocks back; those without a zone are in `local`."""
    return tuple(
        Clock(
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


def _on_calendar(clock: Clock) -> str:
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
            f"systemd cannot work in {text!r}", mend="give the folder another name, or use cron"
        )
    return _specified(text)


def _program(path: Path) -> str:
    if re.search(r"""["'\\]""", str(path)):
        raise NotScheduled(
            f"systemd starts no program at {path}", mend="install paperlark elsewhere, or use cron"
        )
    return str(path)
