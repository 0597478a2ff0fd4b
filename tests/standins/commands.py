"""What a test of the command line calls."""

from __future__ import annotations

from typing import Protocol

from click.testing import Result


class Paperlark(Protocol):
    """Runs `paperlark` with these arguments in a folder of its own."""

    def __call__(self, *arguments: str) -> Result:
        """Give output and exit code."""
        ...
