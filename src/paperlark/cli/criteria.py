"""`paperlark criteria`: show what was understood of a reader's interests."""

from __future__ import annotations

import shutil
import sys
from datetime import date
from pathlib import Path

import click

from paperlark.api import understand_criteria
from paperlark.cli._options import Day, json_option, open_for, profile_option
from paperlark.renderers import criteria


@click.command("criteria")
@click.argument(
    "file", type=click.Path(path_type=Path, dir_okay=False, allow_dash=True), required=False
)
@click.option(
    "--on",
    "day",
    type=Day(),
    help="Show which papers of this day, which has a page, each line moved.",
)
@json_option
@profile_option
@click.pass_context
def command(
    context: click.Context,
    *,
    file: Path | None,
    day: date | None,
    as_json: bool,
    profile_file: Path,
) -> None:
    r"""Show what was understood of your interests: topics, for and against, keywords, remarks.

    FILE has interests in any form: headings, lists, sentences. Without it the profile's own are
    shown; with - they are read from standard input. What is listed under "against" lowers a paper;
    lines that begin with ! were not understood, and are quoted.

    With --on, a day that you have a page of is ranked by FILE, side by side with the profile's own
    criteria, and again without each of its lines. Nothing is stored.

    \b
    Examples:
      paperlark criteria
      echo "Ice shelves. Not avalanches." | paperlark criteria -
      paperlark criteria draft.md --on 2025-02-26
    """
    source = sys.stdin.read() if file == Path("-") else file
    profile = open_for(context, profile_file) if source is None or day else None
    if profile is not None and day is not None:
        effect = profile.interests.criteria_effect(day, source)
        show = (
            criteria.effect_document(effect) if as_json else criteria.effect_text(effect, _width())
        )
    else:
        found = understand_criteria(profile.interests.criteria_text() if profile else source or "")
        show = (
            criteria.criteria_document(found) if as_json else criteria.understood(found, _width())
        )
    click.echo(show)


def _width() -> int:
    return shutil.get_terminal_size().columns
