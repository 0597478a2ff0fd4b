"""What a run needs to know, read once and frozen."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from paperlark.domain.profile import Profile


@dataclass(frozen=True, slots=True)
class ModelSettings:
    """Which model judges, and where it is served.

    `key_variable` names the environment variable that holds the key; None where the server
    wants none.
    """

    model: str
    base_url: str
    key_variable: str | None
    batch_size: int
    parallel: int
    timeout: float


@dataclass(frozen=True, slots=True)
class Settings:
    """A profile and where its things are; every path is absolute. `model` None: no judge."""

    profile: Profile
    model: ModelSettings | None
    output: Path
    database: Path
    rss_url: str
    contact: str | None
