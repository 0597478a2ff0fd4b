"""Findings of the doctor, and the context that every check is given."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from paperlark.domain.errors import PaperlarkError
from paperlark.settings import Settings
from paperlark.settings.environment import Environment


class Severity(StrEnum):
    """How severe a finding is."""

    OK = "ok"
    NOTE = "note"
    """Nothing is wrong; the reader may want to know."""
    WARNING = "warning"
    """Pages are made, but something about them will be degraded."""
    ERROR = "error"
    """There will be no page, or it will not be delivered."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding, in a line; `hint` is what to do, None where there is nothing to do."""

    check: str
    severity: Severity
    found: str
    hint: str | None = None


_EXIT_CODES = {Severity.ERROR: 1, Severity.WARNING: 3}


def exit_code(findings: Iterable[Finding]) -> int:
    """Return the exit code of a checkup: 1 with an error, 3 with a warning, else 0."""
    there = {finding.severity for finding in findings}
    return next((code for severity, code in _EXIT_CODES.items() if severity in there), 0)


@dataclass(frozen=True, slots=True)
class Stamp:
    """The time on a server's clock when ours showed `here`."""

    server: str
    there: datetime
    here: datetime


@dataclass(frozen=True, slots=True)
class CheckContext:
    """One profile in its environment.

    `offline` makes no request. `may_ask_model` is given the cost of a request to the model and
    returns whether to send it. `stamps` collects the servers' clock times.
    """

    profile: Path
    settings: Settings
    environment: Environment
    offline: bool
    may_ask_model: Callable[[str], bool]
    stamps: list[Stamp] = field(default_factory=list)


def ok(check: str, found: str) -> Finding:
    """Return a finding that this is in order."""
    return Finding(check, Severity.OK, found)


def note(check: str, found: str, hint: str | None = None) -> Finding:
    """Return a finding that the reader may want to know."""
    return Finding(check, Severity.NOTE, found, hint)


def warning(check: str, found: str, hint: str | None = None) -> Finding:
    """Return a finding that degrades the page."""
    return Finding(check, Severity.WARNING, found, hint)


def error(check: str, found: str, hint: str | None = None) -> Finding:
    """Return a finding that prevents the page."""
    return Finding(check, Severity.ERROR, found, hint)


def trouble(check: str, found: PaperlarkError, severity: Severity = Severity.ERROR) -> Finding:
    """Return one of our errors as a finding."""
    return Finding(check, severity, found.problem, found.hint)
