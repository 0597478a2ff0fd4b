"""Print what became of deliveries."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from paperlark import DeliveryResult
from paperlark.cli._terminal import tell_error
from paperlark.domain.delivery import Occasion

if TYPE_CHECKING:
    from paperlark import DeliveryOutcome, DeliveryReport

NOT_DELIVERED = 4
"""The exit code of a run whose page did not reach somebody."""


def print_deliveries(report: DeliveryReport) -> int:
    """Print what became of each delivery; return the exit code."""
    if report.problem is not None:
        tell_error(report.problem)
    for one in report.outcomes:
        _print_delivery(one)
    return 0 if report.complete else NOT_DELIVERED


def _print_delivery(one: DeliveryOutcome) -> None:
    problem = (one.problem or "").removeprefix(f"{one.channel}: ")
    why = f": {problem}" if problem and not one.ok else ""
    line = f"{one.channel}: {one.occasion} of {one.day} {one.result}{why}"
    if one.ok:
        click.echo(line)
    else:
        tell_error(line)
    if one.result is DeliveryResult.UNKNOWN and one.occasion in {Occasion.DAY, Occasion.WEEK}:
        again = f"paperlark deliver --again --date {one.day} --channel {one.channel}"
        click.echo(f"look whether it is there; if not: {again}", err=True)
