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
from paperlark.runs.progress import NO_PROGRESS
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

    # Reading and saving may fail for one reason, which is told once.
    told: set[str] = set()
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
            read=partial(_read, settings, environment, reporter, told, live=options.feeds is None),
            save=partial(_save, settings, options, environment, reporter, told),
            interruptible=interruptible,
        ),
        limit,
        reporter,
        waits=waits,
        live=options.feeds is None,
    )


def _read(
    settings: Settings,
    environment: Environment,
    reporter: MorningReporter,
    told: set[str],
    *,
    live: bool,
) -> bool:
    """Read the reader's collections of Zotero again; return whether all could be read."""
    if settings.zotero is None:
        return True
    from paperlark.compose.zotero import read_liked_collections  # noqa: PLC0415  # where it is

    found = read_liked_collections(settings, environment, NO_PROGRESS, ask_arxiv=live)
    if found.line is not None:
        reporter.result(found.line)
    for problem in found.problems:
        reporter.problem(problem)
        told.add(problem)
    return not found.problems


def _save(
    settings: Settings,
    options: RunOptions,
    environment: Environment,
    reporter: MorningReporter,
    told: set[str],
) -> bool:
    """Copy saved papers to their places; return whether nothing is left to do."""
    if not savers_of(settings, environment) or not exists(settings.database):
        return True
    opened = partial(
        open_saving, settings, environment, patience=options.patience, tell=options.tell
    )
    report = bring_saved(opened)
    for ok, line in saving_lines(report):
        if line not in told:
            (reporter.result if ok else reporter.problem)(line)
    return report.complete
