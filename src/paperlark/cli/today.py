"""`paperlark today`: the page of today's announcement."""

from __future__ import annotations

from pathlib import Path

import click

from paperlark.cli._making import make_one
from paperlark.cli._options import page_options, world_of
from paperlark.compose import Choices
from paperlark.domain.calendar import today
from paperlark.settings import load_settings


@click.command("today", short_help="Make the page of today's announcement.")
@page_options
@click.pass_context
def command(
    context: click.Context,
    *,
    profile_file: Path,
    choices: Choices,
    as_json: bool,
) -> None:
    """Make the page of today's announcement.

    Today is the day in New York, where arXiv's feeds turn at midnight; there is no
    announcement on Saturdays and Sundays, and the page then says so.
    """
    settings, world = load_settings(profile_file), world_of(context)
    context.exit(make_one(settings, choices, today(world.now()), world=world, as_json=as_json))
