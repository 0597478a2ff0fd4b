"""What a check is given, and how it reports."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from paperlark.doctor.findings import Finding, Severity
from paperlark.domain.errors import PaperlarkError
from paperlark.settings import Settings
from paperlark.settings.environment import Environment


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
