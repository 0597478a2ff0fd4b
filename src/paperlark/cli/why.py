"""`paperlark why`: show why a paper is, or is not, on a page."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import click

from paperlark.cli._options import Day, check_paper, open_for, profile_option
from paperlark.renderers import why


@click.command("why")
@click.argument("name", metavar="ID")
@click.option("--date", "day", type=Day(), help="Only that day, such as 2025-02-26.")
@click.option("--raw", is_flag=True, help="Show the model's replies in full.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@profile_option
@click.pass_context
def command(
    context: click.Context,
    *,
    name: str,
    day: date | None,
    raw: bool,
    as_json: bool,
    profile_file: Path,
) -> None:
    r"""Show everything known about a paper that was announced to you.

    When and in which categories it was announced; whether it is on your page, and why or why not;
    how it matches your interests, term by term; the most similar earlier papers; what the model
    replied, to which prompt and criteria, and at what cost; your votes.

    ID is the paper's arXiv identifier, with or without a version, or an address that has it: at
    arXiv, or at a site such as huggingface.co/papers or alphaxiv.org.

    \b
    Examples:
      paperlark why 2502.12206
      paperlark why https://arxiv.org/abs/2502.12206v2 --date 2025-02-19 --raw
    """
    found = open_for(context, profile_file).why(check_paper(name), day)
    if as_json:
        click.echo(why.why_document(found))
    else:
        click.echo(why.why_text(found, width=shutil.get_terminal_size().columns, whole=raw))
