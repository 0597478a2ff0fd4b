"""Counts and durations of an app's requests, and the state of its database, for Prometheus.

Needs the extra `read-group` (prometheus_client). Nothing here names a person: requests are counted
by the template of their address.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
)
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from paperlark import PaperlarkError
from paperlark.domain.operation_figures import OperationFigures

CONTENT_TYPE = CONTENT_TYPE_LATEST
_SECONDS = (0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Upper bounds of the classes of durations."""


@dataclass(frozen=True, slots=True)
class _StateCollector(Collector):
    """Asks for the state when somebody reads the metrics, and leaves it out while nobody knows."""

    figures: Callable[[], OperationFigures]

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Yield the state of sessions, deliveries and spending."""
        up = GaugeMetricFamily("paperlark_database_up", "Whether the database answered.")
        try:
            found = self.figures()
        except PaperlarkError:
            up.add_metric([], 0)
            yield up
            return
        up.add_metric([], 1)
        yield up
        yield GaugeMetricFamily(
            "paperlark_open_sessions", "Sessions that have not ended.", value=found.sessions
        )
        yield GaugeMetricFamily(
            "paperlark_model_spend_dollars",
            "What models may have cost this month, in US dollars.",
            value=float(found.spent),
        )
        yield _by_state(
            "paperlark_deliveries", "Deliveries of the last seven days.", found.deliveries
        )
        yield _by_state("paperlark_shards", "Shards of the latest morning.", found.shards)


def _by_state(name: str, told: str, counts: Mapping[str, int]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, told, labels=["state"])
    for state, count in counts.items():
        family.add_metric([state], count)
    return family


class RequestMetrics:
    """Counts requests, and writes all that Prometheus reads."""

    def __init__(self, figures: Callable[[], OperationFigures], version: str) -> None:
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "paperlark_http_requests",
            "Requests, by the template of their address.",
            ["method", "route", "status"],
            registry=self._registry,
        )
        self._seconds = Histogram(
            "paperlark_http_request_duration_seconds",
            "Seconds from a request to the end of its answer.",
            ["route"],
            buckets=_SECONDS,
            registry=self._registry,
        )
        self._running = Gauge(
            "paperlark_http_requests_running",
            "Requests that are being answered.",
            registry=self._registry,
        )
        Gauge(
            "paperlark_version_info", "The version that runs.", ["version"], registry=self._registry
        ).labels(version).set(1)
        self._registry.register(_StateCollector(figures))

    def begin(self) -> None:
        """Count a request that begins."""
        self._running.inc()

    def end(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count a request that was answered."""
        self._running.dec()
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(route).observe(seconds)

    def text(self) -> bytes:
        """Return everything in the text format of Prometheus; asks the database."""
        return generate_latest(self._registry)
