"""`paperlark run`: make the pages of given days."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import click

from paperlark.cli._make import make_one, make_range
from paperlark.cli._options import Day, check_not_future, estimate_option, open_for, page_options
from paperlark.settings.environment import RunOptions


@click.command("run")
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

    Announcements that were fetched before are stored, and not fetched again. The last 90 days are
    fetched from arXiv's catch-up pages; older ones are reconstructed from submission dates, and
    the page says so. With --feeds a folder of recorded feeds is read instead, and days without a
    feed there are left out of a range. Judgements are paid for once: making a day again gives the
    same page. --estimate shows what they will cost before anything is sent.

    \b
    Examples:
      paperlark run --date 2025-02-26 --feeds recorded/
      paperlark run --from 2025-02-17 --to 2025-03-31 --feeds recorded/ --no-llm
      paperlark run --from 2025-02-17 --to 2025-03-31 --estimate
    """
    if (day is None) == (first is None) or (first is None) != (last is None):
        raise click.UsageError("give either --date DAY, or --from DAY and --to DAY")
    profile = open_for(context, profile_file, replace(options, anew=True))
    if first is not None and last is not None and first > last:
        raise click.UsageError(f"--from {first} is after --to {last}")
    begin, end = (day or first), (day or last)
    if end is not None and options.feeds is None:
        check_not_future(end, profile.today, "--to" if day is None else "--date")
    if estimates and begin is not None and end is not None:
        from paperlark.cli._estimate import estimate_days  # noqa: PLC0415  # few runs need it

        context.exit(estimate_days(profile, begin, end, as_json=as_json))
    if day is not None:
        context.exit(make_one(profile, day, as_json=as_json))
    if first is not None and last is not None:
        context.exit(make_range(profile, first, last, as_json=as_json))
