"""Findings of the doctor: what was found, how severe it is, what to do."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


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
