"""Waiting until arXiv has a whole announcement out; the database is free for others meanwhile."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import click

from paperlark.cli._progress import progress
from paperlark.compose import Environment, RunOptions, open_page_maker
from paperlark.domain.calendar import today
from paperlark.domain.errors import FeedNotFound
from paperlark.settings import Settings

PAUSE = timedelta(minutes=15)
LONGEST = timedelta(hours=6)


def wait_for_announcement(
    settings: Settings, options: RunOptions, environment: Environment, day: date
) -> None:
    """Return when the announcement is whole, or when it has been waited for long enough."""
    until = environment.now() + LONGEST
    # When another day has begun in New York its announcement is what somebody waits for.
    while today(environment.now()) == day and (
        lacking := _lacking(settings, options, environment, day)
    ):
        if not wait_a_while(environment, until, f"not out yet ({lacking})"):
            return


def wait_a_while(environment: Environment, until: datetime, why: str) -> bool:
    """Wait for a pause and tell why; False where that would be longer than `until`."""
    if environment.now() + PAUSE > until:
        click.echo(f"{why}; not waiting any longer", err=True)
        return False
    click.echo(f"{why}; asking again in {PAUSE // timedelta(minutes=1)} minutes", err=True)
    environment.sleep(PAUSE.total_seconds())
    return True


def _lacking(settings: Settings, options: RunOptions, environment: Environment, day: date) -> str:
    """Say what is missing."""
    with open_page_maker(settings, options, environment) as maker:
        try:
            return "; ".join(maker.lacking(day, progress()))
        except FeedNotFound as error:
            return error.problem
