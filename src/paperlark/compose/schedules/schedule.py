"""What a schedule would change, and changing it: only what paperlark wrote is ever touched."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from paperlark.domain.errors import NotScheduled
from paperlark.schedule.job import Job
from paperlark.schedule.times import Clock
from paperlark.settings import Settings
from paperlark.settings.needed_secrets import needed_secrets


@dataclass(frozen=True, slots=True)
class Edit:
    """A place's text before and after, None where there is none; `shown` is what is ours in it."""

    place: str
    before: str | None
    after: str | None
    shown: str


@dataclass(frozen=True, slots=True)
class Standing:
    """What is set now, where, and when it starts; no clocks where it runs all the time."""

    place: str
    starts: tuple[Clock, ...]


class Schedule(Protocol):
    """A way to have mornings made by themselves."""

    def setting(self) -> tuple[Edit, ...]:
        """Give what would change for it to be set; raises NotScheduled."""
        ...

    def removing(self) -> tuple[Edit, ...]:
        """Give what would change for it to be gone; raises NotScheduled."""
        ...

    def make(self, edits: Sequence[Edit]) -> tuple[str, ...]:
        """Change it, and say what the reader must know; raises NotScheduled."""
        ...

    def standing(self) -> tuple[Standing, ...]:
        """Give what is set now; raises NotScheduled."""
        ...


def job_of(profile: Path, settings: Settings, python: Path) -> Job:
    """Give a reader's morning; `python` is the one that has paperlark."""
    return Job(
        name=settings.profile.name,
        profile=profile.absolute(),
        pages=settings.output,
        database=settings.database,
        site=settings.site.folder,
        python=python,
        secrets=tuple(dict.fromkeys(one.name for one in needed_secrets(settings))),
    )


def lost_job(profile: Path, python: Path) -> Job:
    """Give the morning of a profile that is gone: enough to take its schedule away."""
    there = profile.absolute()
    home = there.parent
    return Job(there.stem, there, home, home, home, python)


def file_edits(texts: Mapping[Path, str | None], mark: str) -> tuple[Edit, ...]:
    """Give the edits that make these files so, None for a file that goes.

    Raises NotScheduled where one is there that does not begin with `mark`.
    """
    edits = []
    for path, after in texts.items():
        before = read_file(path)
        if before is not None and not before.startswith(mark):
            raise NotScheduled(
                f"{path} was not written by paperlark", mend="move it away, or change it by hand"
            )
        if before != after:
            edits.append(Edit(str(path), before, after, after or ""))
    return tuple(edits)


def read_file(path: Path) -> str | None:
    """Read a file, None where there is none; raises NotScheduled."""
    try:
        return path.read_text("utf-8", errors="surrogateescape")
    except FileNotFoundError:
        return None
    except OSError as error:
        raise NotScheduled(f"{path} cannot be read ({error.strerror})") from error


def make_files(edits: Sequence[Edit]) -> None:
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
