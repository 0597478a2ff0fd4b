"""`paperlark restore`: rebuild a lost database from the pages."""

from __future__ import annotations

from pathlib import Path

import click

from paperlark.cli._options import open_for, profile_option
from paperlark.cli._terminal import tell_error
from paperlark.domain.errors import StoreError


@click.command("restore")
@click.option(
    "--from",
    "folder",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="Folder with the pages, instead of the profile's.",
)
@profile_option
@click.pass_context
def command(context: click.Context, *, folder: Path | None, profile_file: Path) -> None:
    """Rebuild the profile's database from its pages and their manifests.

    This restores every day's page, the judgements it was made with, which papers were announced
    to you, and your votes; other profiles beside yours that shared the database are restored with
    it. Imported papers are not restored: import them again. A database that is there keeps what it
    has, and gets the days that it lacks.
    """
    profile = open_for(context, profile_file)
    restored = 0
    for day, error in profile.restore(folder):
        if error is not None:
            tell_error(str(error))
        else:
            restored += 1
            click.echo(f"{day}  restored")
    if not restored:
        raise StoreError(
            f"{folder or profile.settings.output} has no page with a manifest",
            hint="name the folder of the pages with --from",
        )
