"""The run that holds a lock, as its note says."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, datetime

from paperlark.domain.database_place import DatabasePlace
from paperlark.domain.errors import RunHangs, StoreBusy

_LATE = 900.0
"""Seconds beyond its own limit after which a run is taken to hang: it ends itself before."""


@dataclass(frozen=True, slots=True)
class LockHolder:
    """A run: its process, when it started, and the seconds that it takes at most.

    `host` is empty where it is this one. Of a run without a note nothing is known.
    """

    process: int | None = None
    started: datetime | None = None
    at_most: float = math.inf
    host: str = ""

    @property
    def name(self) -> str:
        """Who it is."""
        if self.started is None:
            return "another run"
        where = f" on {self.host}" if self.host else ""
        return f"process {self.process}{where}, started {self.started:%Y-%m-%d %H:%M:%S} UTC"

    def check(self, database: DatabasePlace) -> None:
        """Raise RunHangs where it holds the lock for longer than a run may."""
        if self.started is None or self.process is None:
            return
        held = (datetime.now(UTC) - self.started).total_seconds()
        if held > self.at_most + _LATE:
            where = f" on {self.host}" if self.host else ""
            raise RunHangs(
                f"{self.name}, hangs: it is at work on {database} for longer than a run may",
                hint=f"end it{where} (kill -9 {self.process}) and run this again;"
                " what it paid for is kept",
            )

    def busy(self, database: DatabasePlace) -> StoreBusy:
        """Return the error of who did not want to wait any longer."""
        return StoreBusy(
            f"{self.name} is at work on {database}",
            hint="wait until it has finished; if it hangs, end that process",
        )
