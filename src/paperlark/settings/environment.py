"""The process environment (variables, clock, keyring), and the options of a run."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from paperlark.domain.errors import SecretMissing
from paperlark.domain.redaction import fill, placeholders, remember, remember_variables
from paperlark.settings.secrets import Keyring, Secrets, find_variable, how_to_keep

if TYPE_CHECKING:
    from paperlark.http.rate_limit import RateLimitClock


@dataclass(frozen=True, slots=True)
class RunOptions:
    """The options of a run beside the profile; None means as in the profile.

    `patience` is how many seconds to wait for another run on the same database; `tell` is called
    with its description. With `all_votes` a page learns from votes cast after its day as well, and
    says so. With `anew` a lost database is replaced by a new one, and `tell` is called with how to
    bring it back; else that is an error. `over` returns why the model is asked nothing more, None
    while there is time.
    """

    output: Path | None = None
    feeds: Path | None = None
    judgements: Path | None = None
    use_model: bool = True
    batch: bool | None = None
    notes: tuple[str, ...] = ()
    patience: float = 0.0
    tell: Callable[[str], object] = lambda _: None
    all_votes: bool = False
    anew: bool = False
    over: Callable[[], str | None] = lambda: None


def machine_zone(clock: Path = Path("/etc/localtime")) -> tzinfo:
    """Return the time zone of this machine's schedulers, UTC where none is set."""
    # A shell may set another one in TZ, which cron and systemd do not see.
    try:
        with clock.open("rb") as file:
            return ZoneInfo.from_file(file)
    except (OSError, ValueError):
        return SystemZone() if os.name == "nt" else UTC


class SystemZone(tzinfo):
    """The zone that the system's own functions know: Windows has no file of it."""

    def utcoffset(self, moment: datetime | None, /) -> timedelta | None:
        """Return what a local time is ahead of UTC."""
        return None if moment is None else moment.replace(tzinfo=None).astimezone().utcoffset()

    def tzname(self, moment: datetime | None, /) -> str | None:
        """Return the zone's name at a local time."""
        return None if moment is None else moment.replace(tzinfo=None).astimezone().tzname()

    def dst(self, _moment: datetime | None, /) -> timedelta | None:
        """Return None: the system does not say which part is summer time."""
        return None

    def fromutc(self, moment: datetime, /) -> datetime:
        """Return the local time of an instant in UTC."""
        there = moment.replace(tzinfo=UTC).astimezone()
        here = there.replace(tzinfo=self)
        return here if here.utcoffset() == there.utcoffset() else here.replace(fold=1)


@dataclass(frozen=True, slots=True)
class Environment:
    """What is outside of the program: variables, clock, sleep, keyring, time zone."""

    variables: Mapping[str, str] = field(default_factory=lambda: os.environ, repr=False)
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    sleep: Callable[[float], object] = time.sleep
    rate_limit_clock: RateLimitClock | None = None
    keyring: Keyring | None = None
    zone: Callable[[], tzinfo] = machine_zone

    def __post_init__(self) -> None:
        """Redact the secrets among the variables from now on."""
        remember_variables(self.variables)

    @property
    def secrets(self) -> Secrets:
        """The secrets of this environment, by name."""
        return Secrets(self.variables, self.keyring)

    def secret(self, name: str) -> str | None:
        """Return a secret, None where it is not found; raises SecretUnusable."""
        found = self.secrets.find(name)
        return found.secret if found else None

    def provide_database_password(self) -> None:
        """Store what the file PGPASSWORD_FILE holds as PGPASSWORD, for this process.

        PostgreSQL's client library takes its password from there, also in the processes that this
        one starts. Raises SecretUnusable.
        """
        if not self.variables.get("PGPASSWORD_FILE"):
            return
        if found := find_variable("PGPASSWORD", self.variables):
            remember(found.secret)
            os.environ["PGPASSWORD"] = found.secret
            # Else the processes that this one starts would find both.
            os.environ.pop("PGPASSWORD_FILE", None)

    def address(self, public: str) -> str:
        """Return an address with the secrets that it has placeholders for, such as `${NAME}`.

        Raises SecretMissing or SecretUnusable.
        """
        named = {name: self.secret(name) for name in placeholders(public)}
        for name, secret in named.items():
            if secret is None:
                raise SecretMissing(
                    f"{public}: there is no secret {name}",
                    hint=f"keep it: {how_to_keep(name)}",
                )
        return fill(public, {name: secret for name, secret in named.items() if secret})
