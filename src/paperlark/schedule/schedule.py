"""Plan and apply changes of a schedule; only what paperlark wrote is ever changed."""

from __future__ import annotations

import hashlib
import shlex
import shutil
import subprocess
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from paperlark.domain.database_place import file_beside
from paperlark.domain.errors import NotScheduled
from paperlark.schedule.job import ScheduledJob
from paperlark.schedule.times import SchedulerClock
from paperlark.settings import Settings
from paperlark.settings.secrets import needed_secrets


@dataclass(frozen=True, slots=True)
class FileEdit:
    """A text before and after, None where absent; `shown` is the part that paperlark wrote.

    Where a file is no text, they are lines about it. `content` is what a file will hold.
    """

    place: str
    before: str | None
    after: str | None
    shown: str
    content: bytes | None = None


@dataclass(frozen=True, slots=True)
class ScheduleStatus:
    """What is scheduled, where, and when it starts; no start times where it runs continuously."""

    place: str
    starts: tuple[SchedulerClock, ...]


class Schedule(Protocol):
    """A scheduler: systemd, cron, launchd, Windows, GitHub or Docker."""

    def setting(self) -> tuple[FileEdit, ...]:
        """Return the edits that set the schedule; raises NotScheduled."""
        ...

    def removing(self) -> tuple[FileEdit, ...]:
        """Return the edits that remove the schedule; raises NotScheduled."""
        ...

    def make(self, edits: Sequence[FileEdit]) -> tuple[str, ...]:
        """Apply the edits, and return what the reader must know; raises NotScheduled."""
        ...

    def standing(self) -> tuple[ScheduleStatus, ...]:
        """Return what is scheduled now; raises NotScheduled."""
        ...


def job_of(profile: Path, settings: Settings, python: Path) -> ScheduledJob:
    """Return the job of a profile; `python` is the interpreter that has paperlark."""
    return ScheduledJob(
        name=settings.profile.title,
        id=settings.profile.id,
        profile=profile.absolute(),
        pages=settings.output,
        database=file_beside(settings.database, ""),
        site=settings.site.folder,
        python=python,
        secrets=tuple(dict.fromkeys(one.name for one in needed_secrets(settings))),
    )


def lost_job(profile: Path, python: Path) -> ScheduledJob:
    """Return the job of a deleted profile: enough to remove its schedule."""
    there = profile.absolute()
    home = there.parent
    return ScheduledJob(there.stem, there, home, home, home, python, id=there.stem)


def file_edits(
    texts: Mapping[Path, str | None], mark: str, encoding: str = "utf-8"
) -> tuple[FileEdit, ...]:
    """Return the edits that write these files; None deletes a file.

    Raises NotScheduled where one is there that does not begin with `mark`.
    """
    edits = []
    for path, after in texts.items():
        before = read_file(path, encoding)
        if before is not None and not before.startswith(mark):
            raise NotScheduled(
                f"{path} was not written by paperlark", hint="move it away, or edit it by hand"
            )
        if before != after:
            content = None if after is None else after.encode(encoding, "surrogateescape")
            edits.append(FileEdit(str(path), before, after, after or "", content))
    return tuple(edits)


def read_file(path: Path, encoding: str = "utf-8") -> str | None:
    """Read a file, None where there is none; raises NotScheduled."""
    try:
        return path.read_text(encoding, errors="surrogateescape")
    except FileNotFoundError:
        return None
    except OSError as error:
        raise NotScheduled(f"{path} cannot be read ({error.strerror})") from error
    except UnicodeError:
        return ""


def binary_edits(path: Path, content: bytes | None, *, ours: bool) -> tuple[FileEdit, ...]:
    """Return the edit that writes a file which is no text; None deletes it.

    Raises NotScheduled where another one is there that is not `ours`.
    """
    try:
        there = path.read_bytes()
    except FileNotFoundError:
        there = None
    except OSError as error:
        raise NotScheduled(f"{path} cannot be read ({error.strerror})") from error
    if there == content:
        return ()
    if there is not None and not ours:
        raise NotScheduled(f"{path} was not written by paperlark", hint="move it away")
    before, after = _about(there), _about(content)
    return (FileEdit(str(path), before, after, after or "", content),)


def _about(content: bytes | None) -> str | None:
    if content is None:
        return None
    return f"{len(content):,} bytes, SHA-256 {hashlib.sha256(content).hexdigest()}"


def make_files(edits: Sequence[FileEdit]) -> None:
    """Write and delete files; raises NotScheduled."""
    for edit in edits:
        path = Path(edit.place)
        try:
            if edit.content is None:
                path.unlink()
                continue
            path.parent.mkdir(parents=True, exist_ok=True)
            beside = path.with_name(f"{path.name}.new")
            beside.write_bytes(edit.content)
            beside.replace(path)
        except OSError as error:
            raise NotScheduled(f"{path} cannot be changed ({error.strerror})") from error


_PATIENCE = 60


@dataclass(frozen=True, slots=True)
class Ran:
    """The output of a program, whether it succeeded, and the problem if not."""

    well: bool
    out: str
    problem: str


class Programs:
    """Runs programs with given environment variables."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment

    def has(self, name: str) -> bool:
        """Return whether a program is installed."""
        return self._path(name) is not None

    def run(self, name: str, *arguments: str, text: str = "") -> Ran:
        """Run a program with a text as input; raises NotScheduled where it is not installed."""
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

    def tell(
        self,
        system: str,
        name: str,
        commands: Iterable[Sequence[str]],
        join: Callable[[Sequence[str]], str] = shlex.join,
    ) -> Iterator[str]:
        """Run a program that a system is told by; yield commands that have to be run by hand."""
        for arguments in commands:
            command = join((name, *arguments))
            if not self.has(name):
                yield f"run where {system} is: {command}"
                continue
            ran = self.run(name, *arguments)
            if not ran.well:
                yield f"run this yourself, {system} was not reached ({ran.problem}): {command}"

    def _path(self, name: str) -> str | None:
        return shutil.which(name, path=self._environment.get("PATH", ""))
