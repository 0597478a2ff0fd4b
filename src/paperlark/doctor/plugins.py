"""Checks of plug-ins: which are installed, and whether those that the profile names can be used."""

from __future__ import annotations

from collections.abc import Iterator

from paperlark.doctor.findings import CheckContext, Finding, error, note, ok, warning
from paperlark.domain.errors import PaperlarkError, SecretMissing
from paperlark.settings import Settings


def check_plugins(context: CheckContext) -> Iterator[Finding]:
    """List the plug-ins that are installed with their versions, and open those that are used."""
    from paperlark.compose.plugins import open_plugin  # noqa: PLC0415  # what loads them
    from paperlark.plugins.registry import PluginGroup, installed_plugins  # noqa: PLC0415  # likewise

    used = set(_used(context.settings))
    for group, name in sorted(used):
        try:
            _, plugin = open_plugin(context.settings, PluginGroup(group), name, context.environment)
        except SecretMissing:
            yield error(name, "its secret is missing", "see the secrets above")
        except PaperlarkError as failed:
            # A page is made without a source, judge or ranker, and says so.
            made_without = group in {PluginGroup.SOURCES, PluginGroup.JUDGES, PluginGroup.RANKERS}
            yield (warning if made_without else error)(name, failed.problem, failed.hint)
        else:
            yield ok(name, f"{plugin}, of the package {plugin.package}")
    there = [one for one in installed_plugins() if (one.group.value, one.name) not in used]
    for one in there:
        yield note(one.name, f"{one}, of the package {one.package}: installed, not used")
    if not used and not there:
        yield ok("plug-ins", "none installed")


def _used(settings: Settings) -> Iterator[tuple[str, str]]:
    chosen = settings.plugins
    several = {
        "paperlark.sources": chosen.sources,
        "paperlark.judges": (chosen.judge,),
        "paperlark.rankers": (chosen.ranker,),
        "paperlark.savers": chosen.savers,
        "paperlark.channels": tuple(one.plugin for one in settings.channels),
    }
    for group, names in several.items():
        yield from ((group, name) for name in names if name)
