"""A reader's morning to be scheduled."""

from __future__ import annotations

import sys
from pathlib import Path

from paperlark.schedule.job import ScheduledJob


def a_job(
    profile: Path = Path("/home/ada/papers/paperlark.toml"),
    *,
    name: str = "Bats",
    python: Path = Path(sys.executable),
    secrets: tuple[str, ...] = ("OPENAI_API_KEY",),
) -> ScheduledJob:
    """Return the morning of a profile whose things lie beside it."""
    home = profile.parent
    return ScheduledJob(
        name=name,
        profile=profile,
        pages=home / "pages",
        database=home / "paperlark.db",
        site=home / "site",
        python=python,
        secrets=secrets,
    )
