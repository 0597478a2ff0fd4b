"""What this paperlark is made of."""

from __future__ import annotations

import platform
import sqlite3
from collections.abc import Iterator

from paperlark import __version__
from paperlark.compose.doctor.patient import Patient, ok
from paperlark.domain.checkup import Finding


def check_versions(_patient: Patient) -> Iterator[Finding]:
    """Name the versions, for whoever reports a fault."""
    yield ok("paperlark", __version__)
    yield ok("Python", f"{platform.python_version()} on {platform.system()} {platform.machine()}")
    yield ok("SQLite", sqlite3.sqlite_version)
