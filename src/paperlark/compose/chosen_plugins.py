"""Choose the plug-ins of a page: its sources and its ranker; nothing is imported where none is."""

from __future__ import annotations

from dataclasses import dataclass

from paperlark.day import NO_PLUGINS, PluginsOfPage
from paperlark.ports import LearningRanker, Source
from paperlark.settings import Settings
from paperlark.settings.environment import Environment


@dataclass(frozen=True, slots=True)
class ChosenPlugins:
    """The plug-ins that a page is made with, beside its judge."""

    settings: Settings
    environment: Environment
    sources: tuple[Source, ...] = ()

    def ranker(self, embedded: LearningRanker) -> tuple[LearningRanker, PluginsOfPage]:
        """Return the ranker of the profile, and what a page says of the plug-ins it was made by."""
        name = self.settings.plugins.ranker
        if name is None:
            return embedded, NO_PLUGINS
        from paperlark.compose.plugins import open_plugin_ranker  # noqa: PLC0415  # if it has one

        ranker = open_plugin_ranker(self.settings, name, self.environment, embedded)
        return ranker, PluginsOfPage(used=lambda: ranker.used, notes=lambda: ranker.notes)


def choose_plugins(settings: Settings, environment: Environment) -> ChosenPlugins:
    """Open the sources that the profile names; raises nothing: what fails is told on the page."""
    names = settings.plugins.sources
    if not names:
        return ChosenPlugins(settings, environment)
    from paperlark.compose.plugins import open_plugin_source  # noqa: PLC0415  # if it has one

    opened = tuple(open_plugin_source(settings, name, environment) for name in names)
    return ChosenPlugins(settings, environment, opened)
