"""`paperlark open`: open a page in the browser."""

from __future__ import annotations

import webbrowser
from datetime import date
from pathlib import Path

import click

from paperlark.cli._options import Day, open_for, profile_option
from paperlark.cli._terminal import tell_error


@click.command("open")
@click.argument("day", type=Day(), required=False)
@click.option("--print", "only_prints", is_flag=True, help="Only print where the page is.")
@profile_option
@click.pass_context
def command(
    context: click.Context, *, day: date | None, only_prints: bool, profile_file: Path
) -> None:
    r"""Open the page of DAY, or the latest page, in the browser, and print where it is.

    \b
    Examples:
      paperlark open
      paperlark open 2025-02-26
      paperlark open --print
    """
    page = open_for(context, profile_file).page_path(day).absolute()
    click.echo(page)
    if only_prints:
        return
    try:
        opened = webbrowser.open(page.as_uri())
    except (webbrowser.Error, OSError):  # a BROWSER that cannot be run
        opened = False
    if not opened:
        tell_error("no browser could be opened here: open the file above yourself")
        context.exit(1)
