"""Open the plug-ins that a profile names: loaded, given what they may need, and watched."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

from paperlark.domain.errors import PaperlarkError, SecretMissing
from paperlark.http.client import BoundedClient
from paperlark.plugins.channel import PluginChannel
from paperlark.plugins.context import PluginContext
from paperlark.plugins.judge import PluginJudge
from paperlark.plugins.ranker import PluginRanker
from paperlark.plugins.registry import Installed, PluginGroup, check_methods, load_plugin
from paperlark.plugins.saver import PluginSaver
from paperlark.plugins.source import PluginSource
from paperlark.plugins.watched import call
from paperlark.ports import LearningRanker
from paperlark.settings import Settings
from paperlark.settings.environment import Environment
from paperlark.settings.secrets import how_to_keep

_LARGEST = 32 * 1024 * 1024
"""Bytes of one answer over HTTP."""
_LONGEST_EXCHANGE = 60.0
"""Seconds of one exchange over HTTP."""


def open_plugin(
    settings: Settings, group: PluginGroup, name: str, environment: Environment
) -> tuple[Any, Installed]:
    """Load a plug-in and have it made; raises PluginError, SecretUnusable, or its own of ours."""
    loaded = load_plugin(group, name)
    context = _context(settings, name, environment)

    def make() -> object:
        made = loaded.factory(context)
        check_methods(loaded.installed, made)
        return made

    return call(name, make, context.at_most), loaded.installed


def open_plugin_channel(settings: Settings, name: str, environment: Environment) -> PluginChannel:
    """Return a plug-in's channel; raises PluginError, SecretUnusable or DeliveryError."""
    made, _ = open_plugin(settings, PluginGroup.CHANNELS, name, environment)
    return PluginChannel(made, name, settings.plugins.at_most)


def open_plugin_saver(settings: Settings, name: str, environment: Environment) -> PluginSaver:
    """Return a plug-in's saver; raises PluginError, SecretUnusable or SavingError."""
    made, _ = open_plugin(settings, PluginGroup.SAVERS, name, environment)
    return PluginSaver(made, name, settings.plugins.at_most)


def open_plugin_judge(settings: Settings, name: str, environment: Environment) -> PluginJudge:
    """Return a plug-in's judge; one that cannot be opened judges nothing and says why."""
    made, label = _or_error(settings, PluginGroup.JUDGES, name, environment)
    criteria = settings.profile.criteria.text
    return PluginJudge(made, name, label, settings.plugins.at_most, criteria)


def open_plugin_ranker(
    settings: Settings, name: str, environment: Environment, embedded: LearningRanker
) -> PluginRanker:
    """Return a plug-in's ranker; where it cannot be opened, `embedded` ranks and a note says so."""
    made, label = _or_error(settings, PluginGroup.RANKERS, name, environment)
    return PluginRanker(made, name, label, settings.plugins.at_most, embedded)


def open_plugin_source(settings: Settings, name: str, environment: Environment) -> PluginSource:
    """Return a plug-in's source; one that cannot be opened cannot be reached, and says why."""
    made, label = _or_error(settings, PluginGroup.SOURCES, name, environment)
    return PluginSource(made, name, label, settings.plugins.at_most)


def _or_error(
    settings: Settings, group: PluginGroup, name: str, environment: Environment
) -> tuple[Any, str]:
    """Return what a plug-in made and its label, or why there is nothing."""
    try:
        made, installed = open_plugin(settings, group, name, environment)
    except PaperlarkError as error:
        return error, f"{group.kind} {name}"
    return made, str(installed)


def _context(settings: Settings, name: str, environment: Environment) -> PluginContext:
    table = settings.plugins.tables.get(name, {})
    home = settings.file.parent if settings.file else settings.output
    return PluginContext(
        name=name,
        settings=dict(table),
        secrets=_secrets(name, table, environment),
        folder=Path(home),
        criteria=settings.profile.criteria,
        cutoffs=settings.profile.cutoffs,
        language=settings.profile.language,
        open_http=_http(settings),
        now=environment.now,
        at_most=settings.plugins.at_most,
    )


def _http(settings: Settings) -> Callable[[], Any]:
    @contextmanager
    def opened() -> Iterator[BoundedClient]:
        seconds = min(_LONGEST_EXCHANGE, settings.plugins.at_most)
        agent = settings.arxiv.user_agent
        with BoundedClient(largest=_LARGEST, seconds=seconds, user_agent=agent) as client:
            yield client

    return opened


def _secrets(
    plugin: str, table: Mapping[str, object], environment: Environment
) -> Mapping[str, str]:
    """Return the secrets that a plug-in's table names, by setting; raises SecretUnusable."""
    found: dict[str, str] = {}
    for setting, value in table.items():
        if not setting.endswith("_variable"):
            continue
        name = cast("str", value)
        secret = environment.secret(name)
        if secret is None:
            raise SecretMissing(
                f"the plug-in {plugin} needs a secret {name}, and there is none",
                hint=f"keep it: {how_to_keep(name)}",
            )
        found[setting] = secret
    return found
