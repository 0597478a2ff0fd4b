"""`paperlark init`: a new reader's two files."""

from __future__ import annotations

from pathlib import Path

import click

from paperlark.domain.categories import CATEGORIES, nearest_category
from paperlark.settings import write_starter


def _known(
    _context: click.Context, _parameter: click.Parameter, values: tuple[str, ...]
) -> tuple[str, ...]:
    for value in values:
        if value not in CATEGORIES:
            near = nearest_category(value)
            hint = f"; did you mean {near}?" if near else ""
            raise click.BadParameter(f"arXiv has no category {value!r}{hint}")
    return values


@click.command("init", short_help="Write a profile to fill in.")
@click.argument(
    "folder", type=click.Path(path_type=Path, file_okay=False), default=Path(), required=False
)
@click.option("--name", default="My papers", show_default=True, help="The page's title.")
@click.option(
    "--category",
    "categories",
    multiple=True,
    default=("cs.LG", "cs.CL"),
    show_default=True,
    callback=_known,
    help="An arXiv category to read; give it several times for several.",
)
def command(*, folder: Path, name: str, categories: tuple[str, ...]) -> None:
    """Write paperlark.toml and criteria.md into FOLDER (this one, if none is named).

    Both are commented and work as they are; nothing that is already there is overwritten.
    """
    profile, criteria = write_starter(folder, name=name, categories=categories)
    option = "" if folder == Path() else f" --profile {profile}"
    click.echo(f"wrote {profile} and {criteria}\n")
    click.echo(f"1. Say what interests you in {criteria}.")
    click.echo(f"2. Choose categories and followed authors in {profile}.")
    click.echo(f"3. Make your first page:  paperlark today{option}")
