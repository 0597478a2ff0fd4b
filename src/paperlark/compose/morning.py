"""A profile's morning: its pages, site and deliveries put together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from functools import partial
from pathlib import Path

from paperlark.compose.channels import outboxes
from paperlark.compose.pages import open_page_maker
from paperlark.delivery.deliveries import DeliveryReport
from paperlark.domain.delivery import Failure
from paperlark.runs.limit import RunLimit
from paperlark.runs.make_page import Interruptible
from paperlark.runs.morning import Morning, MorningReporter, MorningSteps
from paperlark.settings import Settings
from paperlark.settings.environment import Environment, RunOptions


def compose_morning(
    settings: Settings,
    options: RunOptions,
    environment: Environment,
    limit: RunLimit,
    reporter: MorningReporter,
    *,
    on_delivery: Callable[[DeliveryReport], object],
    interruptible: Interruptible,
    waits: bool,
) -> Morning:
    """Return the morning of a profile, ready to run."""

    def build() -> Path:
        from paperlark.site.build import build_site  # noqa: PLC0415  # where there is a site

        return build_site([settings], settings.site.folder, settings.site.address, limit).folder

    def deliver(day: date, failures: Sequence[Failure]) -> bool:
        if not settings.channels:
            return True
        report = opened.deliver_due(day, failures)
        on_delivery(report)
        return report.complete

    opened = outboxes(settings, environment, patience=options.patience, tell=options.tell)
    return Morning(
        settings,
        environment,
        MorningSteps(
            open_pages=partial(open_page_maker, settings, options, environment),
            build_site=build,
            deliver=deliver,
            alarm=outboxes(settings, environment).alarm,
            tell_hanging=opened.tell_hanging,
            interruptible=interruptible,
        ),
        limit,
        reporter,
        waits=waits,
        live=options.feeds is None,
    )
