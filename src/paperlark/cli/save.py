"""`paperlark save`: save papers, and bring all saved ones to the places in the profile."""

from __future__ import annotations

from pathlib import Path

import click

from paperlark.cli._options import check_paper, open_for, profile_option
from paperlark.cli._terminal import tell_error
from paperlark.cli.deliver import NOT_DELIVERED
from paperlark.renderers.saving import saving_lines


@click.command("save")
@click.argument("papers", nargs=-1, metavar="[ID]...")
@click.option("--to", "saver", help="Only this place, such as zotero.")
@profile_option
@click.pass_context
def command(
    context: click.Context, *, papers: tuple[str, ...], saver: str | None, profile_file: Path
) -> None:
    r"""Save papers, and bring all saved papers to the places that the profile names.

    ID is a paper's arXiv identifier; without one nothing more is saved. Saved papers go to Zotero
    where the profile has a table [zotero] with save_to, to a folder of notes by [notes], to a
    BibTeX file by [bibtex], to another program by [webhook]. A paper is written there once, and
    updated when arXiv has a new version. One that you deleted there is not written again.
    `paperlark morning` does the same, and tries again what could not be written.

    \b
    Examples:
      paperlark save 2502.12206
      paperlark save --to zotero
    """
    profile = open_for(context, profile_file)
    names = profile.savers()
    if saver is not None and saver not in names:
        raise click.UsageError(f"there is no place {saver!r}; the profile has {list(names)}")
    if not papers and not names:
        raise click.UsageError(
            "the profile has no place for saved papers: add a table [zotero], [notes],"
            " [bibtex] or [webhook]"
        )
    for paper in map(check_paper, papers):
        done = profile.reading.triage(paper, "save")
        click.echo(f"{done.paper.id}: {'saved' if done.new else 'was saved before'}")
    report = profile.bring_saved(saver=saver)
    lines = list(saving_lines(report))
    for ok, line in lines:
        click.echo(line) if ok else tell_error(line)
    if names and not lines:
        click.echo("all saved papers are there")
    context.exit(0 if report.complete else NOT_DELIVERED)
