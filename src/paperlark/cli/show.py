"""`paperlark show`: show a page in the terminal."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

import click

from paperlark.cli._options import Day, open_for, profile_option
from paperlark.domain.redaction import redacted
from paperlark.ports import Renderer
from paperlark.renderers.catalogue import in_language
from paperlark.renderers.json import JsonRenderer
from paperlark.renderers.markdown import MarkdownRenderer


@click.command("show")
@click.argument("day", type=Day(), required=False)
@click.option("--days", "list_days", is_flag=True, help="List the days that have a page.")
@click.option("--json", "as_json", is_flag=True, help="Print the page as JSON.")
@profile_option
@click.pass_context
def command(
    context: click.Context,
    *,
    day: date | None,
    list_days: bool,
    as_json: bool,
    profile_file: Path,
) -> None:
    r"""Show the page of DAY, or the latest page.

    \b
    Examples:
      paperlark show
      paperlark show 2025-02-26 --json
    """
    profile = open_for(context, profile_file)
    if list_days:
        click.echo("\n".join(str(one) for one in profile.days()))
        return
    renderer: Renderer = JsonRenderer() if as_json else MarkdownRenderer()
    with in_language(profile.settings.profile.language):
        text = renderer.render(profile.digest(day)).content.decode()
    if as_json or not sys.stdout.isatty():
        click.echo(text, nl=False)
    else:
        _show(text)


def _show(markdown: str) -> None:
    from rich.console import Console  # noqa: PLC0415  # only a terminal needs it
    from rich.markdown import Markdown  # noqa: PLC0415

    console = Console()
    with console.capture() as page:
        console.print(Markdown(markdown, hyperlinks=False))
    # Unlike rich's, click's pager tells `less` that colours are coming.
    click.echo_via_pager(redacted(page.get()))
