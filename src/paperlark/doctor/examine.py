"""A profile in, findings about all that a page needs out; nothing is sent, paid or changed unasked.

Each file looks at one kind of thing. No check ends the others, whatever it meets.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from paperlark.doctor.arxiv import check_arxiv, check_people
from paperlark.doctor.context import CheckContext, error, trouble
from paperlark.doctor.deliveries import check_deliveries, check_schedule
from paperlark.doctor.findings import Finding
from paperlark.doctor.machine import check_clock, check_database, check_disk, check_versions
from paperlark.doctor.model import check_model
from paperlark.doctor.profile import check_profile, check_secrets, problems
from paperlark.domain.errors import PaperlarkError, ProfileError
from paperlark.settings import load_settings
from paperlark.settings.environment import Environment

Check = Callable[[CheckContext], Iterator[Finding]]

_CHECKS: tuple[tuple[str, Check], ...] = (
    ("profile", check_profile),
    ("secrets", check_secrets),
    ("database", check_database),
    ("disk", check_disk),
    ("arXiv", check_arxiv),
    ("time", check_clock),
    ("model", check_model),
    ("people", check_people),
    ("deliveries", check_deliveries),
    ("schedule", check_schedule),
    ("versions", check_versions),
)


@dataclass(frozen=True, slots=True)
class Group:
    """What was found of one kind of thing."""

    name: str
    findings: tuple[Finding, ...]


def examine(
    profile: Path,
    environment: Environment,
    *,
    offline: bool = False,
    may_ask_model: Callable[[str], bool] = lambda _: False,
) -> Iterator[Group]:
    """Check everything, and give what was found as it is found.

    `offline` asks nobody outside. `may_ask_model` is told what a question to the model costs, and
    says whether to put it.
    """
    try:
        settings = load_settings(profile)
    except ProfileError as failed:
        yield Group("profile", tuple(problems(failed)))
        return
    context = CheckContext(profile, settings, environment, offline, may_ask_model)
    for name, check in _CHECKS:
        yield Group(name, tuple(_found(name, check, context)))


def _found(name: str, check: Check, context: CheckContext) -> Iterator[Finding]:
    try:
        yield from check(context)
    except PaperlarkError as failed:
        yield trouble(name, failed)
    except OSError as failed:
        yield error(name, f"cannot be looked at ({failed.strerror or type(failed).__name__})")
