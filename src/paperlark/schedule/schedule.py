"""What a schedule would change, and changing it: only what paperlark wrote is ever touched."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from paperlark.domain.errors import NotScheduled
from paperlark.schedule.job import ScheduledJob
from paperlark.schedule.times import SchedulerClock
from paperlark.settings import Settings
from paperlark.settings.secrets import needed_secrets


@dataclass(frozen=True, slots=True)
class FileEdit:
    """A place's text before and after, None where there is none; `shown` is what is ours in it."""

    place: str
    before: str | None
    after: str | None
    shown: str


@dataclass(frozen=True, slots=True)
class ScheduleStatus:
    """What is set now, where, and when it starts; no clocks where it runs all the time."""

    place: str
    starts: tuple[SchedulerClock, ...]


class Schedule(Protocol):
    """A way to have mornings made by themselves."""

    def setting(self) -> tuple[FileEdit, ...]:
        """Return what would change for it to be set; raises NotScheduled."""
        ...

    def removing(self) -> tuple[FileEdit, ...]:
        """Return what would change for it to be gone; raises NotScheduled."""
        ...

    def make(self, edits: Sequence[FileEdit]) -> tuple[str, ...]:
        """Change it, and say what the reader must know; raises NotScheduled."""
        ...

    def standing(self) -> tuple[ScheduleStatus, ...]:
        """Return what is set now; raises NotScheduled."""
        ...


def job_of(profile: Path, settings: Settings, python: Path) -> ScheduledJob:
    """Return a reader's morning; `python` is the one that has paperlark."""
    return ScheduledJob(
        name=settings.profile.name,
        profile=profile.absolute(),
        pages=settings.output,
        database=settings.database,
        site=settings.site.folder,
        python=python,
        secrets=tuple(dict.fromkeys(one.name for one in needed_secrets(settings))),
    )


def lost_job(profile: Path, python: Path) -> ScheduledJob:
    """Return the morning of a profile that is gone: enough to take its schedule away."""
    there = profile.absolute()
    home = there.parent
    return ScheduledJob(there.stem, there, home, home, home, python)


def file_edits(texts: Mapping[Path, str | None], mark: str) -> tuple[FileEdit, ...]:
    """Return the edits that make these files so, None for a file that goes.

    Raises NotScheduled where one is there that does not begin with `mark`.
    """
    edits = []
    for path, after in texts.items():
        before = read_file(path)
        if before is not None and not before.startswith(mark):
            raise NotScheduled(
                f"{path} was not written by paperlark", hint="move it away, or change it by hand"
            )
        if before != after:
            edits.append(FileEdit(str(path), before, after, after or ""))
    return tuple(edits)


def read_file(path: Path) -> str | None:
    """Read a file, None where there is none; raises NotScheduled."""
    try:
        return path.read_text("utf-8", errors="surrogateescape")
    except FileNotFoundError:
        return None
    except OSError as error:
        raise NotScheduled(f"{path} cannot be read ({error.strerror})") from error


def make_files(edits: Sequence[FileEdit]) -> None:
    """Write and remove files; raises NotScheduled."""
    for edit in edits:
        path = Path(edit.place)
        try:
            if edit.after is None:
                path.unlink()
                continue
            path.parent.mkdir(parents=True, exist_ok=True)
            beside = path.with_name(f"{path.name}.new")
            beside.write_text(edit.after, "utf-8")
            beside.replace(path)
        except OSError as error:
            raise NotScheduled(f"{path} cannot be changed ({error.strerror})") from error


_PATIENCE = 60


@dataclass(frozen=True, slots=True)
class Ran:
    """What a program said, whether it did what it was to do, and else why not."""

    well: bool
    out: str
    problem: str


class Programs:
    """Runs programs in an environment."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment

    def has(self, name: str) -> bool:
        """Return whether there is such a program."""
        return self._path(name) is not None

    def run(self, name: str, *arguments: str, text: str = "") -> Ran:
        """Run a program on a text; raises NotScheduled where there is none."""
        path = self._path(name)
        if path is None:
            raise NotScheduled(
                f"there is no {name} on this machine", hint="see: paperlark schedule --help"
            )
        try:
            done = subprocess.run(  # noqa: S603  # a program of the system's, its words ours
                [path, *arguments],
                input=text,
                capture_output=True,
                text=True,
                check=False,
                encoding="utf-8",
                errors="surrogateescape",
                env=dict(self._environment),
                timeout=_PATIENCE,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise NotScheduled(f"{name} does not run ({error})") from error
        # What comes last is why; before it they tell what they did.
        problem = done.stderr.strip().rpartition("\n")[2]
        return Ran(done.returncode == 0, done.stdout, problem)

    def _path(self, name: str) -> str | None:
        return shutil.which(name, path=self._environment.get("PATH", ""))
