"""What a plug-in is given: its settings and secrets, HTTP and the clock; never the store."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from paperlark.domain.criteria import Criteria
from paperlark.domain.profile import Cutoffs

if TYPE_CHECKING:
    from paperlark.http.client import BoundedClient

PluginValue: TypeAlias = str | bool | int | float | list[str]
"""A setting of a plug-in, as it stands in the profile."""


@dataclass(frozen=True, slots=True)
class PluginContext:
    """What a plug-in may need.

    `settings` is its own table of the profile. `secrets` has the secret that each setting whose
    name ends in `_variable` names, by that setting's name. `folder` is the profile's: paths are
    relative to it. `language`, a BCP 47 tag, is the one to write in. `open_http` opens a client
    whose answers are bounded in bytes and time. `now` is in UTC. `at_most` is how many seconds one
    call may take.
    """

    name: str
    settings: Mapping[str, PluginValue]
    secrets: Mapping[str, str] = field(repr=False)
    folder: Path
    criteria: Criteria
    cutoffs: Cutoffs
    language: str
    open_http: Callable[[], AbstractContextManager[BoundedClient]]
    now: Callable[[], datetime]
    at_most: float

    def text(self, setting: str, default: str | None = None) -> str:
        """Return a setting that is a text; raises PluginError where it is none, or missing."""
        from paperlark.domain.errors import PluginError  # noqa: PLC0415  # where it is read

        found = self.settings.get(setting, default)
        if isinstance(found, str) and found:
            return found
        raise PluginError(
            f"the plug-in {self.name} needs the setting {setting}, a text",
            hint=f"add it to [plugins.settings.{self.name}]",
        )

    def path(self, setting: str) -> Path:
        """Return a setting that is a path, relative to the profile or the reader's home."""
        return self.folder / Path(self.text(setting)).expanduser()
