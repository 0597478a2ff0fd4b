"""`paperlark show`: a page that was made, in the terminal."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

import click

from paperlark.cli._options import Day, profile_option
from paperlark.compose import open_archive
from paperlark.domain.digest import Digest
from paperlark.domain.errors import StoreError
from paperlark.ports import Renderer
from paperlark.renderers.json import JsonRenderer
from paperlark.renderers.markdown import MarkdownRenderer
from paperlark.settings import Settings, load_settings


@click.command("show", short_help="Show a page that was made.")
@click.argument("day", type=Day(), required=False)
@click.option("--days", "list_days", is_flag=True, help="List the days that have a page.")
@click.option("--json", "as_json", is_flag=True, help="Print the page as JSON.")
@profile_option
def command(*, day: date | None, list_days: bool, as_json: bool, profile_file: Path) -> None:
    r"""Show the page of DAY (the latest, if none is named) as it was made.

    \b
    Examples:
      paperlark show
      paperlark show 2025-02-26 --json
    """
    settings = load_settings(profile_file)
    if list_days:
        with open_archive(settings) as archive:
            click.echo("\n".join(str(one) for one in archive.days(settings.profile.name)))
        return
    renderer: Renderer = JsonRenderer() if as_json else MarkdownRenderer()
    text = renderer.render(_digest(settings, day)).content.decode()
    if as_json or not sys.stdout.isatty():
        click.echo(text, nl=False)
    else:
        _show(text)


def _digest(settings: Settings, day: date | None) -> Digest:
    with open_archive(settings) as archive:
        days = archive.days(settings.profile.name)
        wanted = day or (days[-1] if days else None)
        digest = archive.digest(settings.profile.name, wanted) if wanted else None
    if digest is None:
        which = f"of {day}" if day else "yet"
        raise StoreError(
            f"{settings.profile.name!r} has no page {which}",
            hint="see those there are with --days" if days else "make one: paperlark today",
        )
    return digest


def _show(markdown: str) -> None:
    from rich.console import Console  # noqa: PLC0415  # only a terminal needs it
    from rich.markdown import Markdown  # noqa: PLC0415

    console = Console()
    with console.capture() as page:
        console.print(Markdown(markdown, hyperlinks=False))
    # Unlike rich's, click's pager tells `less` that colours are coming.
    click.echo_via_pager(page.get())
