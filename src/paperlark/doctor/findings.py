"""What a check of the whole set-up found: one finding a thing, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How bad it is."""

    OK = "ok"
    NOTE = "note"
    """Nothing is wrong, and the reader may want to know."""
    WARNING = "warning"
    """Pages are made, and something about them will not be as it should."""
    ERROR = "error"
    """There will be no page, or it will not be brought."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found of one thing, in a line; `mend` is what to do, None where nothing is."""

    check: str
    severity: Severity
    found: str
    hint: str | None = None


_EXIT_CODES = {Severity.ERROR: 1, Severity.WARNING: 3}


def exit_code(findings: Iterable[Finding]) -> int:
    """Give the exit code of a checkup: 1 with an error, 3 with a warning, else 0."""
    there = {finding.severity for finding in findings}
    return next((code for severity, code in _EXIT_CODES.items() if severity in there), 0)
