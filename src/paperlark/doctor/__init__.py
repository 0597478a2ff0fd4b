"""Run every check of a profile; nothing is sent, paid or changed without consent.

A check that fails does not stop the others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from paperlark.doctor.arxiv import check_arxiv, check_network, check_people
from paperlark.doctor.deliveries import check_deliveries, check_schedule
from paperlark.doctor.findings import CheckContext, Finding, error, trouble
from paperlark.doctor.machine import check_clock, check_database, check_disk, check_versions
from paperlark.doctor.model import check_model
from paperlark.doctor.people import check_followed
from paperlark.doctor.places import check_places
from paperlark.doctor.profile import check_profile, check_secrets, problems
from paperlark.doctor.readers import check_readers, identified
from paperlark.doctor.zotero import check_zotero
from paperlark.domain.errors import PaperlarkError, ProfileError
from paperlark.settings import load_settings
from paperlark.settings.environment import Environment

Check = Callable[[CheckContext], Iterator[Finding]]

_CHECKS: tuple[tuple[str, Check], ...] = (
    ("profile", check_profile),
    ("secrets", check_secrets),
    ("database", check_database),
    ("readers", check_readers),
    ("followed authors", check_followed),
    ("disk", check_disk),
    ("network", check_network),
    ("arXiv", check_arxiv),
    ("time", check_clock),
    ("model", check_model),
    ("people", check_people),
    ("deliveries", check_deliveries),
    ("Zotero", check_zotero),
    ("saved papers", check_places),
    ("schedule", check_schedule),
    ("versions", check_versions),
)


@dataclass(frozen=True, slots=True)
class Group:
    """The findings of one check."""

    name: str
    findings: tuple[Finding, ...]


def examine(
    profile: Path,
    environment: Environment,
    *,
    offline: bool = False,
    may_ask_model: Callable[[str], bool] = lambda _: False,
) -> Iterator[Group]:
    """Run all checks, and yield findings as they come.

    `offline` makes no request. `may_ask_model` is given the cost of a request to the model and
    returns whether to send it.
    """
    try:
        settings = identified(load_settings(profile))
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
        yield error(name, f"cannot be checked ({failed.strerror or type(failed).__name__})")
