"""A Docker image with paperlark and without the reader's data, and a compose file that runs it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path

from paperlark.domain.errors import NotScheduled
from paperlark.schedule.job import MARK, ScheduledJob, fill, require_printable, secret_names

MARK_LINE = f"# {MARK} docker`"
NAMES = ("Dockerfile", ".dockerignore", "compose.yaml")
_PYTHON = "3.12-slim-bookworm"
_REQUIREMENT = re.compile(r"[\w @:/.,+=<>~!\[\]-]+", re.ASCII)


def files(jobs: Mapping[str, ScheduledJob], folder: Path, requirement: str) -> Mapping[str, str]:
    """Return the files by their names; `jobs` are named by their services.

    The profiles lie in `folder`, which the containers see. Raises NotScheduled.
    """
    if not _REQUIREMENT.fullmatch(requirement):
        raise NotScheduled(f"{requirement!r} cannot be written into a Dockerfile")
    blanks = {
        "mark": MARK_LINE,
        "python": _PYTHON,
        "requirement": json.dumps(requirement),
        "services": [_service(name, job, folder) for name, job in jobs.items()],
        "secrets": secret_names(jobs.values()),
    }
    return {
        "Dockerfile": fill("Dockerfile", blanks),
        ".dockerignore": fill("dockerignore", blanks),
        "compose.yaml": fill("compose.yaml", blanks),
    }


def _service(name: str, job: ScheduledJob, folder: Path) -> Mapping[str, object]:
    return {
        "name": name,
        "profile": _text(_within(folder, job.profile)),
        "pages": _text(_within(folder, job.pages)),
        "secrets": secret_names((job,)),
    }


def _within(folder: Path, path: Path) -> str:
    """Return the path inside the container."""
    try:
        return f"/papers/{path.relative_to(folder).as_posix()}"
    except ValueError as error:
        raise NotScheduled(
            f"{path} is not in {folder}", hint="containers see only that folder: move it there"
        ) from error


def _text(text: str) -> str:
    """Quote a value for a compose file, where `$` begins a variable."""
    require_printable(text)
    return json.dumps(text.replace("$", "$$"), ensure_ascii=False)
