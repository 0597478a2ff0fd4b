"""`paperlark run`: the pages of given days."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from paperlark.cli._estimate import estimate_days
from paperlark.cli._make import make_one, make_range
from paperlark.cli._options import Day, environment_of, estimate_option, page_options
from paperlark.compose import RunOptions
from paperlark.settings import load_settings


@click.command("run", short_help="Make the pages of given days.")
@click.option("--date", "day", type=Day(), help="One announcement day, such as 2025-02-26.")
@click.option("--from", "first", type=Day(), help="The first of several days.")
@click.option("--to", "last", type=Day(), help="The last of several days, included.")
@estimate_option
@page_options
@click.pass_context
def command(
    context: click.Context,
    *,
    day: date | None,
    first: date | None,
    last: date | None,
    estimates: bool,
    profile_file: Path,
    options: RunOptions,
    as_json: bool,
) -> None:
    r"""Make the page of one day (--date) or of several (--from, --to).

    A day that was made before is known, and nobody is asked again; the last 90 days come from
    arXiv's catch-up pages, and older ones are reconstructed from submissions, as the page then
    says. With --feeds a folder of recorded feeds is read instead, and days that have none there
    are left out of a range. Judgements that were paid for are never paid again: the same day
    made twice gives the same page. What they will cost, --estimate says before anything is sent.

    \b
    Examples:
      paperlark run --date 2025-02-26 --feeds recorded/
      paperlark run --from 2025-02-17 --to 2025-03-31 --feeds recorded/ --no-llm
      paperlark run --from 2025-02-17 --to 2025-03-31 --estimate
    """
    if (day is None) == (first is None) or (first is None) != (last is None):
        raise click.UsageError("give either --date DAY, or --from DAY and --to DAY")
    settings, environment = load_settings(profile_file), environment_of(context)
    if first is not None and last is not None and first > last:
        raise click.UsageError(f"--from {first} is after --to {last}")
    begin, end = (day or first), (day or last)
    if estimates and begin is not None and end is not None:
        exit_code = estimate_days(
            settings, options, begin, end, environment=environment, as_json=as_json
        )
        context.exit(exit_code)
    if day is not None:
        context.exit(make_one(settings, options, day, environment=environment, as_json=as_json))
    if first is not None and last is not None:
        context.exit(
            make_range(settings, options, first, last, environment=environment, as_json=as_json)
        )
