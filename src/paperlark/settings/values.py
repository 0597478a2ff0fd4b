"""What a run needs to know, read once and frozen."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from paperlark.domain.profile import Profile
from paperlark.domain.spending import NO_BOUND, Budget, Prices


@dataclass(frozen=True, slots=True)
class ModelSettings:
    """Which model judges, and where it is served.

    `key_variable` names the environment variable that holds the key; None where the server
    wants none. `batch_size` None has the model's limits decide, and `context` is how many tokens
    of question and answer it holds, None where its name tells. `batch` leaves questions with the
    server's batch service. `prices` None has the public price list decide.
    """

    model: str
    base_url: str
    key_variable: str | None
    batch_size: int | None
    parallel: int
    timeout: float
    requests_per_minute: int | None = None
    tokens_per_minute: int | None = None
    context: int | None = None
    batch: bool = False
    prices: Prices | None = None
    budget: Budget = NO_BOUND


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
