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
class PeopleSettings:
    """Where to ask who an author is; `key_variable` names what may hold a key."""

    base_url: str
    key_variable: str


@dataclass(frozen=True, slots=True)
class ArxivSettings:
    """Where arXiv is asked, for how many seconds in all, and whom it may write to about that."""

    rss: str
    pages: str
    oai: str
    search: str
    patience: float
    contact: str | None


@dataclass(frozen=True, slots=True)
class Settings:
    """A profile and where its things are; every path is absolute.

    `model` None: no judge. `people` None: nobody needs to know who an author is.
    """

    profile: Profile
    model: ModelSettings | None
    people: PeopleSettings | None
    output: Path
    database: Path
    arxiv: ArxivSettings
