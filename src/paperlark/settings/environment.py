"""What settings do not say: what a command line chooses, and the world it runs in."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from paperlark.settings.redaction import remember_secret
from paperlark.settings.secrets import Keyring, Secrets

if TYPE_CHECKING:
    from paperlark.http.rate_limit import RateLimitClock


@dataclass(frozen=True, slots=True)
class RunOptions:
    """What a command line may choose beside the profile; None is as the profile says.

    `patience` is how many seconds to wait for another run on the same database, which `tell` is
    told of.
    """

    output: Path | None = None
    feeds: Path | None = None
    judgements: Path | None = None
    use_model: bool = True
    batch: bool | None = None
    notes: tuple[str, ...] = ()
    patience: float = 0.0
    tell: Callable[[str], object] = lambda _: None


def machine_zone(clock: Path = Path("/etc/localtime")) -> tzinfo:
    """Give the zone that this machine's schedulers live in, UTC where it names none."""
    # A shell may have another one in TZ; cron and systemd do not know of that.
    try:
        with clock.open("rb") as file:
            return ZoneInfo.from_file(file)
    except (OSError, ValueError):
        return UTC


@dataclass(frozen=True, slots=True)
class Environment:
    """What is outside of any program: its environment, the time, and waiting."""

    variables: Mapping[str, str] = field(default_factory=lambda: os.environ)
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    sleep: Callable[[float], object] = time.sleep
    rate_limit_clock: RateLimitClock | None = None
    keyring: Keyring | None = None
    zone: Callable[[], tzinfo] = machine_zone

    @property
    def secrets(self) -> Secrets:
        """Where secrets are found by their names."""
        return Secrets(self.variables, self.keyring)

    def secret(self, name: str) -> str | None:
        """Give a secret, None where nobody knows it; raises SecretUnusable."""
        found = self.secrets.find(name)
        if found is None:
            return None
        remember_secret(found.secret)
        return found.secret
