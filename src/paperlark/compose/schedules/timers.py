"""Mornings from the reader's own systemd."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import time
from pathlib import Path

from paperlark.compose.schedules.programs import Programs
from paperlark.compose.schedules.schedule import Edit, Standing, file_edits, make_files, read_file
from paperlark.compose.world import World
from paperlark.domain.calendar import today
from paperlark.domain.errors import NotScheduled
from paperlark.schedule.job import Job
from paperlark.schedule.systemd import MIDNIGHT, OLDEST, mark, starts_of, units
from paperlark.schedule.times import Clock, clocks
from paperlark.site.addresses import slug

_LINGER = "it runs while you are logged in; for always: loginctl enable-linger"


@dataclass(frozen=True, slots=True)
class SystemdSchedule:
    """A timer for each job, at a time of this machine's clock or by New York's."""

    jobs: Sequence[Job]
    world: World
    at: time | None = None

    def setting(self) -> tuple[Edit, ...]:
        """Give the units; those of a profile that had another name go."""
        self._require_young()
        return tuple(edit for job in self.jobs for edit in self._setting(job))

    def removing(self) -> tuple[Edit, ...]:
        """Give the units that are there as going."""
        gone = {path: None for job in self.jobs for path in self._there(job)}
        return file_edits(gone, "")

    def make(self, edits: Sequence[Edit]) -> tuple[str, ...]:
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
        return (*notes, _LINGER) if wanted else notes

    def standing(self) -> tuple[Standing, ...]:
        """Give the timers that are there."""
        timers = [path for job in self.jobs for path in self._there(job) if path.suffix == ".timer"]
        zone = self.world.zone()
        return tuple(Standing(str(one), starts_of(read_file(one) or "", zone)) for one in timers)

    def _setting(self, job: Job) -> tuple[Edit, ...]:
        texts = units(job, _unit(job), self._starts())
        wanted = {self._folder / name: text for name, text in texts.items()}
        for path in wanted:
            _require_same(path, read_file(path) or "", job)
        stale = {path: None for path in self._there(job) if path not in wanted}
        return file_edits({**wanted, **stale}, f"{mark(job.profile)}\n")

    def _there(self, job: Job) -> Iterator[Path]:
        first = mark(job.profile) + "\n"
        found = sorted(self._folder.glob("paperlark-*.*"))
        return (path for path in found if (read_file(path) or "").startswith(first))

    def _starts(self) -> tuple[Clock, ...]:
        if self.at is None:
            return (MIDNIGHT,)
        zone = self.world.zone()
        return clocks(today(self.world.now()), at=self.at, local=zone, scheduler=zone)

    def _systemctl(self, commands: Sequence[Sequence[str]]) -> Iterator[str]:
        for arguments in commands:
            command = " ".join(("systemctl", "--user", *arguments))
            if not self._programs.has("systemctl"):
                yield f"run where systemd is: {command}"
                continue
            ran = self._programs.run("systemctl", "--user", *arguments)
            if not ran.well:
                yield f"run this yourself, systemd was not reached ({ran.problem}): {command}"

    def _require_young(self) -> None:
        if not self._programs.has("systemctl"):
            return
        found = re.match(r"systemd (\d+)", self._programs.run("systemctl", "--version").out)
        if found and int(found[1]) < OLDEST:
            raise NotScheduled(
                f"systemd {found[1]} is too old, {OLDEST} is needed",
                mend="use cron: paperlark schedule cron",
            )

    @property
    def _folder(self) -> Path:
        environment = self.world.environment
        home = Path(environment.get("HOME") or Path.home())
        return Path(environment.get("XDG_CONFIG_HOME") or home / ".config") / "systemd" / "user"

    @property
    def _programs(self) -> Programs:
        return Programs(self.world.environment)


def _unit(job: Job) -> str:
    return f"paperlark-{slug(job.name)}"


def _require_same(path: Path, text: str, job: Job) -> None:
    """Make sure that a unit of ours is of this very profile; raises NotScheduled."""
    ours, _, _ = mark(job.profile).partition(str(job.profile))
    first = text.partition("\n")[0]
    if first.startswith(ours) and first != mark(job.profile):
        raise NotScheduled(
            f"{path} is of the profile {first.removeprefix(ours)}",
            mend="give one of the two profiles another name",
        )


def _going(edits: Sequence[Edit]) -> set[str]:
    return {edit.place for edit in edits if edit.after is None}
