"""A python whose paperlark lives at a time of the test's: `CLOCKED=2025-02-26T12:00:00+00:00`.

A scheduled job is run with it as it is written: `python -m paperlark ...`.
"""

from __future__ import annotations

import os
import shlex
import sys
from datetime import UTC, datetime
from pathlib import Path

from paperlark.cli import cli
from paperlark.settings.environment import Environment
from standins.watches import FakeWatch


def program(folder: Path, name: str) -> Path:
    """Write a program that does as a python with our paperlark in it does, and give its path."""
    path = folder / name
    tests = Path(__file__).parent.parent
    path.write_text(
        f"#!/bin/sh\nPYTHONPATH={shlex.quote(str(tests))}"
        f' exec {shlex.quote(sys.executable)} -m standins.clocked "$@"\n'
    )
    path.chmod(0o755)
    return path


def main() -> None:
    """Run paperlark's command line at that time, where nobody ever waits."""
    rate_limit_clock = FakeWatch(clock=datetime.fromisoformat(os.environ["CLOCKED"]).timestamp())
    environment = Environment(
        now=lambda: datetime.fromtimestamp(rate_limit_clock.clock, UTC),
        sleep=rate_limit_clock.sleep,
        rate_limit_clock=rate_limit_clock.rate_limit_clock,
    )
    arguments = sys.argv[1:]
    if arguments[:2] == ["-m", "paperlark"]:
        arguments = arguments[2:]
    cli.main(arguments, prog_name="paperlark", obj=environment)


if __name__ == "__main__":
    main()
