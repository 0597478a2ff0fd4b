"""What a check is given: the profile, the world, and how far it may go."""

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
    """What a server's clock said when ours said `here`."""

    server: str
    there: datetime
    here: datetime


@dataclass(frozen=True, slots=True)
class CheckContext:
    """One profile in its world.

    `offline` asks nobody outside. `may_ask_model` is told what a question to the model costs, and
    says whether to put it. `stamps` collects what servers' clocks said in their answers.
    """

    profile: Path
    settings: Settings
    environment: Environment
    offline: bool
    may_ask_model: Callable[[str], bool]
    stamps: list[Stamp] = field(default_factory=list)


def ok(check: str, found: str) -> Finding:
    """Say that all is well with it."""
    return Finding(check, Severity.OK, found)


def note(check: str, found: str, hint: str | None = None) -> Finding:
    """Say what the reader may want to know."""
    return Finding(check, Severity.NOTE, found, hint)


def warning(check: str, found: str, hint: str | None = None) -> Finding:
    """Say what will not be as it should."""
    return Finding(check, Severity.WARNING, found, hint)


def error(check: str, found: str, hint: str | None = None) -> Finding:
    """Say what there will be no page for."""
    return Finding(check, Severity.ERROR, found, hint)


def trouble(check: str, found: PaperlarkError, severity: Severity = Severity.ERROR) -> Finding:
    """Give an error of ours as a finding."""
    return Finding(check, severity, found.problem, found.hint)
