"""A profile's morning: its pages, site and deliveries put together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from functools import partial
from pathlib import Path

from paperlark.compose.channels import outboxes
from paperlark.compose.pages import open_page_maker
from paperlark.compose.savers import open_saving, savers_of
from paperlark.delivery.deliveries import DeliveryReport
from paperlark.domain.delivery import Failure
from paperlark.renderers.saving import saving_lines
from paperlark.runs.limit import RunLimit
from paperlark.runs.make_page import Interruptible
from paperlark.runs.morning import Morning, MorningReporter, MorningSteps
from paperlark.saving.bring import bring_saved
from paperlark.settings import Settings
from paperlark.settings.environment import Environment, RunOptions
from paperlark.store.database import exists


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

    def save() -> bool:
        if not savers_of(settings, environment) or not exists(settings.database):
            return True
        report = bring_saved(
            partial(
                open_saving, settings, environment, patience=options.patience, tell=options.tell
            )
        )
        for ok, line in saving_lines(report):
            (reporter.result if ok else reporter.problem)(line)
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
            save=save,
            interruptible=interruptible,
        ),
        limit,
        reporter,
        waits=waits,
        live=options.feeds is None,
    )
