"""Open the app of a group as it is served: requests with ids, health, metrics, an end in order."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from importlib.util import find_spec
from typing import TYPE_CHECKING

from paperlark import DatabaseMonitor, OpenedGroup, __version__
from paperlark.web.group_app import open_group_app
from paperlark.web.group_sessions import PublicAddress
from paperlark.web.operations import Operations, Watchers
from paperlark.web.readiness import Readiness

if TYPE_CHECKING:
    from paperlark.web.metrics import RequestMetrics


@contextmanager
def open_served_group(group: OpenedGroup) -> Iterator[Operations]:
    """Open the app of a group and what watches it; closed with the block. Raises StoreError."""
    settings = group.settings
    with (
        group.keep_connections(),
        open_group_app(group) as app,
        closing(group.open_monitor()) as monitor,
        closing(Readiness(monitor.check)) as readiness,
    ):
        address = PublicAddress(settings.address)
        watchers = Watchers(address, settings.sign_in.proxies, settings.metrics_from)
        yield Operations(app, watchers, readiness, _metrics(group, monitor))


def _metrics(group: OpenedGroup, monitor: DatabaseMonitor) -> RequestMetrics | None:
    if not find_spec("prometheus_client"):
        return None
    from paperlark.web.metrics import RequestMetrics  # noqa: PLC0415  # of the extra `read-group`

    return RequestMetrics(lambda: monitor.figures(group.environment.now()), __version__)
