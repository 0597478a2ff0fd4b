"""What a test of the command line calls."""

from __future__ import annotations

from typing import Protocol

from click.testing import Result


class Paperlark(Protocol):
    """Runs `paperlark` with these arguments in a folder of its own."""

    def __call__(self, *arguments: str) -> Result:
        """Return output and exit code."""
        ...


class At(Protocol):
    """Runs a command at a time, such as `at("2025-02-26T12:00", "morning")`."""

    def __call__(self, when: str, *arguments: str) -> Result:
        """Return output and exit code."""
        ...
