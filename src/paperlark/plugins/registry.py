"""Find the plug-ins that are installed, and load one by its name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from importlib.metadata import EntryPoint, entry_points

from paperlark.domain import plain_text
from paperlark.domain.errors import PluginError
from paperlark.plugins.context import PluginContext

_LONGEST = 200
"""Characters of an error of a plug-in's that are shown."""


class PluginGroup(StrEnum):
    """The groups of entry points."""

    SOURCES = "paperlark.sources"
    JUDGES = "paperlark.judges"
    CHANNELS = "paperlark.channels"
    SAVERS = "paperlark.savers"
    RANKERS = "paperlark.rankers"

    @property
    def kind(self) -> str:
        """What one of them is called."""
        return self.value.removeprefix("paperlark.").removesuffix("s")


METHODS = {
    PluginGroup.SOURCES: ("feed",),
    PluginGroup.JUDGES: ("model", "signature", "prompt", "judge"),
    PluginGroup.CHANNELS: ("message_format", "deduplicates", "send"),
    PluginGroup.SAVERS: ("place", "bring"),
    PluginGroup.RANKERS: ("rank",),
}
"""What an object of each group must have."""
_VALUES = frozenset({"signature", "prompt", "message_format", "deduplicates", "place"})
"""Those of them that are values, not methods."""


@dataclass(frozen=True, slots=True)
class Installed:
    """A plug-in that is installed: its name in the profile, its package and that one's version."""

    group: PluginGroup
    name: str
    package: str
    version: str

    def __str__(self) -> str:
        return f"{self.group.kind} {self.name} {self.version}"


@dataclass(frozen=True, slots=True)
class LoadedPlugin:
    """A plug-in that was imported; `factory` makes what implements the group's interface."""

    installed: Installed
    factory: Callable[[PluginContext], object]


def installed_plugins() -> tuple[Installed, ...]:
    """Return all plug-ins that are installed, by group and name; none is imported."""
    found = {_installed(group, one) for group in PluginGroup for one in entry_points(group=group)}
    return tuple(sorted(found, key=lambda one: (one.group, one.name, one.package)))


def load_plugin(group: PluginGroup, name: str) -> LoadedPlugin:
    """Import a plug-in; raises PluginError where it is missing, there twice, or broken."""
    # One package may be on the path twice.
    found = {_installed(group, one): one for one in entry_points(group=group, name=name)}
    if not found:
        raise PluginError(
            f"the {group.kind} plug-in {name} is not installed",
            hint="install its package with pip, in the environment that paperlark is in",
        )
    if len(found) > 1:
        packages = " and ".join(sorted(one.package for one in found))
        raise PluginError(
            f"the {group.kind} plug-in {name} is in several packages: {packages}",
            hint="uninstall all but one",
        )
    ((installed, entry),) = found.items()
    try:
        factory = entry.load()
    except BaseException as error:
        if isinstance(error, KeyboardInterrupt):
            raise
        raise PluginError(
            f"the {installed} cannot be imported: {shown(error)}",
            hint=f"update or reinstall {installed.package}",
        ) from error
    if not callable(factory):
        raise PluginError(
            f"the {installed} is not callable: {entry.value} must take a PluginContext",
            hint=f"tell the authors of {installed.package}",
        )
    return LoadedPlugin(installed, factory)


def check_methods(installed: Installed, made: object) -> None:
    """Raise PluginError that names what is missing of the group's interface."""
    for name in METHODS[installed.group]:
        there = hasattr(type(made), name) or hasattr(made, name)
        if not there or (name not in _VALUES and not callable(getattr(made, name))):
            what = "property" if name in _VALUES else "method"
            raise PluginError(
                f"the {installed} has no {what} {name}, which every {installed.group.kind} has",
                hint=f"tell the authors of {installed.package}",
            )


def shown(error: BaseException) -> str:
    """Return a foreign error in one short line; PaperlarkError takes secrets out of it."""
    text = plain_text.one_line(str(error))
    kind = type(error).__name__
    return f"{kind}: {text}"[:_LONGEST] if text else kind


def _installed(group: PluginGroup, entry: EntryPoint) -> Installed:
    package = entry.dist
    name = package.name if package else "unknown"
    return Installed(group, entry.name, name, package.version if package else "unknown")
