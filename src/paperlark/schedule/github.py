"""A GitHub workflow for the reader's repository: pages, database, site and alarm.

Names from outside come into it as values of variables, in quotes, and never into a script.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from datetime import UTC
from pathlib import Path

from paperlark.domain.errors import NotScheduled
from paperlark.schedule.cron import cron_time
from paperlark.schedule.cron import starts_of as read_lines
from paperlark.schedule.job import MARK, ScheduledJob, fill, require_printable, secret_names
from paperlark.schedule.times import SchedulerClock

WORKFLOW = Path(".github/workflows/paperlark.yml")
MARK_LINE = f"# {MARK} github`"
PYTHON = "3.12"
_PATH = re.compile(r"[\w ./@+=,-]+")
_CRON = re.compile(r'cron: "(\d+ \d+ \* \* [0-6,-]+)"')


def workflow(
    jobs: Sequence[ScheduledJob],
    repository: Path,
    starts: Sequence[SchedulerClock],
    requirement: str,
    *,
    site: bool,
) -> str:
    """Return the workflow of all these readers; `requirement` is what pip installs.

    Raises NotScheduled where something cannot stand in it.
    """
    _require_free(secret_names(jobs))
    databases = dict.fromkeys(_within(repository, job.database) for job in jobs)
    blanks = {
        "mark": MARK_LINE,
        "crons": [cron_time(clock) for clock in starts],
        "profiles": _text(*(_within(repository, job.profile) for job in jobs)),
        "pages": _text(*(_within(repository, job.pages) for job in jobs)),
        "stores": _text(*(f"{one}{end}" for one in databases for end in ("", "-wal"))),
        "site": _text(_within(repository, jobs[0].site)) if site else None,
        "requirement": _text(requirement),
        "python": PYTHON,
        "secrets": secret_names(jobs),
    }
    return fill("workflow.yml", blanks)


def starts_of(text: str) -> tuple[SchedulerClock, ...]:
    """Parse the start times of a workflow."""
    return read_lines("\n".join(_CRON.findall(text)), UTC)


def _require_free(names: Sequence[str]) -> None:
    for name in names:
        if name.upper().startswith("GITHUB_"):
            raise NotScheduled(
                f"GitHub accepts no secret named {name!r}",
                hint="choose a name that does not begin with GITHUB_",
            )


def _within(repository: Path, path: Path) -> str:
    """Return a path relative to the repository; raises NotScheduled for an unsafe one."""
    try:
        inside = path.relative_to(repository).as_posix()
    except ValueError as error:
        raise NotScheduled(
            f"{path} is not in the repository {repository}",
            hint="GitHub sees only the repository: move it there",
        ) from error
    if not _PATH.fullmatch(inside):
        raise NotScheduled(
            f"{inside!r} cannot be written into a workflow",
            hint="use letters, digits, spaces and ./@+=,-_ in names of files and folders",
        )
    return f"./{inside}" if inside.startswith("-") else inside


def _text(*lines: str) -> str:
    """Quote a value so that GitHub evaluates nothing in it: JSON strings are YAML strings."""
    require_printable(*lines)
    for line in lines:
        if "${{" in line:
            raise NotScheduled(f"{line!r} would be evaluated by GitHub", hint="choose another name")
    return json.dumps("\n".join(lines), ensure_ascii=False)
