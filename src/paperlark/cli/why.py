"""`paperlark why`: all that is known of one paper."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import click

from paperlark.cli._options import Day, paper_named, profile_option
from paperlark.compose import paper_history
from paperlark.renderers import why
from paperlark.settings import load_settings


@click.command("why", short_help="Tell why a paper is, or is not, on your page.")
@click.argument("name", metavar="ID")
@click.option("--date", "day", type=Day(), help="Only that day, such as 2025-02-26.")
@click.option("--raw", is_flag=True, help="Show what the model replied in full.")
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON, for other programs.")
@profile_option
def command(*, name: str, day: date | None, raw: bool, as_json: bool, profile_file: Path) -> None:
    r"""Tell all that is known of one paper that was announced to you.

    When and in which categories it was announced; whether it is on your page, and why or why
    not; its match with your interests, word by word; the nearest earlier papers; what the model
    said, in which reply, under which prompt and criteria, for how much; your votes.

    ID is the paper's number, with a version or without, or the address of its page or PDF at
    arXiv.

    \b
    Examples:
      paperlark why 2502.12206
      paperlark why https://arxiv.org/abs/2502.12206v2 --date 2025-02-19 --raw
    """
    found = paper_history(load_settings(profile_file), paper_named(name), day)
    if as_json:
        click.echo(why.why_document(found))
    else:
        click.echo(why.why_text(found, width=shutil.get_terminal_size().columns, whole=raw))
