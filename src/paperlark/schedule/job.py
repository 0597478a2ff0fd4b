"""The scheduled job: one reader's morning, and its templates."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from importlib.resources import files as resources
from pathlib import Path

from paperlark.domain.errors import NotScheduled
from paperlark.domain.site_addresses import slug

MARK = "Written by `paperlark schedule"
"""How files begin that paperlark wrote, after a comment sign; others are never changed."""
ALARM = "the morning run failed"
_SECRET = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


@dataclass(frozen=True, slots=True)
class ScheduledJob:
    """One reader's morning; `name` is the page's title, every path is absolute.

    `id` names what is scheduled, so that a changed title changes nothing.

    `secrets` are the names that the profile has for what it may need, each once. `variables` are
    proxies and certificates that a scheduler would not set, `withheld` the names of those that hold
    a password.
    """

    name: str
    profile: Path
    pages: Path
    database: Path
    site: Path
    python: Path
    secrets: tuple[str, ...] = ()
    id: str = ""
    variables: Mapping[str, str] = field(default_factory=dict)
    withheld: tuple[str, ...] = ()

    @property
    def slug(self) -> str:
        """What units and services are called."""
        return slug(self.id or self.name)


def require_printable(*texts: str) -> None:
    """Check that a text fits on one line; raises NotScheduled."""
    for text in texts:
        if not text.isprintable():
            raise NotScheduled(
                f"{text!r} has characters that schedules cannot contain",
                hint="choose a plainer name",
            )


def withheld_notes(jobs: Iterable[ScheduledJob], place: str) -> tuple[str, ...]:
    """Return what to do about variables that hold a password: `place` is where they may stand."""
    names = dict.fromkeys(name for job in jobs for name in job.withheld)
    return tuple(
        f"{name} holds a password and was not written: add a line {name}=... to {place}"
        for name in names
    )


def secret_names(jobs: Iterable[ScheduledJob]) -> tuple[str, ...]:
    """Return the names of all their secrets, each once; raises NotScheduled for an invalid one."""
    names = tuple(dict.fromkeys(name for job in jobs for name in job.secrets))
    for name in names:
        if not _SECRET.fullmatch(name):
            raise NotScheduled(
                f"{name!r} is not a valid name for a secret", hint="use letters, digits and _ only"
            )
    return names


def fill(template: str, blanks: Mapping[str, object]) -> str:
    """Render a template; values are inserted unchanged."""
    from jinja2 import Environment, StrictUndefined  # noqa: PLC0415  # only who writes one waits

    # GitHub has the usual brackets for itself. Nothing is escaped: these are no web pages.
    environment = Environment(
        block_start_string="@%",
        block_end_string="%@",
        trim_blocks=True,
        variable_start_string="@<",
        variable_end_string=">@",
        undefined=StrictUndefined,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701
    )
    text = resources(__package__).joinpath("templates", template).read_text("utf-8")
    return environment.from_string(text).render(blanks)
