"""The system's own programs: found on the reader's path, run, and their words kept."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass

from paperlark.domain.errors import NotScheduled

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
        """Say whether there is such a program."""
        return self._path(name) is not None

    def run(self, name: str, *arguments: str, text: str = "") -> Ran:
        """Run a program on a text; raises NotScheduled where there is none."""
        path = self._path(name)
        if path is None:
            raise NotScheduled(
                f"there is no {name} on this machine", mend="see: paperlark schedule --help"
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
