"""Pages to channels from the command line, and what is said of each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

import click

from paperlark.cli._errors import tell_error
from paperlark.cli._options import PATIENCE
from paperlark.compose import (
    DeliveryOutcome,
    DeliveryResult,
    Environment,
    deliveries_without_store,
    open_deliveries,
)
from paperlark.domain.delivery import Failure, Occasion
from paperlark.domain.errors import StoreBusy, StoreError
from paperlark.settings import Settings

NOT_DELIVERED = 4
"""The exit code of a run whose page did not reach somebody."""


def deliver_due(
    settings: Settings,
    environment: Environment,
    today: date,
    failures: Sequence[Failure],
    *,
    only: str | None,
) -> int:
    """Bring what is due to the channels, a line each; gives the exit code."""
    if not settings.channels:
        return 0
    try:
        with open_deliveries(
            settings, environment, patience=PATIENCE, tell=lambda line: click.echo(line, err=True)
        ) as post:
            return tell_outcome(post.deliver_due(today, failures, only=only))
    except StoreBusy as error:
        # Another run is at work, and will bring what there is.
        tell_error(str(error))
    except StoreError as error:
        tell_error(str(error))
        tell_outcome(
            deliveries_without_store(settings, environment).send_notice(
                Occasion.ALARM, str(error), today, only=only
            )
        )
    return NOT_DELIVERED


def tell_outcome(brought: Iterable[DeliveryOutcome]) -> int:
    """Say of each channel what became of what was due; gives the exit code."""
    worst = 0
    for one in brought:
        problem = (one.problem or "").removeprefix(f"{one.channel}: ")
        why = f": {problem}" if problem and not one.ok else ""
        line = f"{one.channel}: {one.occasion} of {one.day} {one.result}{why}"
        if one.ok:
            click.echo(line)
        else:
            tell_error(line)
            worst = NOT_DELIVERED
        if one.result is DeliveryResult.UNKNOWN and one.occasion in {Occasion.DAY, Occasion.WEEK}:
            again = f"paperlark deliver --again --date {one.day} --channel {one.channel}"
            click.echo(f"look whether it is there; if not: {again}", err=True)
    return worst
